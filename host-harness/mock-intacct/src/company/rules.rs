//! How tokens behave: what is recorded of the real service, and what a test may want instead.

use serde::{Deserialize, Serialize};

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rotation {
    /// It stays good, and the answer brings no new one.
    Off,
    /// It is spent, and the answer brings its successor.
    #[default]
    On,
    /// As `On`, and a spent one that comes again ends every token of its family.
    ReuseKillsFamily,
}

/// How an API call with a stale access token is refused. All four were seen or documented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaleTokenAnswer {
    /// HTTP 401, shape A.
    #[default]
    Gw0040,
    /// HTTP 400, shape B.
    Rest1206,
    /// HTTP 401, shape D.
    Rest2102,
    /// HTTP 401, shape C.
    Gw0031,
    /// HTTP 403, shape C, `GW-0031`.
    Forbidden,
}

/// Where the company's two lists, of sender IDs and of client applications, show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListsChecked {
    /// When tokens are asked for, and at every call.
    #[default]
    SignIn,
    /// Tokens are given all the same; a call with one is refused as with a stale token (T).
    Call,
}

/// What the authorization page does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInPage {
    /// Asks for company, user and password.
    #[default]
    Shows,
    /// Sends the browser back with `login_required`: its session is over.
    LoginRequired,
    /// Likewise with `interaction_required`.
    InteractionRequired,
    /// Likewise with `consent_required`.
    ConsentRequired,
}

impl SignInPage {
    /// What the redirect says (OpenID Connect Core 1.0 section 3.1.2.6), unless the page shows.
    pub(crate) fn error(self) -> Option<&'static str> {
        match self {
            Self::Shows => None,
            Self::LoginRequired => Some("login_required"),
            Self::InteractionRequired => Some("interaction_required"),
            Self::ConsentRequired => Some("consent_required"),
        }
    }
}

/// How tokens behave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenRules {
    /// `expires_in` of an access token. 43,200 s (L).
    pub access_lifetime_seconds: u64,
    /// The real one is not documented; 180 days here (I).
    pub refresh_lifetime_seconds: u64,
    /// The real one is not documented; ten minutes, RFC 6749's upper bound, here (I).
    pub code_lifetime_seconds: u64,
    /// Not documented; on here, as the stricter for a client (I).
    pub rotation: Rotation,
    /// A second consent for a user ends the refresh tokens of the first (L).
    pub second_consent_kills_first: bool,
    /// Whether client credentials bring a refresh token. They do (L), though one article says no.
    pub refresh_token_with_client_credentials: bool,
    /// How a stale access token is refused.
    pub stale_token_answer: StaleTokenAnswer,
    /// Where the company's two lists show.
    pub lists_checked: ListsChecked,
    /// What the authorization page does.
    pub sign_in_page: SignInPage,
}

impl Default for TokenRules {
    fn default() -> Self {
        Self {
            access_lifetime_seconds: 43_200,
            refresh_lifetime_seconds: 180 * 24 * 60 * 60,
            code_lifetime_seconds: 600,
            rotation: Rotation::default(),
            second_consent_kills_first: true,
            refresh_token_with_client_credentials: true,
            stale_token_answer: StaleTokenAnswer::default(),
            lists_checked: ListsChecked::default(),
            sign_in_page: SignInPage::default(),
        }
    }
}
