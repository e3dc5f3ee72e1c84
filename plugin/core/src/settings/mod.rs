//! Settings as the host hands them over, and the credential that they make.
//!
//! `validate` and everything that needs a credential read the settings in the same way, once: what
//! is not wrong is a [`Credential`], and a credential cannot be wrong.

mod faults;
mod filled;
mod username;

pub(crate) use username::Username;

use crate::{
    form,
    model::{Error, ErrorKind, Problem, Sealed, SecretRef, Setting, Severity},
    refusal::notice,
};
use alloc::vec::Vec;
use filled::Filled;

/// Settings that can be connected with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) client_secret: &'a SecretRef,
    pub(crate) flow: Flow<'a>,
}

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flow<'a> {
    /// A person at a browser.
    RegularUser,
    /// A user made for programs.
    WebServicesUser(Principal<'a>),
}

/// What a Web Services User signs in with. Intacct takes exactly one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal<'a> {
    /// By name.
    Username(Username<'a>),
    /// By a running session. A Username beside it is not sent; it says whom to expect.
    Session(&'a SecretRef, Option<Username<'a>>),
}

impl<'a> Credential<'a> {
    /// The credential, or the first error that stands in its way; [`validate`] has them all. Warnings
    /// do not stand in the way.
    pub(crate) fn parse(settings: &'a [Setting]) -> Result<Self, Error> {
        let (credential, problems) = read(settings);
        let error = |problem: &&Problem| problem.severity == Severity::Error;
        match (credential, problems.iter().find(error)) {
            (Some(credential), None) => Ok(credential),
            (_, problem) => Err(invalid(problem)),
        }
    }

    /// The Username, whether it is sent or only says whom to expect.
    pub(crate) fn username(&self) -> Option<&Username<'a>> {
        match &self.flow {
            Flow::RegularUser => None,
            Flow::WebServicesUser(Principal::Username(username)) => Some(username),
            Flow::WebServicesUser(Principal::Session(_, username)) => username.as_ref(),
        }
    }
}

fn invalid(problem: Option<&Problem>) -> Error {
    let mut error = notice::INVALID_SETTINGS.error(ErrorKind::InvalidSettings);
    if let Some(problem) = problem {
        error.diagnosis.message = problem.message;
        error.diagnosis.hint = problem.hint;
    }
    error
}

/// Every problem at once, in the order of the fields.
///
/// Works on a form in any state and asks nobody. A field that must be filled in or cannot be as it
/// is is an error. A value that would not be used (a token, a Username or a Session ID of a Regular
/// User) and a value that looks odd are warnings: Intacct has the last word on them.
#[must_use]
pub fn validate(settings: &[Setting]) -> Vec<Problem> {
    read(settings).1
}

fn read(settings: &[Setting]) -> (Option<Credential<'_>>, Vec<Problem>) {
    let mut filled = Filled::new(settings);
    let client_id = client_id(&mut filled);
    let client_secret = client_secret(&mut filled);
    filled.leave_blank(form::ACCESS_TOKEN, &faults::TOKEN_FILLED_IN);
    filled.leave_blank(form::REFRESH_TOKEN, &faults::TOKEN_FILLED_IN);
    let flow = flow(&mut filled);
    (credential(client_id, client_secret, flow), filled.problems)
}

fn credential<'a>(
    client_id: Option<&'a str>,
    client_secret: Option<&'a SecretRef>,
    flow: Option<Flow<'a>>,
) -> Option<Credential<'a>> {
    Some(Credential {
        client_id: client_id?,
        client_secret: client_secret?,
        flow: flow?,
    })
}

/// The usual form is lower-case letters and digits, then a suffix (S and T show several). The rest
/// is Intacct's to judge, so an unusual one is a warning.
fn client_id<'a>(filled: &mut Filled<'a>) -> Option<&'a str> {
    let id = filled.text(form::CLIENT_ID);
    let Some(id) = id.filter(|id| !id.trim().is_empty()) else {
        return filled.missing(form::CLIENT_ID, &faults::NO_CLIENT_ID);
    };
    if id.contains(char::is_whitespace) {
        filled.report(form::CLIENT_ID, &faults::BLANK_IN_CLIENT_ID);
    } else if !id.is_ascii() || !id.ends_with(".app.sage.com") {
        filled.report(form::CLIENT_ID, &faults::UNUSUAL_CLIENT_ID);
    }
    Some(id)
}

fn client_secret<'a>(filled: &mut Filled<'a>) -> Option<&'a SecretRef> {
    match filled.secret(form::CLIENT_SECRET) {
        Some(sealed) => Some(spelled(filled, form::CLIENT_SECRET, sealed)),
        None => filled.missing(form::CLIENT_SECRET, &faults::NO_CLIENT_SECRET),
    }
}

fn spelled<'a>(filled: &mut Filled<'a>, field: &'static str, sealed: &'a Sealed) -> &'a SecretRef {
    filled.blemishes(field, sealed.blemishes);
    &sealed.secret
}

/// Flow Type, Username and Session ID, which make one decision.
fn flow<'a>(filled: &mut Filled<'a>) -> Option<Flow<'a>> {
    match flow_type(filled) {
        Some(form::REGULAR_USER) => {
            filled.leave_blank(form::USERNAME, &faults::USERNAME_OF_REGULAR_USER);
            filled.leave_blank(form::SESSION_ID, &faults::SESSION_OF_REGULAR_USER);
            Some(Flow::RegularUser)
        }
        Some(form::WEB_SERVICES_USER) => principal(filled, true).map(Flow::WebServicesUser),
        _ => {
            principal(filled, false);
            None
        }
    }
}

fn flow_type<'a>(filled: &mut Filled<'a>) -> Option<&'a str> {
    let Some(flow) = filled.text(form::FLOW_TYPE).filter(|flow| !flow.is_empty()) else {
        return filled.missing(form::FLOW_TYPE, &faults::NO_FLOW_TYPE);
    };
    if !matches!(flow, form::REGULAR_USER | form::WEB_SERVICES_USER) {
        filled.report(form::FLOW_TYPE, &faults::UNKNOWN_FLOW_TYPE);
    }
    Some(flow)
}

/// `required` is false while nobody has said which flow it is: then only what is filled in can be
/// wrong.
fn principal<'a>(filled: &mut Filled<'a>, required: bool) -> Option<Principal<'a>> {
    let has_session = filled.has(form::SESSION_ID);
    let username = username(filled, required && !has_session);
    let Some(session) = filled.secret(form::SESSION_ID) else {
        return username.map(Principal::Username);
    };
    if filled.has(form::USERNAME) {
        filled.report(form::SESSION_ID, &faults::SESSION_BESIDE_USERNAME);
    }
    if session.blemishes.web_address {
        filled.report(form::SESSION_ID, &faults::SESSION_WITH_ADDRESS);
    }
    Some(Principal::Session(
        spelled(filled, form::SESSION_ID, session),
        username,
    ))
}

fn username<'a>(filled: &mut Filled<'a>, required: bool) -> Option<Username<'a>> {
    let typed = filled
        .text(form::USERNAME)
        .filter(|typed| !typed.trim().is_empty());
    let Some(typed) = typed else {
        return if required {
            filled.missing(form::USERNAME, &faults::NO_USERNAME)
        } else {
            None
        };
    };
    let (username, faults) = Username::parse(typed);
    let faults = faults.into_iter().map(faults::of_username);
    faults.for_each(|fault| filled.report(form::USERNAME, fault));
    username
}
