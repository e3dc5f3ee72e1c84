//! The sample company, for those who try the page.

use credential_page::Trial;
use credential_runtime::Settings;
use mock_intacct::{Company, MockIntacct};

use super::PLUGIN;

/// As `harness serve --mock` has it.
pub(super) fn trial(mock: &MockIntacct) -> Trial {
    let company = mock.company();
    Trial {
        title: "Trying it out".to_owned(),
        detail: format!(
            "Everything goes to a mock with the sample company {}.",
            company.id
        ),
        links: vec![(
            "The mock's switches".to_owned(),
            mock.origin().parse().unwrap(),
        )],
        accounts: vec!["Sign in as dana, password not-a-real-password-dana".to_owned()],
        name: "Sample company".to_owned(),
        prefill: [(
            PLUGIN.to_owned(),
            application(&company).with_text("username", username(&company)),
        )]
        .into(),
    }
}

/// The form, filled in for the sample company's first application and a Web Services user.
pub(crate) fn web_services_user(company: &Company) -> Settings {
    application(company)
        .with_text("flow_type", "web_services_user")
        .with_text("username", username(company))
}

/// The form, filled in for the sample company's first application and whoever signs in.
pub(crate) fn regular_user(company: &Company) -> Settings {
    application(company).with_text("flow_type", "regular_user")
}

/// The form, filled in for a session that stands in for a user.
pub(crate) fn session(company: &Company) -> Settings {
    application(company)
        .with_text("flow_type", "web_services_user")
        .with_secret("session_id", company.sessions[0].session_id.as_str())
}

fn username(company: &Company) -> String {
    format!("ws-loader@{}", company.id)
}

fn application(company: &Company) -> Settings {
    let application = &company.applications[0];
    Settings::new()
        .with_text("client_id", application.client_id.as_str())
        .with_secret("client_secret", application.client_secret.as_str())
}
