//! Who calls, and what part of the company they see.

use crate::company::{Company, ListsChecked, StaleTokenAnswer};
use crate::grants::{IssuedToken, TokenKind};
use crate::refusal::{self, Refusal};
use crate::request::Request;
use crate::world::World;

/// The entity header. A misspelt one is ignored and top-level data come back (L), which needs no
/// code: nobody looks at it.
const ENTITY_HEADER: &str = "x-ia-api-param-entity";

/// An accepted access token.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) session_id: String,
    /// The entity whose data are seen; the whole company's, where absent.
    pub(super) entity: Option<String>,
}

/// Checks the access token and the entity.
pub(super) fn accept(world: &World, request: &Request) -> Result<Caller, Refusal> {
    let value = request.bearer().ok_or(refusal::NOT_BEARER)?;
    let token = world
        .grants
        .find(TokenKind::Access, value)
        .ok_or(refusal::STALE_REST_2102)?;
    let company = &world.company;
    if !company.active {
        return Err(refusal::INACTIVE_COMPANY);
    }
    application_is_welcome(company, token)?;
    let user_is_active = company.user(&token.user).is_some_and(|user| user.active);
    if !token.is_live_at(world.clock.now()) || !user_is_active {
        return Err(stale(company.tokens.stale_token_answer));
    }
    let entity = entity(company, token, request.header(ENTITY_HEADER))?;
    Ok(Caller {
        session_id: token.session_id.clone(),
        entity,
    })
}

/// As [`accept`], for calls that read the company's data (T: without permission they are 403).
pub(super) fn accept_reader(world: &World, request: &Request) -> Result<Caller, Refusal> {
    let caller = accept(world, request)?;
    let token = request
        .bearer()
        .and_then(|value| world.grants.find(TokenKind::Access, value));
    let user = token.and_then(|token| world.company.user(&token.user));
    if user.is_some_and(|user| user.may_read) {
        Ok(caller)
    } else {
        Err(refusal::NO_PERMISSION)
    }
}

/// "Applications not listed cannot send REST API calls" (S).
fn application_is_welcome(company: &Company, token: &IssuedToken) -> Result<(), Refusal> {
    let active = company
        .application(&token.client_id)
        .is_some_and(|application| application.active);
    if !active {
        return Err(refusal::INACTIVE_APPLICATION);
    }
    let listed = company.authorizes_client(&token.client_id, &token.user);
    match company.tokens.lists_checked {
        ListsChecked::SignIn if listed => Ok(()),
        ListsChecked::SignIn => Err(refusal::APPLICATION_NOT_AUTHORIZED),
        ListsChecked::Call if listed && sender_is_listed(company, token) => Ok(()),
        ListsChecked::Call => Err(stale(company.tokens.stale_token_answer)),
    }
}

/// The sender must be listed where no administrator has consented (S).
fn sender_is_listed(company: &Company, token: &IssuedToken) -> bool {
    let application = company.application(&token.client_id);
    token.grant.consented || application.is_some_and(|it| company.authorizes_sender(&it.sender_id))
}

fn stale(answer: StaleTokenAnswer) -> Refusal {
    match answer {
        StaleTokenAnswer::Gw0040 => refusal::STALE_GW_0040,
        StaleTokenAnswer::Rest1206 => refusal::STALE_REST_1206,
        StaleTokenAnswer::Rest2102 => refusal::STALE_REST_2102,
        StaleTokenAnswer::Gw0031 => refusal::STALE_GW_0031,
        StaleTokenAnswer::Forbidden => refusal::TOKEN_FORBIDDEN,
    }
}

/// The header's entity, else the token's. A token that is confined to one sees no other (I).
fn entity(
    company: &Company,
    token: &IssuedToken,
    header: Option<&str>,
) -> Result<Option<String>, Refusal> {
    let Some(asked) = header.filter(|value| !value.is_empty()) else {
        return Ok(token.entity.clone());
    };
    let confined_elsewhere = token.entity.as_deref().is_some_and(|own| own != asked);
    if confined_elsewhere || company.entity(asked).is_none() {
        return Err(refusal::ENTITY_REFUSED);
    }
    Ok(Some(asked.to_owned()))
}
