//! Members that hold a secret by their name.

/// Whether a member of that name holds a token or a session.
///
/// Those that end in `token` (`access_token`, `refresh_token`, `id_token`, RFC 7009's `token`,
/// `accessToken`), and `sessionId` in its spellings. Case, underscores and hyphens do not count, so
/// that a rule cannot be slipped past by spelling. `token_type` is none of them.
pub(super) fn holds_secret(member: &str) -> bool {
    let plain: String = member
        .chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    plain.ends_with("token") || is_session(member)
}

/// Whether a member or claim of that name is a session's: as good as a token wherever it stands.
pub(super) fn is_session(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    plain.ends_with("sessionid")
}

#[cfg(test)]
mod tests {
    use super::holds_secret;

    #[test]
    fn tokens_and_sessions_are_known_by_name() {
        for name in [
            "access_token",
            "refresh_token",
            "id_token",
            "token",
            "accessToken",
            "Token",
            "ACCESS_TOKEN",
            "device-token",
            "sessionId",
            "session_id",
            "SessionID",
            "ia::sessionId",
        ] {
            assert!(holds_secret(name), "{name}");
        }
    }

    #[test]
    fn other_members_are_left_alone() {
        for name in [
            "token_type",
            "expires_in",
            "tokenInvalid",
            "error",
            "session",
            "tokens",
            "",
        ] {
            assert!(!holds_secret(name), "{name}");
        }
    }
}
