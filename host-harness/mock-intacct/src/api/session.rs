//! `GET services/core/session/id`: answers a live session, which is why a test of a connection must
//! not ask it.

use http::StatusCode;
use serde_json::json;

use super::caller::accept;
use crate::answer::Answer;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::world::World;

/// The session that the access token stands for.
pub(crate) fn session_id(world: &World, request: &Request) -> Result<Answer, Refusal> {
    let caller = accept(world, request)?;
    let result = json!({"sessionId": caller.session_id, "endpoint": format!("{}{}", world.origin, crate::API_PATH)});
    let meta = json!({"totalCount": 1, "totalSuccess": 1, "totalError": 0});
    Ok(Answer::json(
        StatusCode::OK,
        &json!({"ia::result": result, "ia::meta": meta}),
    ))
}
