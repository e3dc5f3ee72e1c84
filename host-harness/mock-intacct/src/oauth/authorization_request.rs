//! An authorization request (RFC 6749 section 4.1.1), read and judged.

use super::pkce;
use crate::company::{Application, Company};
use crate::request::Parameters;

/// A request that may be shown to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthorizationRequest {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    /// With `offline_access`.
    pub(super) offline: bool,
    pub(super) challenge: Option<String>,
}

/// Why a request is not shown to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Client or redirect URI are wrong: a page says so, and the browser goes nowhere (RFC 6749
    /// section 4.1.2.1).
    Page { name: &'static str, text: String },
    /// The client is told, by way of the browser.
    Redirect {
        to: Box<AuthorizationRequest>,
        error: &'static str,
        description: &'static str,
    },
}

/// The parameters that the forms carry on.
pub(super) const PARAMETERS: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
];

impl AuthorizationRequest {
    pub(super) fn read(company: &Company, parameters: &Parameters) -> Result<Self, Fault> {
        let application = known_application(company, parameters)?;
        let redirect_uri = registered_redirect_uri(application, parameters)?;
        let request = Self {
            client_id: application.client_id.clone(),
            redirect_uri,
            state: parameters.get("state").map(str::to_owned),
            offline: parameters
                .get("scope")
                .unwrap_or_default()
                .split(' ')
                .any(|scope| scope == "offline_access"),
            challenge: parameters.get("code_challenge").map(str::to_owned),
        };
        match complaint(application, parameters) {
            Some((error, description)) => Err(Fault::Redirect {
                to: Box::new(request),
                error,
                description,
            }),
            None => Ok(request),
        }
    }
}

fn known_application<'a>(
    company: &'a Company,
    parameters: &Parameters,
) -> Result<&'a Application, Fault> {
    let page = |name, text: &str| Fault::Page {
        name,
        text: text.to_owned(),
    };
    if parameters.count("client_id") > 1 {
        return Err(page(
            "several-client-ids",
            "The request names more than one client ID.",
        ));
    }
    let client_id = parameters
        .filled("client_id")
        .ok_or_else(|| page("no-client-id", "The request names no client ID."))?;
    let application = company.application(client_id).ok_or_else(|| {
        page(
            "unknown-client",
            "No application has this client ID. It is case-sensitive.",
        )
    })?;
    if !application.active {
        return Err(page(
            "inactive-application",
            "The application is not active.",
        ));
    }
    Ok(application)
}

fn registered_redirect_uri(
    application: &Application,
    parameters: &Parameters,
) -> Result<String, Fault> {
    let asked = parameters.get("redirect_uri").unwrap_or_default();
    let registered = application
        .redirect_uris
        .iter()
        .any(|uri| uri.matches(asked));
    if registered && parameters.count("redirect_uri") == 1 {
        return Ok(asked.to_owned());
    }
    let known: Vec<&str> = application
        .redirect_uris
        .iter()
        .map(crate::RedirectUri::as_str)
        .collect();
    let text = format!(
        "The redirect URI {asked:?} is not registered for this application. It must equal one of these to the letter: {}",
        known.join(" , ")
    );
    Err(Fault::Page {
        name: "redirect-uri-not-registered",
        text,
    })
}

/// What is wrong, as RFC 6749 section 4.1.2.1 and RFC 7636 section 4.4.1 name it.
fn complaint(
    application: &Application,
    parameters: &Parameters,
) -> Option<(&'static str, &'static str)> {
    if PARAMETERS.iter().any(|name| parameters.count(name) > 1) {
        return Some(("invalid_request", "a parameter stands twice"));
    }
    match parameters.get("response_type") {
        Some("code") => {}
        Some(_) => {
            return Some((
                "unsupported_response_type",
                "only response_type=code is supported",
            ));
        }
        None => return Some(("invalid_request", "response_type is missing")),
    }
    let mut scopes = parameters
        .get("scope")
        .unwrap_or_default()
        .split(' ')
        .filter(|scope| !scope.is_empty());
    if scopes.any(|scope| !application.scopes.iter().any(|allowed| allowed == scope)) {
        return Some((
            "invalid_scope",
            "the application may not ask for this scope",
        ));
    }
    challenge_complaint(parameters)
}

fn challenge_complaint(parameters: &Parameters) -> Option<(&'static str, &'static str)> {
    match (
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    ) {
        (None, None) => None,
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => None,
        (Some(_), Some("S256")) => Some(("invalid_request", "code_challenge is no S256 challenge")),
        (Some(_), _) => Some(("invalid_request", "code_challenge_method must be S256")),
        (None, Some(_)) => Some(("invalid_request", "code_challenge is missing")),
    }
}
