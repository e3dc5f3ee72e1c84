//! What a person reads when the mock has started.

use std::fmt::Write;

use crate::company::{Company, User, UserKind};

/// Addresses, credentials to copy, and how to flip a switch.
pub(crate) fn banner(origin: &str, company: &Company) -> String {
    let mut text = format!(
        "Mock Intacct\n\n  page      {origin}/\n  base URL  {origin}{}\n  map       {} to {origin}\n",
        crate::API_PATH,
        crate::INTACCT_ORIGIN
    );
    let _ = writeln!(
        text,
        "\nCompany {} ({}); every secret below is for show.",
        company.id, company.name
    );
    for application in &company.applications {
        let _ = writeln!(
            text,
            "\n  Application {}\n    client ID      {}\n    client secret  {}",
            application.name, application.client_id, application.client_secret
        );
        for uri in &application.redirect_uris {
            let _ = writeln!(text, "    redirect URI   {uri}");
        }
    }
    let _ = writeln!(text);
    for user in &company.users {
        let _ = writeln!(text, "  {}", user_line(company, user));
    }
    for session in &company.sessions {
        let _ = writeln!(
            text,
            "  Session ID {} (of {})",
            session.session_id, session.user
        );
    }
    let _ = write!(text, "\n{}", how_to(origin));
    text
}

fn user_line(company: &Company, user: &User) -> String {
    match user.kind {
        UserKind::WebServices => {
            let rights = if user.may_read {
                ""
            } else {
                " (may read nothing)"
            };
            format!(
                "Web Services User  username {}@{}{rights}",
                user.id, company.id
            )
        }
        UserKind::Regular => {
            let rights = if user.administrator {
                " (administrator)"
            } else {
                ""
            };
            format!(
                "Regular User       {} / {} in company {}{rights}",
                user.id, user.password, company.id
            )
        }
    }
}

fn how_to(origin: &str) -> String {
    format!(
        "Flip a switch   curl -d value=off {origin}/_mock/switches/web-services-subscription\n\
         Make it fail    curl -d fault=unavailable-503-retry-after-seconds -d path=/oauth2/token {origin}/_mock/faults\n\
         Let time pass   curl -d advance=43200 {origin}/_mock/clock\n\
         What arrived    curl {origin}/_mock/ledger\n\
         All of it       curl {origin}/_mock\n"
    )
}
