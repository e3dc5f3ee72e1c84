//! Members, claims, headers and parameters that hold a secret by their name.

use unicode_normalization::UnicodeNormalization as _;

/// What stands in the name of a secret.
const ROOTS: [&str; 27] = [
    "accesskey",
    "apikey",
    "appkey",
    "assertion",
    "authkey",
    "authorization",
    "bearer",
    "clientkey",
    "codeverifier",
    "cookie",
    "credential",
    "encryptionkey",
    "jwt",
    "masterkey",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "samlresponse",
    "secret",
    "sessid",
    "sessionid",
    "sessionkey",
    "signingkey",
    "token",
];

/// What is a secret's name as a whole, and means something else within others.
const WHOLE: [&str; 10] = [
    "auth",
    "jsession",
    "otp",
    "pass",
    "pin",
    "session",
    "sessiontoken",
    "sid",
    "signature",
    "verifier",
];

/// What a name ends in that only says something about a secret, such as `token_type`.
const ABOUT: [&str; 29] = [
    "count",
    "created",
    "createdat",
    "endpoint",
    "error",
    "expiration",
    "expired",
    "expires",
    "expiresat",
    "expiresin",
    "expiry",
    "hint",
    "invalid",
    "issuedat",
    "length",
    "lifetime",
    "name",
    "required",
    "revoked",
    "scope",
    "scopes",
    "status",
    "ttl",
    "type",
    "uri",
    "url",
    "valid",
    "version",
    "warning",
];

/// Whether something of that name holds a secret. Case, separators, digits at the end, plurals and
/// the forms of letters do not count, so that a rule cannot be slipped past by spelling.
pub(super) fn is_secret(name: &str) -> bool {
    let plain: String = name
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .collect();
    let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let singular = plain.strip_suffix('s').unwrap_or(plain);
    if WHOLE.iter().any(|it| *it == plain || *it == singular) {
        return true;
    }
    let Some(end) = ROOTS.iter().filter_map(|it| last(plain, it)).max() else {
        return false;
    };
    let rest = &plain[end..];
    !ABOUT.iter().any(|about| rest.ends_with(about))
}

/// Where the last occurrence of a root ends.
fn last(name: &str, root: &str) -> Option<usize> {
    name.rfind(root).map(|at| at + root.len())
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn a_secret_is_known_by_its_name_in_every_spelling() {
        for name in [
            "access_token",
            "refresh_token",
            "id_token",
            "token",
            "tokens",
            "accessToken",
            "ACCESS_TOKEN",
            "Access-Token",
            "access token",
            "access.token",
            "device-token",
            "token2",
            "ｔｏｋｅｎ",
            "newTokenValue",
            "token_string",
            "x-auth-token",
            "csrfToken",
            "client_secret",
            "clientSecret",
            "secret",
            "secrets",
            "SecretKey",
            "shared-secret",
            "sessionId",
            "session_id",
            "SessionID",
            "ia::sessionId",
            "JSESSIONID",
            "PHPSESSID",
            "sid",
            "session",
            "sessionKey",
            "password",
            "passwd",
            "pwd",
            "user_password",
            "Passwords",
            "passphrase",
            "passcode",
            "pin",
            "otp",
            "api_key",
            "apiKey",
            "apikeys",
            "x-api-key",
            "access_key",
            "accessKeyId",
            "private_key",
            "signing_key",
            "credential",
            "credentials",
            "cookie",
            "set-cookie",
            "assertion",
            "client_assertion",
            "authorization",
            "code_verifier",
            "jwt",
            "id_jwt",
            "bearer",
            "SAMLResponse",
            "signature",
            "auth",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_says_something_about_a_secret_is_none() {
        for name in [
            "token_type",
            "tokenType",
            "expires_in",
            "refresh_token_expires_in",
            "x_refresh_token_expires_in",
            "tokenInvalid",
            "token_status",
            "tokenCount",
            "password_expired",
            "secretName",
            "error",
            "error_description",
            "code",
            "message",
            "errorId",
            "supportId",
            "ia::error",
            "ia::result",
            "ia::meta",
            "details",
            "correction",
            "additionalInfo",
            "messageId",
            "requestId",
            "request_id",
            "revoked",
            "errorno",
            "description",
            "scope",
            "user_id",
            "cny_id",
            "exp",
            "active",
            "company",
            "status",
            "side",
            "passed",
            "author",
            "realmId",
            "keynote",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
