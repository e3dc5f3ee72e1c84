//! The token endpoint (RFC 6749 section 3.2).

use http::StatusCode;
use serde_json::{Map, Value};

use super::admission::{admit, admit_sender};
use super::grant_types::GrantType;
use super::username::Username;
use super::{client, pkce};
use crate::answer::Answer;
use crate::company::{Application, Company, Rotation, Session, UserKind};
use crate::grants::{Grant, IssuedToken, TokenKind, TokenState};
use crate::refusal::{self, Refusal};
use crate::request::{Parameters, Request};
use crate::world::World;

/// Issues tokens.
pub(crate) fn token(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let form = read_form(request)?;
    let grant_type = form
        .get("grant_type")
        .and_then(GrantType::parse)
        .ok_or(refusal::BAD_GRANT_TYPE)?;
    let application = client::authenticate(&world.company, request, &form, Some(grant_type))?;
    match grant_type {
        GrantType::AuthorizationCode => by_code(world, &application, &form),
        GrantType::ClientCredentials => by_client_credentials(world, &application, &form),
        GrantType::RefreshToken => by_refresh_token(world, &application, &form),
    }
}

/// The body as a form.
pub(super) fn read_form(request: &Request) -> Result<Parameters, Refusal> {
    if request.body.is_empty() {
        return Err(refusal::EMPTY_BODY);
    }
    if !request.is_form() {
        return Err(refusal::WRONG_FORMAT);
    }
    Ok(request.form())
}

fn by_code(
    world: &mut World,
    application: &Application,
    form: &Parameters,
) -> Result<Answer, Refusal> {
    let code = form.filled("code").ok_or(refusal::BAD_PAYLOAD)?;
    let issued = world.grants.find(TokenKind::Code, code);
    let issued = issued
        .filter(|token| token.client_id == application.client_id)
        .ok_or(refusal::UNKNOWN_CODE)?;
    code_is_good(issued, world.clock.now())?;
    let grant = issued.grant.clone();
    let binding = world.grants.binding(code).ok_or(refusal::UNKNOWN_CODE)?;
    if form.get("redirect_uri") != Some(binding.redirect_uri.as_str()) {
        return Err(refusal::REDIRECT_URI_DIFFERS);
    }
    if !pkce::fits(binding.challenge.as_deref(), form.get("code_verifier")) {
        return Err(refusal::VERIFIER_WRONG);
    }
    admit(&world.company, application, &grant.user)?;
    world.grants.spend(code);
    Ok(first_tokens(world, &grant))
}

fn code_is_good(code: &IssuedToken, now: u64) -> Result<(), Refusal> {
    match code.state {
        TokenState::Spent => Err(refusal::SPENT_CODE),
        TokenState::Ended => Err(refusal::ENDED_CODE),
        TokenState::Live if now >= code.expires_at => Err(refusal::EXPIRED_CODE),
        TokenState::Live => Ok(()),
    }
}

fn by_client_credentials(
    world: &mut World,
    application: &Application,
    form: &Parameters,
) -> Result<Answer, Refusal> {
    let (user, entity) = who_asks(world, form)?;
    let company = &world.company;
    let user = admit(company, application, &user)?;
    if user.kind == UserKind::Regular {
        return Err(refusal::REGULAR_USER);
    }
    admit_sender(company, application)?;
    if entity
        .as_deref()
        .is_some_and(|entity| company.entity(entity).is_none())
    {
        return Err(refusal::UNKNOWN_ENTITY);
    }
    let grant = Grant {
        family: world.grants.next_family(),
        user: user.id.clone(),
        entity,
        client_id: application.client_id.clone(),
        session_id: world.randomness.id(),
        consented: false,
        offline: company.tokens.refresh_token_with_client_credentials,
    };
    Ok(first_tokens(world, &grant))
}

/// Exactly one of `username` and `session_id` (T). An empty `username` beside a session ID is refused
/// as an empty one (T).
fn who_asks(world: &World, form: &Parameters) -> Result<(String, Option<String>), Refusal> {
    if form.count("username") > 1 {
        return Err(refusal::SEVERAL_USERNAMES);
    }
    match (form.get("username"), form.filled("session_id")) {
        (Some("") | None, None) | (Some(""), Some(_)) => Err(refusal::USERNAME_EMPTY),
        (Some(_), Some(_)) => Err(refusal::USERNAME_AND_SESSION),
        (Some(username), None) => by_username(&world.company, username),
        (None, Some(session_id)) => by_session(world, session_id),
    }
}

