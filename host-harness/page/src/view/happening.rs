//! An event of a credential's history, in words.

use credential_connections::record::{Event, Timestamp};

use super::moment::Moment;
use super::text::capitalized;
use super::told::Told;

/// An event.
pub(super) struct Happening<'a> {
    pub(super) what: String,
    /// The colour that goes with the words.
    pub(super) tone: &'static str,
    pub(super) at: Moment,
    pub(super) note: Option<&'a str>,
    pub(super) told: Option<Told>,
    /// Labels and fingerprints of the tokens that the credential had after it.
    pub(super) tokens: Vec<(&'static str, &'a str)>,
}

impl<'a> Happening<'a> {
    pub(super) fn of(event: &'a Event, now: Timestamp) -> Self {
        let kind = event.kind.as_str();
        let failed = event.diagnosis.is_some();
        let tokens = [
            ("Access token", event.access.as_ref()),
            ("Refresh token", event.refresh.as_ref()),
        ];
        let tokens = tokens.into_iter();
        Self {
            what: words(kind),
            tone: if failed { "bad" } else { tone(kind) },
            at: Moment::new(event.at, now),
            note: event.note.as_deref(),
            told: event.diagnosis.as_ref().map(|it| Told::of(it.into(), None)),
            tokens: tokens
                .filter_map(|(label, it)| Some((label, it?.as_str())))
                .collect(),
        }
    }
}

fn tone(kind: &str) -> &'static str {
    match kind {
        "connected" | "renewed" => "good",
        "rejected" | "interrupted" => "wait",
        _ => "idle",
    }
}

/// Of a kind that is not known here, its name says enough.
fn words(kind: &str) -> String {
    let known = match kind {
        "edited" => "Settings changed",
        "plugin-accepted" => "Another version of the plugin accepted",
        "plugin-noted" => "What the plugin may read and send recorded",
        "connecting-failed" => "Could not connect",
        "renewal-failed" => "Could not renew",
        "rejected" => "Access token refused",
        "revoked" => "Revoked at the service",
        "revoking-failed" => "Could not revoke",
        _ => return capitalized(&kind.replace('-', " ")),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_event_is_said_in_words() {
        let cases = [
            ("renewed", "Renewed"),
            ("renewal-failed", "Could not renew"),
            ("not-known-here", "Not known here"),
        ];
        for (kind, expected) in cases {
            assert_eq!(words(kind), expected);
        }
    }
}
