//! What the rows have in common: where a refusal may come, and codes that mean the same.

use super::Step::{
    self, Api, Code, Consent, Refresh, RefreshOfSession, Revocation, Session, Username,
};

/// Everywhere.
pub(super) const EVERY: &[Step] = &[
    Consent,
    Code,
    Username,
    Session,
    Refresh,
    RefreshOfSession,
    Api,
    Revocation,
];
/// Wherever there is an answer.
pub(super) const ANSWERED: &[Step] = &[
    Code,
    Username,
    Session,
    Refresh,
    RefreshOfSession,
    Api,
    Revocation,
];
/// Where the client's own credentials, or its name, are looked at.
pub(super) const CLIENT: &[Step] = &[
    Consent,
    Code,
    Username,
    Session,
    Refresh,
    RefreshOfSession,
    Revocation,
];
/// Requests for tokens.
pub(super) const TOKEN: &[Step] = &[Code, Username, Session, Refresh, RefreshOfSession];

/// "Sign-in information is incorrect", in the XML of the gateway.
pub(super) const SIGN_IN_INCORRECT: &str = "XL03000006";
/// A grant, or the token that stands for it, that Intacct does not take (any more), or cannot read. The
/// REST codes are the API's; that the token endpoint uses them too is inferred.
pub(super) const DEAD: &[&str] = &[
    "GW-0031",
    "invalid_grant",
    "invalid_token",
    "REST-1206",
    "REST-2102",
    "GW-0040",
];
/// An access token that Intacct does not take any more.
pub(super) const STALE: &[&str] = &[
    "GW-0040",
    "REST-1206",
    "REST-2102",
    "GW-0031",
    "invalid_token",
    "invalid_grant",
];
/// A request that is not made as it should be.
pub(super) const MALFORMED: &[&str] = &[
    "invalid_request",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
];
