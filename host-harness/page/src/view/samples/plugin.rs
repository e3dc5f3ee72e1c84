//! A plugin with a field of each kind.

use credential_runtime::{
    AskedOrigin, Choice, Condition, Descriptor, Field, FieldKind, Purposes, Requirement, SetupStep,
};

use super::text;

fn field(id: &str, label: &str, help: &str, kind: FieldKind) -> Field {
    Field {
        id: text(id),
        label: text(label),
        help: text(help),
        example: None,
        kind,
        requirement: Requirement::Required,
        shown_when: None,
        platform_may_supply: false,
    }
}

fn choice(id: &str, label: &str, help: &str) -> Choice {
    Choice {
        id: text(id),
        label: text(label),
        help: text(help),
    }
}

fn step(id: &str, title: &str, detail: &str, flow: Option<&str>) -> SetupStep {
    SetupStep {
        id: text(id),
        title: text(title),
        detail: text(detail),
        needed_when: flow.map(|flow| Condition {
            field: text("flow_type"),
            equals: text(flow),
        }),
    }
}

/// A plugin with a field of each kind.
pub(in crate::view) fn descriptor() -> Descriptor {
    let flows = FieldKind::Choice(vec![
        choice(
            "regular_user",
            "Regular User",
            "You sign in to the service in the browser and allow the access. The connection acts \
             with your permissions.",
        ),
        choice(
            "web_services_user",
            "Web Services User",
            "A user that an administrator made for programs. No browser is needed.",
        ),
    ]);
    let when = Condition {
        field: text("flow_type"),
        equals: text("web_services_user"),
    };
    let mut client_id = field(
        "client_id",
        "Client ID",
        "Names the application that reaches the service. You find it in the developer portal. \
         Upper and lower case matter.",
        FieldKind::Text,
    );
    client_id.example = Some(text("0123456789abcdef0123.app.sample.com"));
    client_id.platform_may_supply = true;
    let mut client_secret = field(
        "client_secret",
        "Client Secret",
        "Belongs to the Client ID and stands beside it in the developer portal. Share it with \
         nobody: it opens your account.",
        FieldKind::Secret,
    );
    client_secret.platform_may_supply = true;
    let token = |id, label| {
        let mut token = field(
            id,
            label,
            "Leave blank. Connecting fills it in.",
            if id == "access_token" {
                FieldKind::AccessToken
            } else {
                FieldKind::RefreshToken
            },
        );
        token.requirement = Requirement::Optional;
        token
    };
    let mut username = field(
        "username",
        "Username",
        "The Web Services user and the company, as username@companyID. Add |entityID to stay \
         within one entity.",
        FieldKind::Text,
    );
    username.example = Some(text("ws-reader@ACME"));
    username.requirement = Requirement::RequiredWhen(when.clone());
    username.shown_when = Some(when);
    let mut session = field(
        "session_id",
        "Session ID",
        "For a Web Services User only, and rarely needed: a running session that signs in instead \
         of the Username. It ends by itself.",
        FieldKind::Secret,
    );
    session.requirement = Requirement::Optional;
    Descriptor {
        id: text("sample-books-rest"),
        title: text("Sample Books REST Credentials"),
        summary: text(
            "Signs in to the Sample Books REST API, as a person through the browser or as a Web \
             Services user without one.",
        ),
        documentation: text("https://developer.sample.com/docs/oauth2"),
        version: text("1.0.0"),
        origins: vec![AskedOrigin {
            url: text("https://api.sample.com"),
            purposes: Purposes {
                browser: true,
                token: true,
                api: true,
            },
        }],
        claims: Vec::new(),
        members: Vec::new(),
        headers: Vec::new(),
        request_headers: Vec::new(),
        secret_headers: Vec::new(),
        redirect_parameters: Vec::new(),
        fields: vec![
            client_id,
            client_secret,
            token("access_token", "Access Token"),
            token("refresh_token", "Refresh Token"),
            field(
                "flow_type",
                "Flow Type",
                "Who signs in to the service.",
                flows,
            ),
            username,
            session,
        ],
        setup: vec![
            step(
                "developer-application",
                "Register an application",
                "Needs an active developer license. In the developer portal, open Applications, \
                 add one and create API keys: they are the Client ID and the Client Secret. \
                 Without it the service knows no client and answers invalid_client.",
                None,
            ),
            step(
                "redirect-address",
                "Register the platform's redirect address",
                "In the developer portal, open the application and enter, under Redirect URIs, the \
                 address that your platform shows, letter for letter.",
                Some("regular_user"),
            ),
            step(
                "web-services-subscription",
                "Switch on the Web Services subscription",
                "Company → Admin → Subscriptions, scroll to Web Services, switch it On. Without it \
                 the service refuses every sign-in of a program with invalid_grant.",
                None,
            ),
            step(
                "web-services-user",
                "Create a Web Services user",
                "Company → Admin → Web Services users → Add. Leave its status at Active. Its user \
                 ID and your company ID make the Username: username@companyID.",
                Some("web_services_user"),
            ),
            step(
                "user-permissions",
                "Give the user its permissions",
                "Company → Admin → Users: open the user and give it a role, or permissions, for \
                 what is to be read.",
                None,
            ),
        ],
    }
}
