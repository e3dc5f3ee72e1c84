//! Everything that the mock knows, behind one lock. Endpoints are functions from this and a request
//! to an answer; they do no I/O.

use std::collections::HashMap;

use crate::answer::Answer;
use crate::clock::Clock;
use crate::company::Company;
use crate::fault::Script;
use crate::grants::{Grant, Grants, IssuedToken, TokenKind, TokenState};
use crate::jwt::{self, Claims};
use crate::ledger::{Journal, Mask};
use crate::oauth::SignIn;
use crate::randomness::Randomness;
use crate::refusal::Refusal;

pub(crate) struct World {
    pub(crate) company: Company,
    pub(crate) grants: Grants,
    /// People who have signed in at the page and not yet decided, by ticket.
    pub(crate) sign_ins: HashMap<String, SignIn>,
    pub(crate) clock: Clock,
    pub(crate) randomness: Randomness,
    pub(crate) script: Script,
    pub(crate) journal: Journal,
    /// `http://127.0.0.1:PORT`
    pub(crate) origin: String,
    /// When sessions began to age; seconds since the epoch.
    pub(crate) started_at: u64,
    signing_key: [u8; 32],
    mask_key: [u8; 32],
}

impl World {
    pub(crate) fn new(
        company: Company,
        clock: Clock,
        mut randomness: Randomness,
        origin: String,
    ) -> Self {
        let (signing_key, mask_key) = (randomness.key(), randomness.key());
        Self {
            company,
            grants: Grants::default(),
            sign_ins: HashMap::new(),
            started_at: clock.now(),
            clock,
            randomness,
            script: Script::default(),
            journal: Journal::default(),
            origin,
            signing_key,
            mask_key,
        }
    }

    /// Issues a code or a token for this grant.
    pub(crate) fn issue(&mut self, kind: TokenKind, grant: &Grant) -> String {
        let now = self.clock.now();
        let expires_at = now.saturating_add(self.lifetime(kind));
        let claims = self.claims(grant, now, expires_at);
        let value = jwt::encode(&claims, &self.signing_key);
        self.grants.add(IssuedToken {
            kind,
            value: value.clone(),
            user: grant.user.clone(),
            entity: grant.entity.clone(),
            client_id: grant.client_id.clone(),
            session_id: grant.session_id.clone(),
            issued_at: now,
            expires_at,
            state: TokenState::Live,
            grant: grant.clone(),
        });
        value
    }

    fn lifetime(&self, kind: TokenKind) -> u64 {
        match kind {
            TokenKind::Code => self.company.tokens.code_lifetime_seconds,
            TokenKind::Access => self.company.tokens.access_lifetime_seconds,
            TokenKind::Refresh => self.company.tokens.refresh_lifetime_seconds,
        }
    }

    fn claims(&mut self, grant: &Grant, iat: u64, exp: u64) -> Claims {
        let user_key = self
            .company
            .user(&grant.user)
            .map_or_else(String::new, |user| user.key.clone());
        Claims {
            iss: crate::INTACCT_ORIGIN,
            jti: self.randomness.id(),
            iat,
            exp,
            cny_id: self.company.id.clone(),
            cny_key: self.company.key.clone(),
            user_id: grant.user.clone(),
            user_key,
            entity_id: grant.entity.clone().unwrap_or_default(),
            client_id: grant.client_id.clone(),
            session_id: grant.session_id.clone(),
        }
    }

    /// The answer to whatever an endpoint decided.
    pub(crate) fn settle(&mut self, decided: Result<Answer, Refusal>) -> Answer {
        decided.unwrap_or_else(|refusal| refusal.answer(&mut self.randomness))
    }

    /// Hides secrets in what the ledger shows.
    pub(crate) fn mask(&self) -> Mask<'_> {
        Mask::new(&self.company, &self.grants, &self.mask_key)
    }
}
