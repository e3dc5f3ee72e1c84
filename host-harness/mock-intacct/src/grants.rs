//! What was issued, to whom, and what has become of it.

use std::collections::{HashMap, HashSet};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// An authorization code.
    Code,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

/// What has become of a token. Expiry is apart from this: it depends on the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// Good until it expires.
    Live,
    /// Used, and good for one use only.
    Spent,
    /// Revoked, or ended by a second consent or a reuse.
    Ended,
}

/// What tokens stand for: one consent, or one request with client credentials. Whatever is renewed
/// from it belongs to the same family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) family: u64,
    pub(crate) user: String,
    pub(crate) entity: Option<String>,
    pub(crate) client_id: String,
    pub(crate) session_id: String,
    /// By a person at the page.
    pub(crate) consented: bool,
    /// With a refresh token.
    pub(crate) offline: bool,
}

/// A code or a token that the mock gave out, in plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    /// What it is for.
    pub kind: TokenKind,
    /// The token itself.
    pub value: String,
    /// Whom it speaks for.
    pub user: String,
    /// The entity it is confined to.
    pub entity: Option<String>,
    /// The application that got it.
    pub client_id: String,
    /// The claim `sessionId`, a credential in itself.
    pub session_id: String,
    /// Seconds since the epoch.
    pub issued_at: u64,
    /// Seconds since the epoch; good before this.
    pub expires_at: u64,
    /// What has become of it.
    pub state: TokenState,
    pub(crate) grant: Grant,
}

impl IssuedToken {
    /// Whether it is good at this instant.
    #[must_use]
    pub fn is_live_at(&self, unix_seconds: u64) -> bool {
        self.state == TokenState::Live && unix_seconds < self.expires_at
    }
}

/// What a code is bound to.
#[derive(Clone, Debug)]
pub(crate) struct CodeBinding {
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
}

/// Everything that was issued.
#[derive(Default)]
pub(crate) struct Grants {
    tokens: Vec<IssuedToken>,
    by_value: HashMap<String, usize>,
    codes: HashMap<String, CodeBinding>,
    sessions: HashSet<String>,
    families: u64,
}

impl Grants {
    /// A number for a new grant.
    pub(crate) fn next_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    pub(crate) fn add(&mut self, token: IssuedToken) {
        self.by_value.insert(token.value.clone(), self.tokens.len());
        self.sessions.insert(token.session_id.clone());
        self.tokens.push(token);
    }

    pub(crate) fn bind(&mut self, code: &str, binding: CodeBinding) {
        self.codes.insert(code.to_owned(), binding);
    }

    pub(crate) fn binding(&self, code: &str) -> Option<&CodeBinding> {
        self.codes.get(code)
    }

    pub(crate) fn all(&self) -> &[IssuedToken] {
        &self.tokens
    }

    /// The token of that value and kind.
    pub(crate) fn find(&self, kind: TokenKind, value: &str) -> Option<&IssuedToken> {
        let token = self
            .by_value
            .get(value)
            .and_then(|position| self.tokens.get(*position))?;
        (token.kind == kind).then_some(token)
    }

    /// Whether the ledger must hide this value: a code, a token or a session.
    pub(crate) fn is_secret(&self, value: &str) -> bool {
        self.by_value.contains_key(value) || self.sessions.contains(value)
    }

    /// The grant of a session that is alive because an access token of it is.
    pub(crate) fn live_session(&self, session_id: &str, now: u64) -> Option<&Grant> {
        self.tokens
            .iter()
            .find(|token| {
                token.kind == TokenKind::Access
                    && token.session_id == session_id
                    && token.is_live_at(now)
            })
            .map(|token| &token.grant)
    }

    pub(crate) fn spend(&mut self, value: &str) {
        if let Some(token) = self
            .by_value
            .get(value)
            .and_then(|position| self.tokens.get_mut(*position))
        {
            token.state = TokenState::Spent;
        }
    }

    /// Ends every live token of the family.
    pub(crate) fn end_family(&mut self, family: u64) {
        self.end(|token| token.grant.family == family);
    }

    /// Ends every live token of the user: the pool that revoking any of them empties (T).
    pub(crate) fn end_pool(&mut self, user: &str) {
        self.end(|token| token.user == user);
    }

    /// Ends the user's refresh tokens that came from an earlier consent (L).
    pub(crate) fn end_consented_refresh_tokens(&mut self, user: &str) {
        self.end(|token| {
            token.kind == TokenKind::Refresh && token.user == user && token.grant.consented
        });
    }

    fn end(&mut self, of: impl Fn(&IssuedToken) -> bool) {
        for token in self
            .tokens
            .iter_mut()
            .filter(|token| token.state == TokenState::Live && of(token))
        {
            token.state = TokenState::Ended;
        }
    }
}
