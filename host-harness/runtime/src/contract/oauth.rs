//! OAuth's nouns (RFC 6749, 7636).

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// A way to obtain tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantKind {
    /// Through a person at a browser (RFC 6749 section 4.1).
    AuthorizationCode,
    /// By the client's own credentials (RFC 6749 section 4.4).
    ClientCredentials,
    /// With a refresh token (RFC 6749 section 6).
    RefreshToken,
    /// An extension grant, by its `grant_type`.
    Other(String),
}

/// How a credential is connected and kept alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantPlan {
    /// How tokens are first obtained.
    pub connect: GrantKind,
    /// To try in this order; empty where only connecting again helps.
    pub renew: Vec<GrantKind>,
    /// Renew this long before the access token expires, or at nine tenths of its life, whichever
    /// is later.
    pub margin_seconds: u32,
    /// Whether the authorization uses PKCE (RFC 7636).
    pub pkce: bool,
    /// The scopes that are asked for (RFC 6749 section 3.3).
    pub scopes: Vec<String>,
}

/// The browser came back with an error instead of a code (RFC 6749 section 4.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuthorizationRefusal {
    /// Such as `access_denied`; `unreadable` where it is no short identifier.
    pub error: String,
}

/// A code to exchange (RFC 6749 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeGrant {
    /// Single-use.
    pub code: Secret,
    /// The same as in the authorization.
    pub redirect_uri: String,
    /// PKCE (RFC 7636 section 4.5).
    pub code_verifier: Option<Secret>,
    /// The redirect's further parameters that the plugin's descriptor declares.
    pub parameters: Vec<(String, String)>,
}

/// What to obtain tokens with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A code.
    AuthorizationCode(CodeGrant),
    /// The settings alone.
    ClientCredentials,
    /// The refresh token of an earlier answer.
    RefreshToken(Secret),
    /// An extension grant, by its `grant_type`.
    Other(String),
}

/// Whom a token speaks for, as far as the service says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// As the service spells it.
    pub user: Option<String>,
    /// Likewise.
    pub company: Option<String>,
    /// A part of the company that the token is confined to.
    pub entity: Option<String>,
}

/// A token response (RFC 6749 section 5.1), understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// `Bearer` in any case.
    pub token_type: String,
    /// The access token.
    pub access: Secret,
    /// Absent: keep the refresh token that there was, if any.
    pub refresh: Option<Secret>,
    /// From the moment the request was sent; absent where the service did not say.
    pub expires_in_seconds: Option<u64>,
    /// The refresh token's life, from the moment the request was sent.
    pub refresh_expires_in_seconds: Option<u64>,
    /// The scopes that were granted, where the service says.
    pub scopes: Option<Vec<String>>,
    /// Absent where the service says nothing of it.
    pub identity: Option<Identity>,
    /// What connecting taught, by the form's fields of kind [`FieldKind::Learned`](super::FieldKind):
    /// to be kept, and given back as settings.
    pub facts: Vec<(String, String)>,
}
