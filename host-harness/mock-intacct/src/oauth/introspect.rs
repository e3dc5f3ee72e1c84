//! Introspection (RFC 7662), asked with the token itself (T, one source).

use http::StatusCode;
use serde_json::json;

use super::token::read_form;
use crate::answer::Answer;
use crate::grants::TokenKind;
use crate::refusal::{self, Refusal};
use crate::request::Request;
use crate::world::World;

/// Whether the token is good. It says nothing of what the company has authorized. A token that is not
/// known, or not the one that asks, is not active (RFC 7662 section 2.2; I).
pub(crate) fn introspect(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let bearer = request.bearer().ok_or(refusal::NOT_BEARER)?;
    let form = read_form(request)?;
    let asked = form.filled("token").ok_or(refusal::BAD_PAYLOAD)?;
    let company = &world.company;
    let token = world.grants.find(TokenKind::Access, asked);
    let token = token.filter(|token| {
        let user = company.user(&token.user);
        asked == bearer
            && token.is_live_at(world.clock.now())
            && user.is_some_and(|user| user.active)
    });
    let answer = match token {
        None => json!({"active": false}),
        Some(token) => json!({
            "active": true, "user_id": token.user, "cny_id": company.id, "exp": token.expires_at,
        }),
    };
    Ok(Answer::json(StatusCode::OK, &answer))
}
