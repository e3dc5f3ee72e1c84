//! A connection that was made, as it is shown: no token of it in clear.

use std::time::SystemTime;

use credential_runtime::{Check, Descriptor, GrantKind, GrantPlan, Identity, Problem, Tokens};
use serde_json::{Value, json};

use super::checks;
use crate::exit::Exit;
use crate::moments::{end, seconds, span};
use crate::report::Report;
use crate::text::Page;

/// What came of connecting.
pub(super) struct Connected {
    /// The credential's own name.
    pub(super) name: String,
    pub(super) plugin: Descriptor,
    pub(super) plan: GrantPlan,
    /// When the tokens were asked for.
    pub(super) asked_at: SystemTime,
    pub(super) tokens: Tokens,
    /// The checks; or why they could not be made.
    pub(super) test: Result<Vec<Check>, Report>,
    /// What is odd about the form.
    pub(super) warnings: Vec<Problem>,
}

impl Connected {
    pub(super) fn exit(&self) -> Exit {
        self.shortcoming().map_or(Exit::Ok, |report| report.exit)
    }

    /// Why it is of no use yet, where it is connected and the test does not say that it works.
    pub(super) fn shortcoming(&self) -> Option<Report> {
        match &self.test {
            Ok(checks) => checks::shortcoming(checks),
            Err(report) => Some(report.clone()),
        }
    }

    /// For a program. Every member is always there.
    pub(super) fn json(&self) -> Value {
        let (checks, test_error) = match &self.test {
            Ok(checks) => (json!(checks), Value::Null),
            Err(report) => (json!([]), report.json()["error"].take()),
        };
        json!({
            "name": self.name,
            "plugin": self.plugin.id,
            "grant": self.plan.connect,
            "renew": self.plan.renew,
            "identity": self.tokens.identity,
            "token_type": self.tokens.token_type,
            "access_token_masked": self.tokens.access.masked(),
            "refresh_token_masked": self.tokens.refresh.as_ref().map(|it| it.masked()),
            "expires_in_seconds": self.tokens.expires_in_seconds,
            "expires_at": self.expires_at().map(seconds),
            "warnings": self.warnings,
            "checks": checks,
            "test_error": test_error,
        })
    }

    /// For a person.
    pub(super) fn page(&self) -> Page {
        let refresh = self.tokens.refresh.as_ref();
        let refresh = refresh.map_or_else(|| "none".to_owned(), |it| it.masked());
        let page = Page::new()
            .line(format!("Connected: {} ({})", self.name, self.plugin.title))
            .item(
                2,
                14,
                "signed in as",
                &identity(self.tokens.identity.as_ref()),
            )
            .item(2, 14, "by", &grant(&self.plan.connect))
            .item(2, 14, "access token", &self.tokens.access.masked())
            .item(2, 14, "expires", &self.expiry())
            .item(2, 14, "refresh token", &refresh)
            .item(2, 14, "renews by", &renewal(&self.plan))
            .item(
                2,
                14,
                "kept",
                "nowhere: this command only shows that connecting works",
            );
        match &self.test {
            Ok(checks) => checks::add(page, checks, &self.plugin),
            Err(_) => page,
        }
    }

    fn expires_at(&self) -> Option<SystemTime> {
        end(self.asked_at, self.tokens.expires_in_seconds?)
    }

    fn expiry(&self) -> String {
        match (self.tokens.expires_in_seconds, self.expires_at()) {
            (Some(life), Some(end)) => {
                format!("in {}, on {}", span(life), httpdate::fmt_http_date(end))
            }
            (Some(life), None) => format!("in {life} s"),
            (None, _) => "the service does not say".to_owned(),
        }
    }
}

pub(super) fn identity(identity: Option<&Identity>) -> String {
    let Some(identity) = identity else {
        return "the service does not say".to_owned();
    };
    let parts = [
        ("user", &identity.user),
        ("company", &identity.company),
        ("entity", &identity.entity),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)))
        .collect();
    if said.is_empty() {
        return "the service does not say".to_owned();
    }
    said.join(", ")
}

fn grant(kind: &GrantKind) -> String {
    match kind {
        GrantKind::AuthorizationCode => "a person at the browser".to_owned(),
        GrantKind::ClientCredentials => "the client's own credentials".to_owned(),
        GrantKind::RefreshToken => "the refresh token".to_owned(),
        GrantKind::Other(name) => format!("the grant `{name}`"),
    }
}

fn renewal(plan: &GrantPlan) -> String {
    if plan.renew.is_empty() {
        return "connecting again only".to_owned();
    }
    let ways: Vec<String> = plan.renew.iter().map(grant).collect();
    ways.join(", else ")
}
