//! The grants that the token endpoint knows.

/// A value of `grant_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantType {
    /// RFC 6749 section 4.1.3.
    AuthorizationCode,
    /// RFC 6749 section 4.4.2.
    ClientCredentials,
    /// RFC 6749 section 6.
    RefreshToken,
}

impl GrantType {
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "authorization_code" => Some(Self::AuthorizationCode),
            "client_credentials" => Some(Self::ClientCredentials),
            "refresh_token" => Some(Self::RefreshToken),
            _ => None,
        }
    }
}
