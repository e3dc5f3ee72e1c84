//! The table of refusals. The first row that applies counts, so the order matters: first what says
//! "wait" whatever else it says, then Intacct's codes, then the standard's, then statuses.
//!
//! To add a code: one row, and its case in `tests/core/refusals.rs`.

use super::{
    super::{
        Author::{Anybody, Intacct, Page, Silent},
        notice::{self, Notice},
    },
    Refusal,
    Signal::{self, By, CodeWithPhrase, Codes, Family, Phrase, Rest, Status, WithEntity},
    Source::{self, Copy, Inferred, Live, Sage, Standard, ThirdParty},
    Step::{self, Api, Code, Consent, Refresh, RefreshOfSession, Revocation, Session, Username},
    Verdict::{
        self, Misconfigured, NoPermission, NotReached, Protocol, Reauthorize, StaleToken,
        Throttled, Unavailable,
    },
    groups::{ANSWERED, CLIENT, DEAD, EVERY, MALFORMED, SIGN_IN_INCORRECT, STALE, TOKEN},
    texts::{
        BUSY, CLIENT_LIMITED, CLIENT_REFUSED, CODE_REFUSED, CONSENT_DENIED, DEFECT_BEARER,
        DEFECT_CLIENT, DEFECT_EMPTY, DEFECT_FORMAT, DEFECT_GRANT, DEFECT_MEMBER, DEFECT_PATH,
        DEFECT_REQUEST, ENTITY, INACTIVE, LOGIN_ENDED, LOGIN_REFUSED, NETWORK, NO_PERMISSION,
        NOT_AUTHORIZED, NOT_FOUND, NOT_UNDERSTOOD, REFRESH_DEAD, SCOPE_WITHHELD,
        SENDER_NOT_AUTHORIZED, SESSION_DEAD, SESSION_NOT_TAKEN, SIGNED_OUT, TOKEN_STALE,
        TOKEN_STALE_AT_REVOCATION, TOO_MANY, TROUBLE, USER_REFUSED, USERNAME_EMPTY,
        USERNAME_FORMAT, USERNAME_REPEATED,
    },
};

