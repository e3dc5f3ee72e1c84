//! The company that signs in: what an administrator sets in Intacct, and what the developer portal
//! knows of the applications.

mod file;
mod rules;
mod sample;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::redirect_uri::RedirectUri;
pub use file::CompanyFileError;
pub use rules::{ListsChecked, Rotation, SignInPage, StaleTokenAnswer, TokenRules};

/// One company and everything that decides whether a sign-in to it works.
///
/// Every secret in it is for show; none may be a real one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// What stands after the `@` in `username@companyID`.
    pub id: String,
    /// The number that tokens carry as `cnyKey`.
    #[serde(default = "default_company_key")]
    pub key: String,
    /// What people call it.
    #[serde(default)]
    pub name: String,
    /// An inactive company is refused with `GW-0011`.
    #[serde(default = "on")]
    pub active: bool,
    /// Company → Admin → Subscriptions, Web Services. Off: `invalid_grant`.
    #[serde(default = "on")]
    pub web_services_subscription: bool,
    /// Company → Setup → Company → Security → Web Services Authorizations: the sender IDs that may
    /// send anything at all. Missing: `GW-0011`.
    #[serde(default)]
    pub web_services_authorizations: Vec<String>,
    /// How tokens behave.
    #[serde(default)]
    pub tokens: TokenRules,
    /// Company → Security → Authorized client applications. Missing: `REST-1216`.
    #[serde(default)]
    pub authorized_clients: Vec<AuthorizedClient>,
    /// What the developer portal has registered.
    #[serde(default)]
    pub applications: Vec<Application>,
    /// Who may sign in.
    #[serde(default)]
    pub users: Vec<User>,
    /// The company's parts.
    #[serde(default)]
    pub entities: Vec<Entity>,
    /// Sessions that someone else opened and that may stand in for a user name.
    #[serde(default)]
    pub sessions: Vec<Session>,
    /// Rows to read, by object name such as `accounts-receivable/customer`. The objects
    /// `company-config/user` and `company-config/entity` are made from the lists above.
    #[serde(default)]
    pub objects: BTreeMap<String, Vec<Row>>,
}

/// An application of the developer portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// What the consent page calls it.
    pub name: String,
    /// Case-sensitive.
    pub client_id: String,
    /// Case-sensitive; for show.
    pub client_secret: String,
    /// The Web Services account that the application belongs to.
    pub sender_id: String,
    /// Where the browser may be sent back to.
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// The scopes that it may ask for.
    #[serde(default = "offline_access")]
    pub scopes: Vec<String>,
    /// An inactive application is refused with `GW-0011`.
    #[serde(default = "on")]
    pub active: bool,
}

/// An entry of the authorized client applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizedClient {
    /// The application.
    pub client_id: String,
    /// Where set, only this user may be signed in through it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// How a user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserKind {
    /// At the page, with a password. May not use the client-credentials grant (S).
    Regular,
    /// By the client-credentials grant. May not sign in at the page (I).
    WebServices,
}

/// Someone who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Case-sensitive (T).
    pub id: String,
    /// The number that tokens carry as `userKey`; from the position in the list where not given.
    #[serde(default)]
    pub key: String,
    /// How this user signs in.
    pub kind: UserKind,
    /// For the page; for show. A Web Services user needs none.
    #[serde(default)]
    pub password: String,
    /// May consent to an application whose sender the company has not authorized (S).
    #[serde(default)]
    pub administrator: bool,
    /// An inactive user is refused with `invalid_grant`.
    #[serde(default = "on")]
    pub active: bool,
    /// Without it a sign-in works and every API call is 403 (T).
    #[serde(default = "on")]
    pub may_read: bool,
}

/// A part of the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// What `X-IA-API-Param-Entity` and `user@company|entity` name.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// A session that stands in for a user name in the client-credentials grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// What switches and lists call it; not the session ID, which is a secret.
    pub name: String,
    /// The session ID itself; for show.
    pub session_id: String,
    /// Whose it is.
    pub user: String,
    /// The entity it was opened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Seconds from the start of the mock until it ends by itself; never, where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_seconds: Option<u64>,
    /// A closed session is refused.
    #[serde(default = "on")]
    pub active: bool,
}

/// A record of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The entity that alone sees it; every entity does, where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Its fields. `key` comes from the position where not given.
    #[serde(flatten)]
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl Company {
    /// The user of exactly this ID.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// Likewise, to change.
    pub fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// The application of exactly this client ID.
    #[must_use]
    pub fn application(&self, client_id: &str) -> Option<&Application> {
        self.applications
            .iter()
            .find(|app| app.client_id == client_id)
    }

    /// Likewise, to change.
    pub fn application_mut(&mut self, client_id: &str) -> Option<&mut Application> {
        self.applications
            .iter_mut()
            .find(|app| app.client_id == client_id)
    }

    /// The entity of exactly this ID.
    #[must_use]
    pub fn entity(&self, id: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.id == id)
    }

    /// The session of this name.
    pub fn session_mut(&mut self, name: &str) -> Option<&mut Session> {
        self.sessions
            .iter_mut()
            .find(|session| session.name == name)
    }

    /// Whether the authorized client applications let `user` be signed in through `client_id`.
    #[must_use]
    pub fn authorizes_client(&self, client_id: &str, user: &str) -> bool {
        self.authorized_clients.iter().any(|entry| {
            entry.client_id == client_id && entry.user.as_deref().is_none_or(|only| only == user)
        })
    }

    /// Whether the Web Services authorizations list `sender_id`.
    #[must_use]
    pub fn authorizes_sender(&self, sender_id: &str) -> bool {
        self.web_services_authorizations
            .iter()
            .any(|sender| sender == sender_id)
    }

    /// Every value that the ledger must not show.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let applications = self
            .applications
            .iter()
            .map(|app| app.client_secret.as_str());
        let passwords = self.users.iter().map(|user| user.password.as_str());
        let sessions = self
            .sessions
            .iter()
            .map(|session| session.session_id.as_str());
        applications
            .chain(passwords)
            .chain(sessions)
            .filter(|secret| !secret.is_empty())
    }

    /// Gives every user without a key one, from the position in the list.
    pub(crate) fn number_users(&mut self) {
        for (position, user) in self.users.iter_mut().enumerate() {
            if user.key.is_empty() {
                user.key = (position + 1).to_string();
            }
        }
    }
}

fn on() -> bool {
    true
}

fn default_company_key() -> String {
    "1".to_owned()
}

fn offline_access() -> Vec<String> {
    vec!["offline_access".to_owned()]
}
