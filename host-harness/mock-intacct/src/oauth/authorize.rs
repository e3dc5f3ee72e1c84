//! The authorization endpoint (RFC 6749 section 3.1): sign-in, consent, and back to the client.

use super::authorization_request::{AuthorizationRequest, Fault};
use super::pages;
use crate::answer::Answer;
use crate::company::{Application, Company, User, UserKind};
use crate::grants::{CodeBinding, Grant, TokenKind};
use crate::refusal::{self, Refusal};
use crate::request::{Parameters, Request};
use crate::world::World;

/// Someone has signed in and has not yet decided.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    request: AuthorizationRequest,
    user: String,
}

/// What the consent page's decision leads to where the sender is not authorized: refused in RFC
/// 6749's words, since nobody recorded the real ones (I).
const SENDER_TEXT: &str =
    "the company has not authorized this sender; an administrator must sign in at the consent";

/// Shows the sign-in page.
pub(crate) fn authorize(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let company = &world.company;
    let shown = AuthorizationRequest::read(company, &request.query).map(|read| {
        match company.tokens.sign_in_page.error() {
            None => show_sign_in(company, &read, &request.query, None),
            Some(error) => back_with_error(&read, error, "the browser's session is over"),
        }
    });
    Ok(shown.unwrap_or_else(refused))
}

/// Takes what a person filled in.
pub(crate) fn decide(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    let form = request.form();
    match form.get("step") {
        Some("sign-in") => Ok(sign_in(world, &form)),
        Some("consent") => Ok(consent(world, &form)),
        _ => Err(refusal::BAD_PAYLOAD),
    }
}

fn show_sign_in(
    company: &Company,
    request: &AuthorizationRequest,
    parameters: &Parameters,
    problem: Option<&str>,
) -> Answer {
    match company.application(&request.client_id) {
        Some(application) => pages::sign_in(application, parameters, problem),
        None => pages::dead_end("unknown-client", "No application has this client ID."),
    }
}

fn refused(fault: Fault) -> Answer {
    match fault {
        Fault::Page { name, text } => pages::dead_end(name, &text),
        Fault::Redirect {
            to,
            error,
            description,
        } => back_with_error(&to, error, description),
    }
}

fn sign_in(world: &mut World, form: &Parameters) -> Answer {
    let request = match AuthorizationRequest::read(&world.company, form) {
        Ok(request) => request,
        Err(fault) => return refused(fault),
    };
    let user = match known_user(&world.company, form) {
        Ok(user) => user.id.clone(),
        Err((name, problem)) => {
            return show_sign_in(&world.company, &request, form, Some(problem)).refusing(name, "");
        }
    };
    let ticket = world.randomness.id();
    let answer = show_consent(&world.company, &request, &user, &ticket);
    world.sign_ins.insert(ticket, SignIn { request, user });
    answer
}

fn known_user<'a>(
    company: &'a Company,
    form: &Parameters,
) -> Result<&'a User, (&'static str, &'static str)> {
    if form.get("company") != Some(company.id.as_str()) || !company.active {
        return Err((
            "sign-in-company",
            "The company is not known, or it is not active.",
        ));
    }
    let user = form.get("user").and_then(|user| company.user(user));
    let user = user
        .filter(|user| user.active)
        .ok_or(("sign-in-user", "The user or the password is wrong."))?;
    if user.kind == UserKind::WebServices {
        return Err((
            "sign-in-web-services-user",
            "A Web Services user cannot sign in here.",
        ));
    }
    if user.password.is_empty() || form.get("password") != Some(user.password.as_str()) {
        return Err(("sign-in-password", "The user or the password is wrong."));
    }
    Ok(user)
}

fn show_consent(
    company: &Company,
    request: &AuthorizationRequest,
    user: &str,
    ticket: &str,
) -> Answer {
    match company.application(&request.client_id) {
        Some(application) => pages::consent(application, company, user, request.offline, ticket),
        None => pages::dead_end("unknown-client", "No application has this client ID."),
    }
}

fn consent(world: &mut World, form: &Parameters) -> Answer {
    let signed_in = form
        .get("ticket")
        .and_then(|ticket| world.sign_ins.remove(ticket));
    let Some(SignIn { request, user }) = signed_in else {
        return pages::dead_end(
            "sign-in-over",
            "This sign-in is over. Begin again at the application.",
        );
    };
    if form.get("decision") != Some("allow") {
        return back_with_error(&request, "access_denied", "the user denied the request");
    }
    if !sender_is_welcome(&world.company, &request.client_id, &user) {
        return back_with_error(&request, "access_denied", SENDER_TEXT);
    }
    back_with_code(world, &request, &user)
}

/// The company has authorized the sender, or an administrator consents (S).
fn sender_is_welcome(company: &Company, client_id: &str, user: &str) -> bool {
    let listed = |application: &Application| company.authorizes_sender(&application.sender_id);
    company.application(client_id).is_some_and(listed)
        || company.user(user).is_some_and(|user| user.administrator)
}

fn back_with_code(world: &mut World, request: &AuthorizationRequest, user: &str) -> Answer {
    if world.company.tokens.second_consent_kills_first {
        world.grants.end_consented_refresh_tokens(user);
    }
    let grant = Grant {
        family: world.grants.next_family(),
        user: user.to_owned(),
        entity: None,
        client_id: request.client_id.clone(),
        session_id: world.randomness.id(),
        consented: true,
        offline: request.offline,
    };
    let code = world.issue(TokenKind::Code, &grant);
    let binding = CodeBinding {
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
    };
    world.grants.bind(&code, binding);
    back(request, &[("code", &code)])
}

fn back_with_error(
    request: &AuthorizationRequest,
    error: &'static str,
    description: &str,
) -> Answer {
    back(
        request,
        &[("error", error), ("error_description", description)],
    )
    .refusing(error.replace('_', "-"), error)
}

/// Sends the browser back to the client, with the state that it sent.
fn back(request: &AuthorizationRequest, parameters: &[(&str, &str)]) -> Answer {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    if let Some(state) = &request.state {
        query.append_pair("state", state);
    }
    let separator = if request.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    Answer::redirect(&format!(
        "{}{separator}{}",
        request.redirect_uri,
        query.finish()
    ))
}
