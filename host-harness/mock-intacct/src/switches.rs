//! The company's settings as named switches, for people and for the control API.

use serde::Serialize;

use crate::company::{
    AuthorizedClient, Company, ListsChecked, Rotation, SignInPage, StaleTokenAnswer, User, UserKind,
};

/// A switch and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Switch {
    /// `web-services-subscription`, or `user:dana`.
    pub name: String,
    /// How it stands.
    pub value: String,
    /// What it may be set to; any number of seconds, where empty.
    pub choices: Vec<String>,
    /// Where it is in Intacct, and what goes wrong.
    pub help: &'static str,
}

/// Why a switch was not set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// No such switch.
    #[error("no switch is called `{0}`; GET /_mock/switches lists them")]
    UnknownSwitch(String),
    /// No such setting of it.
    #[error("`{name}` cannot be set to `{value}`; it takes {choices}")]
    UnknownValue {
        /// The switch.
        name: String,
        /// What it was to be set to.
        value: String,
        /// What it takes.
        choices: String,
    },
}

const ON_OFF: [&str; 2] = ["on", "off"];
const KINDS: [(&str, UserKind); 2] = [
    ("regular", UserKind::Regular),
    ("web-services", UserKind::WebServices),
];
const ROTATIONS: [(&str, Rotation); 3] = [
    ("off", Rotation::Off),
    ("on", Rotation::On),
    ("reuse-kills-family", Rotation::ReuseKillsFamily),
];
const STALE_ANSWERS: [(&str, StaleTokenAnswer); 5] = [
    ("gw-0040", StaleTokenAnswer::Gw0040),
    ("rest-1206", StaleTokenAnswer::Rest1206),
    ("rest-2102", StaleTokenAnswer::Rest2102),
    ("gw-0031", StaleTokenAnswer::Gw0031),
    ("forbidden", StaleTokenAnswer::Forbidden),
];
const LISTS_CHECKED: [(&str, ListsChecked); 2] = [
    ("sign-in", ListsChecked::SignIn),
    ("call", ListsChecked::Call),
];
const SIGN_IN_PAGES: [(&str, SignInPage); 4] = [
    ("shows", SignInPage::Shows),
    ("login_required", SignInPage::LoginRequired),
    ("interaction_required", SignInPage::InteractionRequired),
    ("consent_required", SignInPage::ConsentRequired),
];

/// What `authorized-client` is set to where it is listed without a user.
const ANY_USER: &str = "any";

impl Company {
    /// Every switch, in the order in which an administrator would go through them.
    #[must_use]
    pub fn switches(&self) -> Vec<Switch> {
        let mut switches = vec![
            flag("company", self.active, "The company. Off: GW-0011."),
            flag(
                "web-services-subscription",
                self.web_services_subscription,
                "Company → Admin → Subscriptions → Web Services. Off: invalid_grant.",
            ),
        ];
        switches.extend(self.portal_switches());
        switches.extend(self.users.iter().flat_map(user_switches));
        switches.extend(self.sessions.iter().map(|session| {
            flag(
                &format!("session:{}", session.name),
                session.active,
                "A session that is open. Off: invalid_grant.",
            )
        }));
        switches.extend(self.token_switches());
        switches
    }

    fn portal_switches(&self) -> Vec<Switch> {
        let mut senders: Vec<&str> = self
            .applications
            .iter()
            .map(|app| app.sender_id.as_str())
            .collect();
        senders.sort_unstable();
        senders.dedup();
        let senders = senders.into_iter().map(|sender| {
            let help = "Company → Setup → Company → Security → Web Services Authorizations. Off: GW-0011, and only an administrator may consent.";
            flag(&format!("sender:{sender}"), self.authorizes_sender(sender), help)
        });
        let listed = self
            .applications
            .iter()
            .map(|app| self.authorized_client_switch(&app.client_id));
        let active = self.applications.iter().map(|app| {
            flag(
                &format!("application:{}", app.client_id),
                app.active,
                "The application. Off: GW-0011.",
            )
        });
        senders.chain(listed).chain(active).collect()
    }

    fn authorized_client_switch(&self, client_id: &str) -> Switch {
        let entry = self
            .authorized_clients
            .iter()
            .find(|entry| entry.client_id == client_id);
        let value = entry.map_or("off", |entry| entry.user.as_deref().unwrap_or(ANY_USER));
        let mut choices = vec!["off".to_owned(), ANY_USER.to_owned()];
        choices.extend(self.users.iter().map(|user| user.id.clone()));
        Switch {
            name: format!("authorized-client:{client_id}"),
            value: value.to_owned(),
            choices,
            help: "Company → Security → Authorized client applications: off, any user, or one user. Others: REST-1216.",
        }
    }

    fn token_switches(&self) -> Vec<Switch> {
        let tokens = &self.tokens;
        vec![
            one_of(
                "rotation",
                tokens.rotation,
                &ROTATIONS,
                "What becomes of a refresh token that is used.",
            ),
            flag(
                "second-consent-kills-first",
                tokens.second_consent_kills_first,
                "On: a second consent of a user ends the refresh tokens of the first.",
            ),
            flag(
                "refresh-token-with-client-credentials",
                tokens.refresh_token_with_client_credentials,
                "On: client credentials bring a refresh token too.",
            ),
            one_of(
                "stale-token-answer",
                tokens.stale_token_answer,
                &STALE_ANSWERS,
                "How an API call with a stale access token is refused.",
            ),
            one_of(
                "lists-checked",
                tokens.lists_checked,
                &LISTS_CHECKED,
                "Where the two lists show: when tokens are asked for, or only when a call is made with one, as stale-token-answer says.",
            ),
            one_of(
                "sign-in-page",
                tokens.sign_in_page,
                &SIGN_IN_PAGES,
                "Whether the page shows, or sends the browser back at once with this error.",
            ),
            Switch {
                name: "access-lifetime".to_owned(),
                value: tokens.access_lifetime_seconds.to_string(),
                choices: Vec::new(),
                help: "Seconds that an access token lives.",
            },
        ]
    }

