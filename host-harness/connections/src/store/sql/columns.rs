//! The columns that a query reads, in the order in which a row is understood.

/// What an [`Overview`](crate::record::Overview) is read from.
macro_rules! overview {
    () => {
        "tenant, id, name, plugin_id, plugin_digest, settings_version, identity, state, generation, \
         obtained_at, expires_at, access_fingerprint, refresh_fingerprint, due_at, last_success, \
         last_failure, lease_owner, lease_until, intent, intent_at, intent_fence, created_at"
    };
}

/// What a [`Record`](crate::record::Record) is read from.
macro_rules! record {
    () => {
        concat!(
            $crate::store::sql::columns::overview!(),
            ", key_id, data_key, settings, access, refresh, fence"
        )
    };
}

pub(super) use {overview, record};