fn by_username(company: &Company, username: &str) -> Result<(String, Option<String>), Refusal> {
    let name = Username::parse(username)?;
    if name.company != company.id {
        return Err(refusal::UNKNOWN_COMPANY);
    }
    Ok((name.user.to_owned(), name.entity.map(str::to_owned)))
}

/// A session that someone opened elsewhere, or one that stands in a live access token.
fn by_session(world: &World, session_id: &str) -> Result<(String, Option<String>), Refusal> {
    let now = world.clock.now();
    let configured = world
        .company
        .sessions
        .iter()
        .find(|session| session.session_id == session_id);
    if let Some(session) = configured {
        let live = is_live(session, now.saturating_sub(world.started_at));
        return if live {
            Ok((session.user.clone(), session.entity.clone()))
        } else {
            Err(refusal::DEAD_SESSION)
        };
    }
    let grant = world
        .grants
        .live_session(session_id, now)
        .ok_or(refusal::DEAD_SESSION)?;
    Ok((grant.user.clone(), grant.entity.clone()))
}

fn is_live(session: &Session, age: u64) -> bool {
    session.active
        && session
            .lifetime_seconds
            .is_none_or(|lifetime| age < lifetime)
}

fn by_refresh_token(
    world: &mut World,
    application: &Application,
    form: &Parameters,
) -> Result<Answer, Refusal> {
    let value = form.filled("refresh_token").ok_or(refusal::BAD_PAYLOAD)?;
    let issued = world.grants.find(TokenKind::Refresh, value);
    let issued = issued
        .filter(|token| token.client_id == application.client_id)
        .ok_or(refusal::UNKNOWN_REFRESH_TOKEN)?;
    let (grant, fitness) = (
        issued.grant.clone(),
        refresh_token_is_good(issued, world.clock.now()),
    );
    let rotation = world.company.tokens.rotation;
    if fitness == Err(refusal::SPENT_REFRESH_TOKEN) && rotation == Rotation::ReuseKillsFamily {
        world.grants.end_family(grant.family);
    }
    fitness?;
    let confined = confined(&world.company, &grant, form.filled("entity_id"))?;
    admit(&world.company, application, &grant.user)?;
    if !grant.consented {
        admit_sender(&world.company, application)?;
    }
    let renewed = (rotation != Rotation::Off).then(|| {
        world.grants.spend(value);
        world.issue(TokenKind::Refresh, &grant)
    });
    Ok(token_answer(world, &confined, renewed))
}

/// `entity_id` mints an access token for one entity (T, three sources); the refresh token stays as it is
/// (I).
fn confined(company: &Company, grant: &Grant, entity: Option<&str>) -> Result<Grant, Refusal> {
    let mut grant = grant.clone();
    if let Some(entity) = entity {
        company.entity(entity).ok_or(refusal::UNKNOWN_ENTITY)?;
        grant.entity = Some(entity.to_owned());
    }
    Ok(grant)
}

fn refresh_token_is_good(token: &IssuedToken, now: u64) -> Result<(), Refusal> {
    match token.state {
        TokenState::Spent => Err(refusal::SPENT_REFRESH_TOKEN),
        TokenState::Ended => Err(refusal::ENDED_REFRESH_TOKEN),
        TokenState::Live if now >= token.expires_at => Err(refusal::EXPIRED_REFRESH_TOKEN),
        TokenState::Live => Ok(()),
    }
}

fn first_tokens(world: &mut World, grant: &Grant) -> Answer {
    let refresh = grant
        .offline
        .then(|| world.issue(TokenKind::Refresh, grant));
    token_answer(world, grant, refresh)
}

/// The members in the order that was recorded (L).
fn token_answer(world: &mut World, grant: &Grant, refresh: Option<String>) -> Answer {
    let access = world.issue(TokenKind::Access, grant);
    let mut members = Map::new();
    members.insert("token_type".to_owned(), Value::from("Bearer"));
    members.insert("access_token".to_owned(), Value::from(access));
    if let Some(refresh) = refresh {
        members.insert("refresh_token".to_owned(), Value::from(refresh));
    }
    members.insert(
        "expires_in".to_owned(),
        Value::from(world.company.tokens.access_lifetime_seconds),
    );
    Answer::json(StatusCode::OK, &Value::Object(members))
}
