//! The secrets of one operation, under names that mean nothing anywhere else.

use std::collections::{BTreeSet, HashMap};

use crate::contract::Sealed;
use crate::randomness::Randomness;
use crate::reading::{Budget, SecretSearch, Secrets, claims_of, mentions};
use crate::secret::Secret;

/// The values that a plugin may name while one operation lasts.
///
/// A name is a hint for people, a number, and 64 bits drawn for this operation: a plugin cannot
/// foresee a name of another operation, and what it stashed away from one means nothing here.
#[derive(Debug)]
pub(crate) struct Vault {
    suffix: String,
    secrets: HashMap<String, Named>,
    search: SecretSearch,
    /// What it may still cost to search what the plugin hands back.
    handed_back: Budget,
}

/// What it may cost to search all that a plugin hands back in one operation, as bytes of everything that
/// it may spell; what is beyond counts as a hit.
const MOST_HANDED_BACK: usize = 4 << 20;

/// A value that has a name.
#[derive(Debug)]
struct Named {
    secret: Secret,
    kind: SecretKind,
}

impl SecretKind {
    /// In words.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Setting => "a secret of the form",
            Self::Grant => "a code, a verifier or a refresh token",
            Self::AccessToken => "the access token",
            Self::Answered => "a secret of an answer",
        }
    }
}

/// What a secret is, and so where it may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretKind {
    /// A field of the form.
    Setting,
    /// What a grant is made of: a code, a verifier, a refresh token.
    Grant,
    /// The access token of a connected credential.
    AccessToken,
    /// Taken out of an answer of this operation.
    Answered,
}

impl Vault {
    pub(crate) fn new(randomness: &dyn Randomness) -> Self {
        let mut nonce = [0; 8];
        randomness.fill(&mut nonce);
        let suffix = format!("{:016x}", u64::from_be_bytes(nonce));
        Self {
            suffix,
            secrets: HashMap::new(),
            search: SecretSearch::default(),
            handed_back: Budget::new(MOST_HANDED_BACK),
        }
    }

    /// Takes a value in and gives the name it goes by.
    pub(crate) fn keep(&mut self, hint: &str, kind: SecretKind, secret: Secret) -> String {
        let name = format!("{hint}.{}.{}", self.secrets.len(), self.suffix);
        self.know(&secret);
        self.secrets.insert(name.clone(), Named { secret, kind });
        name
    }

    /// The value of that name; absent where this operation gave out no such name.
    pub(crate) fn get(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name).map(|it| &it.secret)
    }

    /// What the secret of that name is.
    pub(crate) fn kind(&self, name: &str) -> Option<SecretKind> {
        self.secrets.get(name).map(|it| it.kind)
    }

    /// Whether a name of this operation stands in a text, however it is spelled.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        mentions(text, &self.suffix)
    }

    /// Which secrets of the credential stand in a text that the plugin hands back, however they are
    /// spelled.
    pub(crate) fn find(&mut self, text: &str) -> Secrets {
        let found = self.search.find_within(text, &mut self.handed_back);
        found.unwrap_or(Secrets::unknown())
    }

    /// Which of them stand in any text; absent where it costs more than the budget has.
    pub(crate) fn find_within(&mut self, text: &str, budget: &mut Budget) -> Option<Secrets> {
        self.search.find_within(text, budget)
    }

    /// The number under which the search knows the secret of that name.
    pub(crate) fn number(&mut self, name: &str) -> Secrets {
        let secret = self.secrets.get(name).map(|it| &it.secret);
        secret.map_or_else(Secrets::default, |it| self.search.add(it))
    }

    /// A secret of the credential that has no name here: texts are held against it all the same.
    pub(crate) fn know(&mut self, secret: &Secret) {
        self.search.add(secret);
    }

    /// Takes a value in, and says what may be known of it; with the secrets that stand in claims that may
    /// not.
    pub(crate) fn seal(
        &mut self,
        hint: &str,
        kind: SecretKind,
        secret: Secret,
        claims: &BTreeSet<String>,
        budget: &mut Budget,
    ) -> (Sealed, Secrets) {
        self.know(&secret);
        let (claims, held) = claims_of(&secret, claims, |text| self.find_within(text, budget));
        let sealed = Sealed {
            length: secret.length(),
            blemishes: secret.blemishes(),
            claims,
            name: self.keep(hint, kind, secret),
        };
        (sealed, held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts up, so that two draws differ.
    struct Counter(std::sync::atomic::AtomicU8);

    impl Randomness for Counter {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn a_name_means_nothing_in_another_operation() {
        let randomness = Counter(0.into());
        let mut one = Vault::new(&randomness);
        let mut two = Vault::new(&randomness);
        let name = one.keep(
            "client_secret",
            SecretKind::Setting,
            Secret::new("not-a-real-secret"),
        );
        let _ = two.keep(
            "client_secret",
            SecretKind::Setting,
            Secret::new("not-a-real-secret"),
        );
        assert!(one.get(&name).is_some());
        assert!(two.get(&name).is_none());
    }

    #[test]
    fn equal_hints_get_different_names() {
        let mut vault = Vault::new(&Counter(0.into()));
        let first = vault.keep(
            "token",
            SecretKind::Grant,
            Secret::new("not-a-real-token-1"),
        );
        let second = vault.keep(
            "token",
            SecretKind::Grant,
            Secret::new("not-a-real-token-2"),
        );
        assert_ne!(first, second);
        assert_eq!(
            vault.get(&second).map(Secret::expose),
            Some("not-a-real-token-2")
        );
    }

    #[test]
    fn debug_shows_names_alone() {
        let mut vault = Vault::new(&Counter(0.into()));
        vault.keep("token", SecretKind::Grant, Secret::new("not-a-real-token"));
        let shown = format!("{vault:?}");
        assert!(shown.contains("token.0"), "{shown}");
        assert!(!shown.contains("not-a-real-token"), "{shown}");
    }
}
