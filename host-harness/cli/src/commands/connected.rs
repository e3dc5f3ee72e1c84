//! A connection that was made, as it is shown: no token of it in clear.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use credential_runtime::{
    Check, Descriptor, Diagnosis, GrantKind, GrantPlan, Identity, Outcome, Problem, Tokens,
};
use serde_json::{Value, json};

use super::connect::is_failed;
use crate::exit::Exit;
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
            Ok(checks) => checks.iter().find(|it| is_failed(it)).map(|check| {
                Report::new(
                    Exit::Refused,
                    format!("connected, but a check failed: {}", check.title),
                )
            }),
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
            Ok(checks) => page
                .blank()
                .line("Test")
                .each(checks, |page, it| self.check(page, it)),
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

    fn check(&self, page: Page, check: &Check) -> Page {
        let outcome = match check.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
        };
        let detail = check.detail.as_deref();
        let detail = detail.map_or_else(String::new, |it| format!(": {it}"));
        let page = page.item(2, 8, outcome, &format!("{}{detail}", check.title));
        match &check.diagnosis {
            Some(diagnosis) => self.diagnosis(page, diagnosis),
            None => page,
        }
    }

    fn diagnosis(&self, page: Page, it: &Diagnosis) -> Page {
        let mut page = page.indented(11, format!("{} ({})", it.message, it.code));
        if let Some(hint) = &it.hint {
            page = page.item(11, 5, "hint:", hint);
        }
        let step = it.setup_step.as_deref();
        if let Some(step) = step.and_then(|id| self.plugin.setup_step(id)) {
            page = page
                .item(11, 6, "setup:", &step.title)
                .indented(18, &step.detail);
        }
        page.item(11, 9, "who acts:", it.actor.describe())
    }
}

/// The year 9999 ends then; what prints dates goes no further.
const FAR_FUTURE: u64 = 253_402_300_800;

/// The end of a life of so many seconds; absent past what a calendar can say.
fn end(from: SystemTime, life: u64) -> Option<SystemTime> {
    let end = from.checked_add(Duration::from_secs(life))?;
    (seconds(end) < FAR_FUTURE).then_some(end)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

/// A span of time by its largest unit, and the next where it counts.
fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, name) in UNITS {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        }
    }
    parts.truncate(2);
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.join(" ")
}

fn identity(identity: Option<&Identity>) -> String {
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(0, "0 s")]
    #[case::seconds(59, "59 s")]
    #[case::minutes(61, "1 min 1 s")]
    #[case::intaccts(43_200, "12 h")]
    #[case::two_units_at_most(90_061, "1 d 1 h")]
    fn a_span_is_said_in_its_largest_units(#[case] seconds: u64, #[case] expected: &str) {
        assert_eq!(span(seconds), expected);
    }

    #[rstest]
    #[case::intaccts(43_200, Some(44_200))]
    #[case::none_at_all(0, Some(1_000))]
    #[case::past_the_calendar(FAR_FUTURE, None)]
    #[case::past_the_clock(u64::MAX, None)]
    fn a_life_ends_where_the_calendar_can_say_so(#[case] life: u64, #[case] at: Option<u64>) {
        let asked_at = UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(end(asked_at, life).map(seconds), at);
    }
}
