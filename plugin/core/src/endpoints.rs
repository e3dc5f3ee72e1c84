//! Where Intacct listens. One global host: the company stands in the login or in the Username.
//!
//! How sure each fact is stands beside it: **S** Sage's own page, **M** Sage's text seen through a
//! copy, **L** seen on the live service, **T** third-party code, **I** inferred.

use crate::model::{Origin, Purposes};

/// Scheme and host of everything below. M, L.
pub const ORIGIN: Origin = Origin {
    url: "https://api.intacct.com",
    purposes: Purposes {
        browser: true,
        token: true,
        api: true,
    },
};

/// The consent page. S. (A discovery document names `https://api.intacct.com/ia/authorize`; every
/// integration that was read uses this one.)
pub const AUTHORIZE: &str = "https://api.intacct.com/ia/api/v1/oauth2/authorize";

/// Tokens and their renewal. S, L.
pub const TOKEN: &str = "https://api.intacct.com/ia/api/v1/oauth2/token";

/// Revocation. T.
pub const REVOKE: &str = "https://api.intacct.com/ia/api/v1/oauth2/revoke";

/// Introspection (RFC 7662): whether a token is good, asked with the token itself. T, one source.
pub const INTROSPECT: &str = "https://api.intacct.com/ia/api/v1/oauth2/introspect";

/// The cheapest honest question to ask with a token: the model of the user object, without its
/// schema. L; that it makes a good test, T. The session endpoint would be cheaper, but its answer
/// holds a live session.
pub const TEST: &str =
    "https://api.intacct.com/ia/api/v1/services/core/model?name=company-config/user&schema=false";

/// The header that confines a call to one entity. L. A misspelt one is silently ignored and the
/// answer is the whole company's; upper and lower case do not matter (RFC 9110 section 5.1).
pub const ENTITY_HEADER: &str = "x-ia-api-param-entity";

/// The scope without which there is no refresh token. S.
pub const SCOPES: &[&str] = &["offline_access"];