    /// Sets a switch.
    ///
    /// # Errors
    /// Where there is no such switch, or it takes no such value.
    pub fn set_switch(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        let switches = self.switches();
        let switch = switches.iter().find(|switch| switch.name == name);
        let switch = switch.ok_or_else(|| SwitchError::UnknownSwitch(name.to_owned()))?;
        let done = switch.takes(value) && self.apply(name, value).is_some();
        if done {
            Ok(())
        } else {
            Err(switch.refuses(value))
        }
    }

    fn apply(&mut self, name: &str, value: &str) -> Option<()> {
        let (kind, subject) = name.split_once(':').unwrap_or((name, ""));
        match kind {
            "sender" => self.list_sender(subject, value == "on"),
            "authorized-client" => self.list_client(subject, value),
            "user-kind" => self.user_mut(subject)?.kind = chosen(value, &KINDS)?,
            "rotation" => self.tokens.rotation = chosen(value, &ROTATIONS)?,
            "stale-token-answer" => self.tokens.stale_token_answer = chosen(value, &STALE_ANSWERS)?,
            "lists-checked" => self.tokens.lists_checked = chosen(value, &LISTS_CHECKED)?,
            "sign-in-page" => self.tokens.sign_in_page = chosen(value, &SIGN_IN_PAGES)?,
            "access-lifetime" => self.tokens.access_lifetime_seconds = value.parse().ok()?,
            _ => *self.flag_mut(kind, subject)? = value == "on",
        }
        Some(())
    }

    fn flag_mut(&mut self, kind: &str, subject: &str) -> Option<&mut bool> {
        match kind {
            "company" => Some(&mut self.active),
            "web-services-subscription" => Some(&mut self.web_services_subscription),
            "application" => self.application_mut(subject).map(|app| &mut app.active),
            "user" => self.user_mut(subject).map(|user| &mut user.active),
            "user-may-read" => self.user_mut(subject).map(|user| &mut user.may_read),
            "user-administrator" => self.user_mut(subject).map(|user| &mut user.administrator),
            "session" => self.session_mut(subject).map(|session| &mut session.active),
            "second-consent-kills-first" => Some(&mut self.tokens.second_consent_kills_first),
            "refresh-token-with-client-credentials" => {
                Some(&mut self.tokens.refresh_token_with_client_credentials)
            }
            _ => None,
        }
    }

    fn list_sender(&mut self, sender: &str, listed: bool) {
        self.web_services_authorizations
            .retain(|other| other != sender);
        if listed {
            self.web_services_authorizations.push(sender.to_owned());
        }
    }

    fn list_client(&mut self, client_id: &str, value: &str) {
        self.authorized_clients
            .retain(|entry| entry.client_id != client_id);
        if value != "off" {
            let user = (value != ANY_USER).then(|| value.to_owned());
            self.authorized_clients.push(AuthorizedClient {
                client_id: client_id.to_owned(),
                user,
            });
        }
    }
}

impl Switch {
    fn takes(&self, value: &str) -> bool {
        self.choices.is_empty() || self.choices.iter().any(|choice| choice == value)
    }

    fn refuses(&self, value: &str) -> SwitchError {
        let choices = if self.choices.is_empty() {
            "a number of seconds".to_owned()
        } else {
            self.choices.join(", ")
        };
        SwitchError::UnknownValue {
            name: self.name.clone(),
            value: value.to_owned(),
            choices,
        }
    }
}

fn user_switches(user: &User) -> [Switch; 4] {
    let name = |kind: &str| format!("{kind}:{}", user.id);
    [
        flag(&name("user"), user.active, "The user. Off: invalid_grant."),
        one_of(
            &name("user-kind"),
            user.kind,
            &KINDS,
            "Regular: client credentials are invalid_grant. Web Services: no sign-in at the page.",
        ),
        flag(
            &name("user-may-read"),
            user.may_read,
            "The user's permissions. Off: sign-in works, API calls are 403.",
        ),
        flag(
            &name("user-administrator"),
            user.administrator,
            "May consent to an application whose sender is not authorized.",
        ),
    ]
}

fn flag(name: &str, on: bool, help: &'static str) -> Switch {
    let value = if on { "on" } else { "off" };
    Switch {
        name: name.to_owned(),
        value: value.to_owned(),
        choices: ON_OFF.map(str::to_owned).to_vec(),
        help,
    }
}

fn one_of<T: Copy + PartialEq>(
    name: &str,
    now: T,
    choices: &[(&str, T)],
    help: &'static str,
) -> Switch {
    let value = choices
        .iter()
        .find(|(_, choice)| *choice == now)
        .map_or("", |(name, _)| *name);
    let choices = choices.iter().map(|(name, _)| (*name).to_owned()).collect();
    Switch {
        name: name.to_owned(),
        value: value.to_owned(),
        choices,
        help,
    }
}

fn chosen<T: Copy>(value: &str, choices: &[(&str, T)]) -> Option<T> {
    choices
        .iter()
        .find(|(name, _)| *name == value)
        .map(|(_, choice)| *choice)
}