/// Every refusal that is known.
pub const TABLE: &[Refusal] = &[
    // Wait: whatever else such an answer says, the credential is healthy.
    row(Status(429, 429), ANSWERED, Throttled, Standard, &TOO_MANY),
    row(Status(503, 503), ANSWERED, Throttled, Standard, &BUSY),
    row(Codes(&["GW-0010"]), EVERY, Throttled, Copy, &TOO_MANY),
    // Intacct's own trouble.
    row(Family("GW-000"), EVERY, Unavailable, Copy, &TROUBLE),
    row(
        Codes(&["server_error", "temporarily_unavailable"]),
        EVERY,
        Unavailable,
        Standard,
        &TROUBLE,
    ),
    // The Username.
    row(
        Phrase("username format is invalid"),
        TOKEN,
        Misconfigured,
        Live,
        &USERNAME_FORMAT,
    ),
    row(
        Codes(&["GW-0012"]),
        TOKEN,
        Misconfigured,
        Copy,
        &USERNAME_FORMAT,
    ),
    row(
        Codes(&["GW-0036", "GW-0015"]),
        &[Session],
        Misconfigured,
        Inferred,
        &SESSION_NOT_TAKEN,
    ),
    row(
        Codes(&["GW-0036"]),
        TOKEN,
        Misconfigured,
        Copy,
        &USERNAME_EMPTY,
    ),
    row(
        Codes(&["GW-0039"]),
        TOKEN,
        Misconfigured,
        Copy,
        &USERNAME_REPEATED,
    ),
    // The application and the company.
    row(
        Codes(&["REST-1216"]),
        EVERY,
        Misconfigured,
        ThirdParty,
        &NOT_AUTHORIZED,
    ),
    row(Codes(&["GW-0011"]), EVERY, Misconfigured, Copy, &INACTIVE),
    row(
        CodeWithPhrase(SIGN_IN_INCORRECT, "Web Services Authorization"),
        ANSWERED,
        Misconfigured,
        Sage,
        &SENDER_NOT_AUTHORIZED,
    ),
    row(
        Codes(&["invalid_client"]),
        CLIENT,
        Misconfigured,
        Live,
        &CLIENT_REFUSED,
    ),
    row(
        Codes(&["unauthorized_client"]),
        CLIENT,
        Misconfigured,
        Standard,
        &CLIENT_LIMITED,
    ),
    row(
        Codes(&["invalid_scope"]),
        CLIENT,
        Misconfigured,
        Standard,
        &SCOPE_WITHHELD,
    ),
    // The grant.
    row(
        Codes(&["access_denied"]),
        &[Consent],
        Reauthorize,
        ThirdParty,
        &CONSENT_DENIED,
    ),
    row(
        Codes(&["access_denied"]),
        TOKEN,
        Misconfigured,
        Inferred,
        &NOT_AUTHORIZED,
    ),
    row(
        Codes(&[
            "login_required",
            "interaction_required",
            "consent_required",
            "account_selection_required",
        ]),
        &[Consent],
        Reauthorize,
        Standard,
        &SIGNED_OUT,
    ),
    row(Codes(DEAD), &[Refresh], Reauthorize, Live, &REFRESH_DEAD),
    row(
        Codes(DEAD),
        &[RefreshOfSession, Session],
        Reauthorize,
        Inferred,
        &SESSION_DEAD,
    ),
    row(
        Codes(DEAD),
        &[Code],
        Misconfigured,
        ThirdParty,
        &CODE_REFUSED,
    ),
    row(
        Codes(DEAD),
        &[Username],
        Misconfigured,
        ThirdParty,
        &USER_REFUSED,
    ),
    row(
        Codes(&[SIGN_IN_INCORRECT]),
        &[Refresh],
        Reauthorize,
        Sage,
        &LOGIN_ENDED,
    ),
    row(
        Codes(&[SIGN_IN_INCORRECT]),
        &[Session, RefreshOfSession],
        Reauthorize,
        Sage,
        &SESSION_DEAD,
    ),
    row(
        Codes(&[SIGN_IN_INCORRECT]),
        ANSWERED,
        Misconfigured,
        Sage,
        &LOGIN_REFUSED,
    ),
    // The access token.
    row(Codes(STALE), &[Api], StaleToken, Live, &TOKEN_STALE),
    row(
        Codes(STALE),
        &[Revocation],
        StaleToken,
        Inferred,
        &TOKEN_STALE_AT_REVOCATION,
    ),
    row(
        Codes(&["insufficient_scope"]),
        &[Api],
        NoPermission,
        Standard,
        &NO_PERMISSION,
    ),
    // A defect of this plugin: never a reason to connect again.
    row(
        Codes(&["GW-0014"]),
        EVERY,
        Misconfigured,
        Copy,
        &DEFECT_FORMAT,
    ),
    row(
        Codes(&["GW-0015"]),
        EVERY,
        Misconfigured,
        Copy,
        &DEFECT_MEMBER,
    ),
    row(
        Codes(&["GW-0032"]),
        EVERY,
        Misconfigured,
        Copy,
        &DEFECT_GRANT,
    ),
    row(
        Codes(&["GW-0033"]),
        EVERY,
        Misconfigured,
        Copy,
        &DEFECT_PATH,
    ),
    row(
        Codes(&["GW-0034"]),
        EVERY,
        Misconfigured,
        Copy,
        &DEFECT_BEARER,
    ),
    row(
        Codes(&["GW-0035"]),
        EVERY,
        Misconfigured,
        Copy,
        &DEFECT_EMPTY,
    ),
    row(
        Codes(&["GW-0037", "GW-0038"]),
        EVERY,
        Misconfigured,
        Copy,
        &DEFECT_CLIENT,
    ),
    row(
        Codes(MALFORMED),
        EVERY,
        Misconfigured,
        Standard,
        &DEFECT_REQUEST,
    ),
    // Something before Intacct refuses: the platform's network has to be admitted.
    row(Codes(&["GW-0042"]), ANSWERED, NotReached, Copy, &NETWORK),
    row(
        Phrase("IP address is not allowed"),
        ANSWERED,
        NotReached,
        Copy,
        &NETWORK,
    ),
    // At a request for tokens it may be maintenance as well: it is asked again, with growing pauses.
    row(
        By(&[Page, Silent], 403, 403),
        TOKEN,
        Unavailable,
        Inferred,
        &NETWORK,
    ),
    row(
        By(&[Page, Silent], 403, 403),
        ANSWERED,
        NotReached,
        Inferred,
        &NETWORK,
    ),
    row(Status(407, 407), ANSWERED, NotReached, Standard, &NETWORK),
    // No word of Intacct's: maintenance, most likely. It says nothing of any grant.
    row(
        By(&[Page], 400, 499),
        ANSWERED,
        Unavailable,
        Inferred,
        &notice::MAINTENANCE,
    ),
    row(
        Status(300, 399),
        ANSWERED,
        Unavailable,
        Inferred,
        &notice::MAINTENANCE,
    ),
    row(
        By(&[Anybody, Silent], 404, 405),
        ANSWERED,
        Unavailable,
        Inferred,
        &notice::MAINTENANCE,
    ),
    // No code that is known: the status decides.
    row(Status(401, 401), &[Api], StaleToken, Standard, &TOKEN_STALE),
    row(
        Status(403, 403),
        &[Api],
        NoPermission,
        ThirdParty,
        &NO_PERMISSION,
    ),
    row(
        By(&[Intacct], 401, 401),
        &[Refresh],
        Reauthorize,
        Sage,
        &LOGIN_ENDED,
    ),
    row(
        Status(401, 401),
        &[Refresh],
        Misconfigured,
        Inferred,
        &LOGIN_ENDED,
    ),
    row(
        By(&[Intacct], 401, 401),
        &[Session, RefreshOfSession],
        Reauthorize,
        Sage,
        &SESSION_DEAD,
    ),
    row(
        Status(401, 401),
        &[Session, RefreshOfSession],
        Misconfigured,
        Inferred,
        &SESSION_DEAD,
    ),
    row(
        Status(401, 401),
        &[Username, Code],
        Misconfigured,
        Sage,
        &LOGIN_REFUSED,
    ),
    row(
        Status(401, 401),
        ANSWERED,
        Misconfigured,
        Standard,
        &CLIENT_REFUSED,
    ),
    row(
        Status(403, 403),
        ANSWERED,
        Misconfigured,
        Inferred,
        &NOT_AUTHORIZED,
    ),
    row(Status(408, 408), ANSWERED, Unavailable, Standard, &TROUBLE),
    row(
        WithEntity(400, 499),
        &[Username, Refresh],
        Misconfigured,
        Inferred,
        &ENTITY,
    ),
    row(
        WithEntity(400, 499),
        &[Api],
        NoPermission,
        Inferred,
        &ENTITY,
    ),
    row(Status(404, 405), ANSWERED, Protocol, Inferred, &NOT_FOUND),
    row(Status(500, 599), ANSWERED, Unavailable, Sage, &TROUBLE),
];

/// What is in no row.
pub(crate) const UNKNOWN: Refusal = row(Rest, EVERY, Protocol, Inferred, &NOT_UNDERSTOOD);

const fn row(
    signal: Signal,
    during: &'static [Step],
    verdict: Verdict,
    source: Source,
    notice: &'static Notice,
) -> Refusal {
    Refusal {
        signal,
        during,
        verdict,
        source,
        notice,
    }
}
