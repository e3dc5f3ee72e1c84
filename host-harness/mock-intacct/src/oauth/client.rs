//! Client authentication: ID and secret in the body (RFC 6749 section 2.3.1), and nowhere else.

use super::grant_types::GrantType;
use crate::company::{Application, Company};
use crate::refusal::{self, Refusal};
use crate::request::{Parameters, Request};

/// The application that asks for tokens.
///
/// `Authorization: Basic` happens to work with a code (L) and fails with a refresh token (L). With
/// client credentials nobody tried; it is refused here too (I).
pub(super) fn authenticate(
    company: &Company,
    request: &Request,
    form: &Parameters,
    grant: Option<GrantType>,
) -> Result<Application, Refusal> {
    if form.count("client_id") > 1 {
        return Err(refusal::SEVERAL_CLIENT_IDS);
    }
    let (client_id, secret) = if request.has_basic() {
        from_header(request, grant)?
    } else {
        from_body(form)?
    };
    let application = company
        .application(&client_id)
        .ok_or(refusal::UNKNOWN_CLIENT)?;
    if application.client_secret != secret {
        return Err(refusal::WRONG_CLIENT_SECRET);
    }
    if !application.active {
        return Err(refusal::INACTIVE_APPLICATION);
    }
    Ok(application.clone())
}

fn from_header(request: &Request, grant: Option<GrantType>) -> Result<(String, String), Refusal> {
    if grant != Some(GrantType::AuthorizationCode) {
        return Err(refusal::BASIC_AUTHENTICATION);
    }
    request.basic().ok_or(refusal::BASIC_AUTHENTICATION)
}

fn from_body(form: &Parameters) -> Result<(String, String), Refusal> {
    let client_id = form.filled("client_id").ok_or(refusal::NO_CLIENT_ID)?;
    let secret = form.get("client_secret").unwrap_or_default();
    Ok((client_id.to_owned(), secret.to_owned()))
}
