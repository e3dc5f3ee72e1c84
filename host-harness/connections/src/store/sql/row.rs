//! A row becomes a record.

use std::collections::BTreeMap;

use credential_runtime::Identity;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::sealing::{SealedTokens, Sealer, WrappedKey, broken, read_plugin};
use super::{Keys, Row, Value};
use crate::crypto::{Place, hex};
use crate::record::{
    CredentialId, Diagnosis, Document, Failure, Fence, Fingerprint, Generation, HeldBy, Intent,
    Lease, Name, Overview, Owner, Record, SettingsVersion, Tenant, Timestamp, TokenFacts,
};
use crate::store::StoreError;

/// A credential's primary key.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) id: CredentialId,
}

impl<'a> Key<'a> {
    pub(super) fn of(lease: &'a Lease) -> Self {
        Self {
            tenant: &lease.tenant,
            id: lease.id,
        }
    }

    pub(super) fn values(&self) -> [Value; 2] {
        [self.tenant.as_str().into(), self.id.to_string().into()]
    }
}

/// A last failure as it is stored, in JSON.
#[derive(Deserialize, Serialize)]
struct StoredFailure {
    at: Timestamp,
    diagnosis: Diagnosis,
}

/// An identity as it is stored, in JSON.
#[derive(Deserialize, Serialize)]
struct StoredIdentity {
    user: Option<String>,
    company: Option<String>,
    entity: Option<String>,
}

pub(super) fn write_failure(diagnosis: &Diagnosis, at: Timestamp) -> Result<String, StoreError> {
    let stored = StoredFailure {
        at,
        diagnosis: diagnosis.clone(),
    };
    serde_json::to_string(&stored).map_err(|_| broken("a failure"))
}

fn read_failure(text: &str) -> Result<Failure, StoreError> {
    let stored: StoredFailure =
        serde_json::from_str(text).map_err(|_| broken("the last failure"))?;
    Ok(Failure {
        at: stored.at,
        diagnosis: stored.diagnosis,
    })
}

pub(super) fn write_identity(identity: &Identity) -> Result<String, StoreError> {
    let Identity {
        user,
        company,
        entity,
    } = identity.clone();
    let stored = StoredIdentity {
        user,
        company,
        entity,
    };
    serde_json::to_string(&stored).map_err(|_| broken("an identity"))
}

fn read_identity(text: &str) -> Result<Identity, StoreError> {
    let StoredIdentity {
        user,
        company,
        entity,
    } = serde_json::from_str(text).map_err(|_| broken("the identity"))?;
    Ok(Identity {
        user,
        company,
        entity,
    })
}

/// What connecting taught; absent where it taught nothing.
pub(super) fn write_facts(facts: &BTreeMap<String, String>) -> Result<Option<String>, StoreError> {
    let some = (!facts.is_empty()).then(|| serde_json::to_string(facts));
    some.transpose()
        .map_err(|_| broken("what connecting taught"))
}

fn read_facts(text: &str) -> Result<BTreeMap<String, String>, StoreError> {
    serde_json::from_str(text).map_err(|_| broken("what connecting taught"))
}

/// What credentials of the same user and company have in common, of one length whatever the names
/// are; absent where either is not known.
pub(super) fn subject(identity: &Identity) -> Option<String> {
    let (user, company) = (identity.user.as_deref()?, identity.company.as_deref()?);
    let hash = Sha256::new()
        .chain_update((user.len() as u64).to_be_bytes())
        .chain_update(user)
        .chain_update(company)
        .finalize();
    Some(hex(&hash))
}

pub(super) fn read_overview(row: &mut Row) -> Result<Overview, StoreError> {
    let mut overview = Overview {
        tenant: Tenant::stored(&row.text()?).map_err(|_| broken("a tenant's name"))?,
        id: row
            .text()?
            .parse()
            .map_err(|_| broken("a credential's id"))?,
        name: Name::stored(&row.text()?).map_err(|_| broken("a credential's name"))?,
        plugin: read_plugin(row)?,
        settings_version: SettingsVersion(row.count()?),
        identity: row
            .optional_text()?
            .as_deref()
            .map(read_identity)
            .transpose()?,
        state: Document::stored(row.text()?),
        state_at: None,
        generation: Generation(row.count()?),
        tokens: read_token_facts(row)?,
        due_at: row.optional_time()?,
        last_success: row.optional_time()?,
        last_failure: row
            .optional_text()?
            .as_deref()
            .map(read_failure)
            .transpose()?,
        lease: read_holder(row)?,
        intent: None,
        created_at: Timestamp::default(),
    };
    (overview.state_at, overview.intent) = read_intent(row)?;
    overview.created_at = row.time()?;
    Ok(overview)
}

fn read_token_facts(row: &mut Row) -> Result<Option<TokenFacts>, StoreError> {
    let (obtained_at, expires_at) = (row.optional_time()?, row.optional_time()?);
    let access = row.optional_text()?.map(Fingerprint::stored);
    let refresh = row.optional_text()?.map(Fingerprint::stored);
    let refresh_expires_at = row.optional_time()?;
    Ok(obtained_at
        .zip(access)
        .map(|(obtained_at, access)| TokenFacts {
            obtained_at,
            expires_at,
            access,
            refresh,
            refresh_expires_at,
        }))
}

pub(super) fn read_holder(row: &mut Row) -> Result<Option<HeldBy>, StoreError> {
    let (owner, until) = (row.optional_text()?, row.optional_time()?);
    let owner = owner
        .map(|owner| Owner::parse(&owner).map_err(|_| broken("a lease's owner")))
        .transpose()?;
    Ok(owner
        .zip(until)
        .map(|(owner, until)| HeldBy { owner, until }))
}

/// When the state was last written under a lease, and the request that was about to leave then, if it has
/// no end.
fn read_intent(row: &mut Row) -> Result<(Option<Timestamp>, Option<Intent>), StoreError> {
    let document = row.optional_text()?.map(Document::stored);
    let (at, fence) = (row.optional_time()?, row.optional_count()?.map(Fence));
    let intent = document
        .zip(at.zip(fence))
        .map(|(document, (at, fence))| Intent {
            document,
            at,
            fence,
        });
    Ok((at, intent))
}

/// A record, and the newest fence.
pub(super) fn read_record(mut row: Row, keys: &Keys) -> Result<(Record, Fence), StoreError> {
    let overview = read_overview(&mut row)?;
    let wrapped = WrappedKey::read_for(&mut row, overview.plugin.clone())?;
    let settings = row.text()?;
    let sealed = SealedTokens::read(&mut row)?;
    let fence = Fence(row.count()?);
    let facts = row.optional_text()?;
    let facts = facts.as_deref().map(read_facts).transpose()?;

    let place = Place {
        tenant: &overview.tenant,
        id: overview.id,
    };
    let key = wrapped.unwrap(keys, place)?;
    let sealer = Sealer {
        place,
        key,
        randomness: keys.randomness(),
    };
    let dated = sealer.open_settings(&settings, overview.settings_version)?;
    let tokens = sealer.open_tokens(&sealed, overview.generation)?;
    Ok((
        Record {
            overview,
            settings: dated.settings,
            secrets_since: dated.since,
            tokens,
            facts: facts.unwrap_or_default(),
        },
        fence,
    ))
}
