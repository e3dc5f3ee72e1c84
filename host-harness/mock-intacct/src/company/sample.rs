//! The sample company, as `sample.toml` has it; a test holds the two together.

use serde_json::{Map, Value};

use super::{
    Application, AuthorizedClient, Company, Entity, Row, Session, TokenRules, User, UserKind,
};
use crate::redirect_uri::RedirectUri;

const FLOWS: &str = "3f6c1a9e5b7d42d8.app.sage.com";
const LOADER: &str = "77aa00bb11cc22dd.app.sage.com";
const SENDER: &str = "nordlicht-sender";

impl Company {
    /// A small company with everything in order: two applications, three Web Services users (one may
    /// read nothing, one has a blank in its ID), a regular user, an administrator, three entities, a session and a few rows. All
    /// its secrets are for show.
    #[must_use]
    pub fn sample() -> Self {
        let mut company = Self {
            id: "Nordlicht-DEV".to_owned(),
            key: "4711".to_owned(),
            name: "Nordlicht Trading (sample)".to_owned(),
            active: true,
            web_services_subscription: true,
            web_services_authorizations: vec![SENDER.to_owned()],
            tokens: TokenRules::default(),
            authorized_clients: authorized_clients(),
            applications: applications(),
            users: users(),
            entities: vec![
                entity("100", "Nordlicht Hamburg"),
                entity("200", "Nordlicht Bergen"),
                entity("Central Region", "Nordlicht Oslo"),
            ],
            sessions: vec![session()],
            objects: std::iter::empty()
                .chain([customers(), vendors(), accounts()])
                .collect(),
        };
        company.number_users();
        company
    }

    /// The text that says the same as [`Company::sample`], to start one's own from.
    #[must_use]
    pub fn sample_toml() -> &'static str {
        include_str!("sample.toml")
    }
}

fn authorized_clients() -> Vec<AuthorizedClient> {
    vec![
        AuthorizedClient {
            client_id: FLOWS.to_owned(),
            user: None,
        },
        AuthorizedClient {
            client_id: LOADER.to_owned(),
            user: Some("ws-loader".to_owned()),
        },
    ]
}

fn applications() -> Vec<Application> {
    let flows = [
        "https://127.0.0.1:*/callback",
        "https://127.0.0.1:8443/oauth/callback",
        "https://app.example.com/intacct/callback",
        "com.example.nordlicht:/callback",
    ];
    vec![
        application(
            "Nordlicht Data Flows",
            FLOWS,
            "not-a-real-secret-0123456789abcdef",
            &flows,
        ),
        application(
            "Nordlicht Loader",
            LOADER,
            "not-a-real-secret-of-the-loader-42",
            &flows[..1],
        ),
    ]
}

fn application(
    name: &str,
    client_id: &str,
    client_secret: &str,
    redirect_uris: &[&str],
) -> Application {
    Application {
        name: name.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: client_secret.to_owned(),
        sender_id: SENDER.to_owned(),
        redirect_uris: redirect_uris
            .iter()
            .map(|uri| RedirectUri::known(uri))
            .collect(),
        scopes: vec!["offline_access".to_owned()],
        active: true,
    }
}

fn users() -> Vec<User> {
    let locked_out = User {
        may_read: false,
        ..user("ws-locked-out", UserKind::WebServices, "")
    };
    let admin = User {
        administrator: true,
        ..user("admin", UserKind::Regular, "not-a-real-password-admin")
    };
    vec![
        user("ws-loader", UserKind::WebServices, ""),
        locked_out,
        user("dana", UserKind::Regular, "not-a-real-password-dana"),
        admin,
        user("Jane Doe", UserKind::WebServices, ""),
    ]
}

fn user(id: &str, kind: UserKind, password: &str) -> User {
    User {
        id: id.to_owned(),
        key: String::new(),
        kind,
        password: password.to_owned(),
        administrator: false,
        active: true,
        may_read: true,
    }
}

fn entity(id: &str, name: &str) -> Entity {
    Entity {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

fn session() -> Session {
    Session {
        name: "loader-session".to_owned(),
        session_id: "not-a-real-session-5dKq0vTn3WcA8uYh".to_owned(),
        user: "ws-loader".to_owned(),
        entity: None,
        lifetime_seconds: Some(3_600),
        active: true,
    }
}

fn customers() -> (String, Vec<Row>) {
    let row = |id, name, status, due, entity| {
        row(
            entity,
            &[
                ("id", id),
                ("name", name),
                ("status", status),
                ("totalDue", due),
            ],
        )
    };
    let rows = vec![
        row("C-1001", "Alder & Sons", "active", "1250.00", None),
        row("C-1002", "Birke GmbH", "active", "0.00", Some("100")),
        row("C-1003", "Cedar <Co>", "inactive", "310.40", Some("200")),
    ];
    ("accounts-receivable/customer".to_owned(), rows)
}

fn vendors() -> (String, Vec<Row>) {
    let row = |id, name, entity| row(entity, &[("id", id), ("name", name), ("status", "active")]);
    let rows = vec![
        row("V-2001", "Paper and Ink", None),
        row("V-2002", "Harbour Freight", Some("100")),
    ];
    ("accounts-payable/vendor".to_owned(), rows)
}

fn accounts() -> (String, Vec<Row>) {
    let row = |id, name, kind| row(None, &[("id", id), ("name", name), ("accountType", kind)]);
    let rows = vec![
        row("1000", "Cash", "balanceSheet"),
        row("4000", "Revenue", "incomeStatement"),
        row("6100", "Rent", "incomeStatement"),
    ];
    ("general-ledger/account".to_owned(), rows)
}

fn row(entity: Option<&str>, fields: &[(&str, &str)]) -> Row {
    let fields: Map<String, Value> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    Row {
        entity: entity.map(str::to_owned),
        fields,
    }
}
