//! Members, claims, headers and parameters that hold a secret by their name.

use unicode_normalization::UnicodeNormalization as _;

use super::letters::to_ascii;

/// What stands in the name of a secret.
const ROOTS: [&str; 62] = [
    "accesscode",
    "accesskey",
    "accountkey",
    "apikey",
    "appkey",
    "aspxauth",
    "assertion",
    "authcode",
    "authkey",
    "authorization",
    "backupcode",
    "bearer",
    "clientkey",
    "codeverifier",
    "consumerkey",
    "cookie",
    "credential",
    "devicecode",
    "encryptionkey",
    "hmac",
    "jsessionid",
    "jwt",
    "licensekey",
    "magiclink",
    "masterkey",
    "nonce",
    "onetimecode",
    "passcode",
    "passkey",
    "passphrase",
    "passwd",
    "password",
    "pincode",
    "presignedurl",
    "privatekey",
    "pswd",
    "pwd",
    "recoverycode",
    "samlart",
    "samlresponse",
    "secret",
    "sasuri",
    "sasurl",
    "sessid",
    "sessionguid",
    "sessionid",
    "sessionkey",
    "sessionstate",
    "sessionticket",
    "sessionuuid",
    "sharedkey",
    "signature",
    "signedurl",
    "signingkey",
    "storagekey",
    "subscriptionkey",
    "tkn",
    "token",
    "usercode",
    "verificationcode",
    "verifier",
    "xauth",
];

/// What is a secret's name as a whole, and means something else within others.
const WHOLE: [&str; 23] = [
    "access",
    "auth",
    "connectsid",
    "cred",
    "jsession",
    "key",
    "oauth",
    "otp",
    "pass",
    "passwort",
    "pat",
    "pin",
    "psk",
    "pw",
    "refresh",
    "sas",
    "session",
    "sessiontoken",
    "sid",
    "sig",
    "ssid",
    "ticket",
    "totp",
];

/// What is a secret's name as one word of several: `otp_code`, `userPin`, `db-pass`.
const WORDS: [&str; 11] = [
    "creds", "hmac", "jwt", "otp", "pass", "pin", "psk", "pwd", "pw", "sas", "totp",
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
    let name: String = name.nfkd().map(to_ascii).collect();
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let singular = plain.strip_suffix('s').unwrap_or(plain);
    if WHOLE.iter().any(|it| *it == plain || *it == singular) {
        return true;
    }
    if words(&name).any(|it| WORDS.contains(&it.as_str())) && !is_about(plain) {
        return true;
    }
    let Some(end) = ROOTS.iter().filter_map(|it| last(plain, it)).max() else {
        return false;
    };
    !is_about(&plain[end..])
}

fn is_about(rest: &str) -> bool {
    ABOUT.iter().any(|about| rest.ends_with(about))
}

/// The words of a name, by its separators and its capitals; in lower case, digits at the end dropped.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && after_small);
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase() || c.is_ascii_digit();
    }
    let ends = |it: String| it.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    words.into_iter().map(ends)
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
            "accountKey",
            "account-key",
            "key",
            "keys",
            "session_state",
            "sessionState",
            "nonce",
            "otp_code",
            "smsOtp",
            "userPin",
            "user-pin",
            "PIN2",
            "db.pass",
            "pw",
            "x-amz-signature",
            "oauth_verifier",
            "device_code",
            "user_code",
            "auth_code",
            "access",
            "refresh",
            "recovery-codes",
            "ticket",
            "sig",
            "connect.sid",
            "\u{430}ccess_t\u{43e}ken",
            "pass\u{200b}word",
            "s\u{e9}cret",
            "cl\u{456}ent_s\u{435}cret",
            "subscription-key",
            "accessCode",
            "PINCODE",
            ".ASPXAUTH",
            "x-auth",
            "user_tkn",
            "sessionGuid",
            "sasUrl",
            "preSignedURL",
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
            "monkey",
            "primaryKeyName",
            "opinion",
            "shipping",
            "bypass_allowed_at",
            "accessLevel",
            "refreshRate",
            "account_sid",
            "ticketNumber",
            "postcode",
            "country_code",
            "errorCode",
            "status_code",
            "message_code",
            "passed_checks",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
