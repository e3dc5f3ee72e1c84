//! A credential's record, as JSON has it.

use credential_connections::record::{Failure, Overview};
use credential_connections::service::Standing;
use serde_json::{Value, json};

use crate::moments::unix_seconds;

/// Every member is always there. Moments are seconds since 1970.
pub(super) fn json(overview: &Overview, standing: &Standing) -> Value {
    let tokens = overview.tokens.as_ref();
    json!({
        "name": overview.name,
        "id": overview.id,
        "tenant": overview.tenant,
        "plugin": overview.plugin,
        "state": standing.state.name(),
        "meaning": standing.meaning(),
        "diagnosis": standing.diagnosis(),
        "last_test": standing.last_test,
        "identity": overview.identity,
        "generation": overview.generation,
        "obtained_at": tokens.map(|it| unix_seconds(it.obtained_at)),
        "expires_at": tokens.and_then(|it| it.expires_at).map(unix_seconds),
        "access_token_fingerprint": tokens.map(|it| &it.access),
        "refresh_token_fingerprint": tokens.and_then(|it| it.refresh.as_ref()),
        "due_at": overview.due_at.map(unix_seconds),
        "last_success_at": overview.last_success.map(unix_seconds),
        "last_failure": overview.last_failure.as_ref().map(failure),
        "settings_version": overview.settings_version,
        "created_at": unix_seconds(overview.created_at),
    })
}

fn failure(it: &Failure) -> Value {
    json!({ "at": unix_seconds(it.at), "diagnosis": it.diagnosis })
}
