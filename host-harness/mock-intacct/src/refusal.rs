//! Every refusal, as data: what is sent, in which shape, and how sure it is.
//!
//! Sources: **S** Sage's own page, **M** Sage's text through a copy, **L** seen on the live
//! service, **T** third party, **I** chosen here because nothing is known. The letter tells of the
//! code and its meaning; a shape or status that nobody recorded is marked in the row's comment.

mod shape;

use http::StatusCode;

use crate::answer::Answer;
use crate::randomness::Randomness;
pub use shape::Shape;

/// One way to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the ledger and faults call it; two rows may look alike on the wire.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The form it takes.
    pub shape: Shape,
    /// `code`, or RFC 6749's `error`; in the shapes B, D and F the `errorId`. Shape K has none.
    pub code: &'static str,
    /// What it says to people.
    pub message: &'static str,
    /// How sure it is: S, M, L, T or I.
    pub source: char,
}

macro_rules! refusals {
    ($($(#[$about:meta])* $constant:ident: $name:literal, $status:literal, $shape:ident, $code:literal, $source:literal, $message:expr;)*) => {
        $($(#[$about])*
        pub const $constant: Refusal = Refusal {
            name: $name, status: $status, shape: Shape::$shape, code: $code, message: $message, source: $source,
        };)*

        /// The whole table.
        pub static REFUSALS: &[Refusal] = &[$($constant),*];
    };
}

const CLIENT_FAILED: &str = "Client authentication failed (e.g. unknown client, no client authentication included, or unsupported authentication method)";
const GRANT_INVALID: &str = "The authorization grant or refresh token is invalid, expired, revoked, or was issued to another client";
const TOKEN_INVALID: &str = "The token is not valid";
const INVALID_REQUEST: &str = "Invalid Request";
const FAILED: &str = "An internal error occurred";

refusals! {
    /// No application has this client ID.
    UNKNOWN_CLIENT: "unknown-client", 400, E, "invalid_client", 'L', CLIENT_FAILED;
    /// The client secret is wrong.
    WRONG_CLIENT_SECRET: "wrong-client-secret", 400, E, "invalid_client", 'L', CLIENT_FAILED;
    /// `Authorization: Basic` elsewhere than with a code. L for the refresh, I for the rest.
    BASIC_AUTHENTICATION: "basic-authentication", 400, E, "invalid_client", 'L', CLIENT_FAILED;

    /// A refresh token that was never issued, or to another client.
    UNKNOWN_REFRESH_TOKEN: "unknown-refresh-token", 400, E, "invalid_grant", 'L', GRANT_INVALID;
    /// A refresh token that was used and replaced.
    SPENT_REFRESH_TOKEN: "spent-refresh-token", 400, E, "invalid_grant", 'L', GRANT_INVALID;
    /// A refresh token that was revoked, or ended by a second consent or a reuse.
    ENDED_REFRESH_TOKEN: "ended-refresh-token", 400, E, "invalid_grant", 'L', GRANT_INVALID;
    /// A refresh token beyond its life.
    EXPIRED_REFRESH_TOKEN: "expired-refresh-token", 400, E, "invalid_grant", 'L', GRANT_INVALID;
    /// A code that was never issued, or to another client.
    UNKNOWN_CODE: "unknown-code", 400, E, "invalid_grant", 'I', GRANT_INVALID;
    /// A code that was used before.
    SPENT_CODE: "spent-code", 400, E, "invalid_grant", 'I', GRANT_INVALID;
    /// A code that was revoked before it was used.
    ENDED_CODE: "ended-code", 400, E, "invalid_grant", 'I', GRANT_INVALID;
    /// A code beyond its life.
    EXPIRED_CODE: "expired-code", 400, E, "invalid_grant", 'I', GRANT_INVALID;
    /// Another redirect URI than in the authorization.
    REDIRECT_URI_DIFFERS: "redirect-uri-differs", 400, E, "invalid_grant", 'I', GRANT_INVALID;
    /// The PKCE verifier is missing, not asked for, or does not fit.
    VERIFIER_WRONG: "verifier-wrong", 400, E, "invalid_grant", 'I', GRANT_INVALID;
    /// The Web Services subscription is off.
    SUBSCRIPTION_OFF: "subscription-off", 400, E, "invalid_grant", 'T', GRANT_INVALID;
    /// No user of this name, the case included.
    UNKNOWN_USER: "unknown-user", 400, E, "invalid_grant", 'T', GRANT_INVALID;
    /// The user is inactive.
    INACTIVE_USER: "inactive-user", 400, E, "invalid_grant", 'I', GRANT_INVALID;
    /// A regular user with client credentials: refused (S), how is not recorded (I).
    REGULAR_USER: "regular-user", 400, E, "invalid_grant", 'S', GRANT_INVALID;
    /// No entity of this name in the user name.
    UNKNOWN_ENTITY: "unknown-entity", 400, F, "invalidRequest", 'I', "The request is not valid";
    /// A session that is unknown, closed or over.
    DEAD_SESSION: "dead-session", 400, E, "invalid_grant", 'I', GRANT_INVALID;

    /// No `@` in the user name: the text is recorded, the shape is not.
    USERNAME_FORMAT: "username-format", 400, E, "invalid_request", 'L', "The username format is invalid (expected user@company)";
    /// A user name with an `@` and nothing before or after it.
    USERNAME_INCOMPLETE: "username-incomplete", 400, C, "GW-0012", 'M', "The username lacks its user or its company";
    /// Company unknown.
    UNKNOWN_COMPANY: "unknown-company", 400, C, "GW-0011", 'M', INVALID_REQUEST;
    /// Company inactive.
    INACTIVE_COMPANY: "inactive-company", 400, C, "GW-0011", 'M', INVALID_REQUEST;
    /// Application inactive.
    INACTIVE_APPLICATION: "inactive-application", 400, C, "GW-0011", 'M', INVALID_REQUEST;
    /// The company does not list the sender ID among its Web Services authorizations.
    SENDER_NOT_AUTHORIZED: "sender-not-authorized", 400, C, "GW-0011", 'M', INVALID_REQUEST;
    /// The company does not list the application, or not with this user. The shape is I.
    APPLICATION_NOT_AUTHORIZED: "application-not-authorized", 400, B, "REST-1216", 'L', "The application is not authorized by the company";

    /// The login cannot be authenticated, and no code says whose fault it is. The shape is I.
    LOGIN_NOT_AUTHENTICATED: "login-not-authenticated", 401, A, "unauthorized", 'S', "Not able to authenticate the login credential";
    /// A token that is refused with 403. The shape is I.
    TOKEN_FORBIDDEN: "token-forbidden", 403, C, "GW-0031", 'T', TOKEN_INVALID;
    /// A member of the request is missing.
    MISSING_ATTRIBUTE: "missing-attribute", 400, C, "GW-0015", 'M', "Missing username Attribute";
    /// The XML gateway: the sender ID is not in the company's list.
    SENDER_NOT_AUTHORIZED_XML: "sender-not-authorized-xml", 400, H, "XL03000006", 'S', "The sender ID is not in the list Web Services Authorization of the company";
    /// The XML gateway: user, company or password is wrong.
    SIGN_IN_INCORRECT_XML: "sign-in-incorrect-xml", 400, H, "XL03000006", 'S', "Sign-in information is incorrect";
    /// The XML gateway: company, sender or application inactive.
    INACTIVE_XML: "inactive-xml", 400, H, "GW-0011", 'I', INVALID_REQUEST;
    /// The gateway refuses the caller's network. The status is I.
    NETWORK_REFUSED: "network-refused", 403, G, "GW-0042", 'M', "The request is not allowed";
    /// Kong's word for an address that is not admitted.
    IP_NOT_ALLOWED: "ip-not-allowed", 403, K, "", 'M', "Your IP address is not allowed";
    /// Kong's word for a request without a credential that it knows.
    GATEWAY_UNAUTHORIZED: "gateway-unauthorized", 401, K, "", 'M', "Unauthorized";
    /// Kong's word for a path that it routes nowhere, as in maintenance.
    GATEWAY_NO_ROUTE: "gateway-no-route", 404, K, "", 'M', "no Route matched with those values";

    /// XML, or anything but a form where a form is due, or anything but JSON where JSON is.
    WRONG_FORMAT: "wrong-format", 400, C, "GW-0014", 'M', "The request is in a format that is not accepted";
    /// No grant type, or one that is not known.
    BAD_GRANT_TYPE: "bad-grant-type", 400, C, "GW-0032", 'M', "The grant type or the payload is not valid";
    /// A parameter of the grant is missing.
    BAD_PAYLOAD: "bad-payload", 400, C, "GW-0032", 'M', "The grant type or the payload is not valid";
    /// User name and session ID together: refused (T), how is not recorded (I).
    USERNAME_AND_SESSION: "username-and-session", 400, C, "GW-0032", 'T', "The grant type or the payload is not valid";
    /// No such path.
    BAD_PATH: "bad-path", 404, C, "GW-0033", 'M', "The path is not valid";
    /// No `Authorization: Bearer`. The status is I.
    NOT_BEARER: "not-bearer", 401, C, "GW-0034", 'M', "The authorization is not a bearer token";
    /// No body.
    EMPTY_BODY: "empty-body", 400, C, "GW-0035", 'M', "The request has no body";
    /// No user name, or an empty one.
    USERNAME_EMPTY: "username-empty", 400, C, "GW-0036", 'M', "The username is empty";
    /// No client ID.
    NO_CLIENT_ID: "no-client-id", 400, C, "GW-0037", 'M', "The client ID is missing";
    /// Several client IDs.
    SEVERAL_CLIENT_IDS: "several-client-ids", 400, C, "GW-0038", 'M', "More than one client ID was sent";
    /// Several user names.
    SEVERAL_USERNAMES: "several-usernames", 400, C, "GW-0039", 'M', "More than one username was sent";
    /// A method that the path does not take.
    METHOD_NOT_ALLOWED: "method-not-allowed", 405, A, "methodNotAllowed", 'S', "The method is not supported here";

    /// A stale access token, the usual way.
    STALE_GW_0040: "stale-gw-0040", 401, A, "GW-0040", 'M', TOKEN_INVALID;
    /// A stale access token with HTTP 400.
    STALE_REST_1206: "stale-rest-1206", 400, B, "REST-1206", 'L', TOKEN_INVALID;
    /// A stale access token, or one that was never issued.
    STALE_REST_2102: "stale-rest-2102", 401, D, "REST-2102", 'L', "Token is not valid";
    /// A stale access token, as the gateway says it.
    STALE_GW_0031: "stale-gw-0031", 401, C, "GW-0031", 'M', TOKEN_INVALID;
    /// The user may not do this. The code is I.
    NO_PERMISSION: "no-permission", 403, A, "forbidden", 'S', "The user does not have permission for this operation";
    /// The entity header names no entity, or another than the token's.
    ENTITY_REFUSED: "entity-refused", 400, A, "invalidRequest", 'I', "The entity is not valid for this request";
    /// An object that is not there.
    UNKNOWN_OBJECT: "unknown-object", 404, A, "notFound", 'S', "The object or the record does not exist";
    /// A field that the object does not have.
    UNKNOWN_FIELD: "unknown-field", 400, B, "REST-1107", 'L', "The field does not exist in this object";
    /// A field that may not be asked for. The mock's own objects have none; a fault can say it.
    FIELD_NOT_QUERYABLE: "field-not-queryable", 400, B, "REST-1106", 'L', "The field cannot be used in a query";
    /// A query that cannot be read: a page size over 4,000 among others.
    BAD_QUERY: "bad-query", 400, A, "invalidRequest", 'I', "The request is not valid";

    /// Too many calls.
    THROTTLED: "throttled", 429, C, "GW-0010", 'M', "The rate limit is reached";
    /// The service is away.
    UNAVAILABLE: "unavailable", 503, C, "GW-0009", 'M', "The service is temporarily unavailable";
    /// Something failed on the service's side.
    INTERNAL_ERROR: "internal-error", 500, A, "GW-0001", 'M', FAILED;
    /// Likewise; which failure has which code is not recorded.
    INTERNAL_ERROR_2: "internal-error-2", 500, A, "GW-0002", 'M', FAILED;
    /// Likewise.
    INTERNAL_ERROR_3: "internal-error-3", 500, A, "GW-0003", 'M', FAILED;
    /// Likewise.
    INTERNAL_ERROR_4: "internal-error-4", 500, A, "GW-0004", 'M', FAILED;
    /// Likewise.
    INTERNAL_ERROR_5: "internal-error-5", 500, C, "GW-0005", 'M', FAILED;
    /// Likewise.
    INTERNAL_ERROR_6: "internal-error-6", 500, C, "GW-0006", 'M', FAILED;
    /// Likewise.
    INTERNAL_ERROR_7: "internal-error-7", 500, C, "GW-0007", 'M', FAILED;
    /// Likewise.
    INTERNAL_ERROR_8: "internal-error-8", 500, C, "GW-0008", 'M', FAILED;
}

impl Refusal {
    /// The row of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        REFUSALS
            .iter()
            .copied()
            .find(|refusal| refusal.name == name)
    }

    /// The answer, with a support ID of its own.
    pub(crate) fn answer(self, randomness: &mut Randomness) -> Answer {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        self.shape
            .answer(status, &self, &randomness.id())
            .refusing(self.name, self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_name_of_its_own() {
        for (position, refusal) in REFUSALS.iter().enumerate() {
            let before = &REFUSALS[..position];
            assert!(
                before.iter().all(|other| other.name != refusal.name),
                "{} stands twice",
                refusal.name
            );
        }
    }

    #[test]
    fn every_refusal_has_a_status_that_refuses_and_a_known_source() {
        for refusal in REFUSALS {
            assert!((400..600).contains(&refusal.status), "{refusal:?}");
            assert!("SMLTI".contains(refusal.source), "{refusal:?}");
        }
    }
}
