//! Interface `oauth`: grants (RFC 6749), PKCE (RFC 7636), tokens.

use super::SecretRef;
use alloc::{string::String, vec::Vec};

/// A way to obtain tokens (RFC 6749 section 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantKind {
    /// Through a person at a browser (RFC 6749 section 4.1).
    AuthorizationCode,
    /// By the client's own credentials (RFC 6749 section 4.4).
    ClientCredentials,
    /// With a refresh token (RFC 6749 section 6).
    RefreshToken,
}

/// How a credential is connected, and how it is kept alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantPlan {
    /// How tokens are first obtained.
    pub connect: GrantKind,
    /// To try in this order.
    pub renew: Vec<GrantKind>,
    /// Renew this long before the access token expires, in seconds, or at nine tenths of its life,
    /// whichever is later.
    pub margin_seconds: u32,
    /// Whether the authorization uses PKCE (RFC 7636, S256).
    pub pkce: bool,
    /// The scopes that are asked for (RFC 6749 section 3.3).
    pub scopes: &'static [&'static str],
}

/// What the host has made for one authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Where the browser comes back to; equal to the registered one.
    pub redirect_uri: String,
    /// Unguessable; made and checked by the host.
    pub state: String,
    /// PKCE, S256 (RFC 7636 section 4.2); absent where the plan has no PKCE.
    pub code_challenge: Option<String>,
}

/// The browser came back with an error (RFC 6749 section 4.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRefusal {
    /// Such as `access_denied`; `unreadable` where it is no code.
    pub error: String,
}

/// A code to exchange (RFC 6749 section 4.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeGrant {
    /// Single-use.
    pub code: SecretRef,
    /// The same as in the authorization.
    pub redirect_uri: String,
    /// PKCE (RFC 7636 section 4.5).
    pub code_verifier: Option<SecretRef>,
}

/// What to obtain tokens with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// A code.
    AuthorizationCode(CodeGrant),
    /// The settings alone.
    ClientCredentials,
    /// The refresh token of an earlier answer.
    RefreshToken(SecretRef),
    /// An extension grant, by its `grant_type`. Intacct has none.
    Other(String),
}

/// Whom a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The claim `userId`.
    pub user: Option<String>,
    /// The claim `cnyId`.
    pub company: Option<String>,
    /// The claim `entityId`.
    pub entity: Option<String>,
}

/// A token response (RFC 6749 section 5.1), understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// As Intacct spells it; `Bearer` in any case.
    pub token_type: String,
    /// The access token.
    pub access: SecretRef,
    /// Absent: keep the one that there was.
    pub refresh: Option<SecretRef>,
    /// Seconds from the moment the request was sent; absent where Intacct did not say.
    pub expires_in_seconds: Option<u64>,
    /// The refresh token's life, likewise.
    pub refresh_expires_in_seconds: Option<u64>,
    /// Absent where the token says nothing of it.
    pub identity: Option<Identity>,
}
