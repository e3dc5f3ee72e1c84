//! The columns that a query reads, in the order in which a row is understood.

/// What an [`Overview`](crate::record::Overview) is read from.
macro_rules! overview {
    () => {
        "tenant, id, name, plugin_id, plugin_digest, plugin_bound, settings_version, identity, state, generation, \
         obtained_at, expires_at, access_fingerprint, refresh_fingerprint, refresh_expires_at, due_at, last_success, \
         last_failure, lease_owner, lease_until, intent, intent_at, intent_fence, created_at"
    };
}

/// What a [`Record`](crate::record::Record) is read from.
macro_rules! record {
    () => {
        concat!(
            $crate::store::sql::columns::overview!(),
            ", key_id, data_key, settings, access, refresh, fence, facts"
        )
    };
}

pub(super) use {overview, record};
