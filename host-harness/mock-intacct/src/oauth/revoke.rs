//! Revocation (RFC 7009). Revoking one token ends every token of that user and company (T).

use http::StatusCode;
use serde_json::json;

use super::client;
use super::token::read_form;
use crate::answer::Answer;
use crate::grants::TokenKind;
use crate::refusal::{self, Refusal};
use crate::request::Request;
use crate::world::World;

/// Ends the grants of the token's user. A token that is not known, or another client's, is answered
/// the same and changes nothing (RFC 7009 section 2.2).
pub(crate) fn revoke(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let form = read_form(request)?;
    let application = client::authenticate(&world.company, request, &form, None)?;
    let value = form.filled("token").ok_or(refusal::BAD_PAYLOAD)?;
    let user = [TokenKind::Refresh, TokenKind::Access]
        .into_iter()
        .find_map(|kind| world.grants.find(kind, value))
        .filter(|token| token.client_id == application.client_id)
        .map(|token| token.user.clone());
    if let Some(user) = user {
        world.grants.end_pool(&user);
    }
    Ok(Answer::json(StatusCode::OK, &json!({"revoked": true})))
}
