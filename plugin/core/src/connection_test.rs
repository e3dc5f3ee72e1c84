//! Testing a connection: a real call, because Intacct signs in even a user who may do nothing (T).
//!
//! Where that call is refused as if the token were stale, and the token is not known to be old, a second
//! request asks Intacct whether the token is good ([`crate::introspection`]). It tells a dead token,
//! which a renewal mends, from an application that the company has not authorized, which it does not.

use crate::{
    endpoints, failure,
    introspection::{self, Age},
    model::{
        Answer, BodyKind, Check, Diagnosis, Error, ErrorKind, Identity, Method, Outcome, Request,
        RequestBody, Response, Sealed, Setting, Value,
    },
    reading::{Meaning, values},
    refusal::{self, Explained, ParsedError, Step, Verdict, notice},
    settings::{Credential, Username},
    token_response::identity,
};
use alloc::{string::String, vec::Vec};

/// The check that the token is accepted.
pub const TOKEN_ACCEPTED: &str = "token-accepted";
/// The check that the token is the expected user's.
pub const IDENTITY_EXPECTED: &str = "identity-expected";
/// The check that the user may read.
pub const READ_PERMITTED: &str = "read-permitted";

/// The call to make.
///
/// # Errors
///
/// Of the kind [`InvalidSettings`](crate::ErrorKind::InvalidSettings).
pub fn test_request(settings: &[Setting], access: &Sealed) -> Result<Request, Error> {
    let credential = Credential::parse(settings)?;
    Ok(Request {
        method: Method::Get,
        url: endpoints::TEST,
        bearer: Some(access.secret.clone()),
        headers: credential.headers(),
        body: RequestBody::None,
    })
}

/// What the answer to that call shows, where nothing else is asked.
///
/// # Errors
///
/// An error is for a test that says nothing about the credential. It is of no kind that asks a person
/// to connect again or to change something in Intacct.
pub fn parse_test_answer(
    settings: &[Setting],
    access: &Sealed,
    answer: &Answer,
) -> Result<Vec<Check>, Error> {
    judge(settings, access, answer, |_| None)
}

/// [`test_request`], sending, and [`parse_test_answer`] in one; where the token may be refused although
/// it is good, the token is introspected too.
///
/// # Errors
///
/// Those of both.
pub fn test(
    settings: &[Setting],
    access: &Sealed,
    mut send: impl FnMut(Request) -> Answer,
) -> Result<Vec<Check>, Error> {
    let answer = send(test_request(settings, access)?);
    judge(settings, access, &answer, |access| {
        introspection::is_active(&send(introspection::request(access)))
    })
}

/// `is_active` asks Intacct whether the token is good; absent where it does not say.
fn judge(
    settings: &[Setting],
    access: &Sealed,
    answer: &Answer,
    is_active: impl FnOnce(&Sealed) -> Option<bool>,
) -> Result<Vec<Check>, Error> {
    let credential = Credential::parse(settings)?;
    let looked_at = look_at(&credential, access, answer, is_active);
    looked_at.or_else(|error| not_answered(&credential, access, error))
}

/// Whether the token is the expected user's is known without an answer: where it is not, that is told
/// although nothing else was found out. A stale token is renewed and asked with again, which tells.
fn not_answered(
    credential: &Credential<'_>,
    access: &Sealed,
    error: Error,
) -> Result<Vec<Check>, Error> {
    let expected = expected(credential, access);
    if expected.outcome != Outcome::Failed || error.kind == ErrorKind::StaleToken {
        return Err(error);
    }
    let because = ["Not looked at: ", error.diagnosis.message].concat();
    let not_accepted = check(TOKEN_ACCEPTED, "Token accepted", Outcome::Skipped);
    Ok(checks(
        skipped(not_accepted, &because),
        expected,
        skipped(permitted(None), &because),
    ))
}

fn look_at(
    credential: &Credential<'_>,
    access: &Sealed,
    answer: &Answer,
    is_active: impl FnOnce(&Sealed) -> Option<bool>,
) -> Result<Vec<Check>, Error> {
    let response = answer.as_ref().map_err(failure::of_question)?;
    let identity = || expected(credential, access);
    let Some(found) = refused(credential, response)? else {
        return Ok(checks(accepted(), identity(), read(response)));
    };
    let diagnosis = match found.verdict {
        Verdict::NoPermission => {
            return Ok(checks(
                without_success(accepted()),
                without_success(identity()),
                permitted(Some(found.diagnosis)),
            ));
        }
        Verdict::Misconfigured | Verdict::Reauthorize => found.diagnosis,
        Verdict::StaleToken => {
            let age = introspection::age(response, access);
            let active = if age == Age::Old {
                Some(false)
            } else {
                is_active(access)
            };
            if !active.unwrap_or(age == Age::New) {
                return Err(refusal::error(found, Some(response)));
            }
            let diagnosis = refused_when_new(found.diagnosis);
            if active == Some(true) {
                return Ok(checks(
                    introspected(),
                    identity(),
                    permitted(Some(diagnosis)),
                ));
            }
            diagnosis
        }
        Verdict::NotReached | Verdict::Throttled | Verdict::Unavailable | Verdict::Protocol => {
            return Err(refusal::error(found, Some(response)));
        }
    };
    Ok(not_accepted(diagnosis))
}

/// What the table says of a stale token, said of one that cannot be stale: Intacct's code and support ID
/// stay.
fn refused_when_new(stale: Diagnosis) -> Diagnosis {
    let notice = notice::REFUSED_WHEN_NEW.diagnosis();
    let own_code = stale.code != notice::STALE_CODE;
    Diagnosis {
        code: if own_code { stale.code } else { notice.code },
        support_id: stale.support_id,
        ..notice
    }
}

/// The refusal, where it is one. A success that is no JSON is nobody's: a page's, perhaps.
fn refused(credential: &Credential<'_>, response: &Response) -> Result<Option<Explained>, Error> {
    if let Some(refused) = ParsedError::of(response, credential.names_entity()) {
        return Ok(Some(refusal::look_up(Step::Api, &refused)));
    }
    match response.body {
        BodyKind::Json => Ok(None),
        BodyKind::Empty | BodyKind::Xml | BodyKind::Html | BodyKind::Other => {
            Err(notice::MAINTENANCE.error(ErrorKind::Unavailable))
        }
    }
}

fn check(id: &'static str, title: &'static str, outcome: Outcome) -> Check {
    Check {
        id,
        title,
        outcome,
        detail: None,
        diagnosis: None,
    }
}

fn accepted() -> Check {
    check(TOKEN_ACCEPTED, "Token accepted", Outcome::Passed)
}

/// The token is good, as Intacct says; the call was refused all the same.
fn introspected() -> Check {
    Check {
        detail: Some("Intacct says that the token is active, and refused the call.".into()),
        ..accepted()
    }
}

fn not_accepted(diagnosis: Diagnosis) -> Vec<Check> {
    let because = "Not looked at: Intacct did not accept the token.";
    checks(
        Check {
            outcome: Outcome::Failed,
            diagnosis: Some(diagnosis),
            ..accepted()
        },
        skipped(
            check(IDENTITY_EXPECTED, IDENTITY_TITLE, Outcome::Skipped),
            because,
        ),
        skipped(permitted(None), because),
    )
}

/// The three, in the order in which they are told. One place, since each copy of it costs bytes.
#[inline(never)]
fn checks(accepted: Check, identity: Check, permitted: Check) -> Vec<Check> {
    Vec::from([accepted, identity, permitted])
}

/// Nothing passes where Intacct answered no call with success: the contract has it so, since a host
/// cannot tell one refusal from another.
fn without_success(check: Check) -> Check {
    if check.outcome != Outcome::Passed {
        return check;
    }
    let because = "Not certain: Intacct refused the call for want of permission.";
    let detail = check.detail.as_deref();
    let because = detail.map_or_else(|| because.into(), |it| [it, " ", because].concat());
    skipped(check, &because)
}

fn skipped(check: Check, because: &str) -> Check {
    Check {
        outcome: Outcome::Skipped,
        detail: Some(because.into()),
        ..check
    }
}

/// An empty result is that of a model that is not there (T), and says nothing of permission.
fn read(response: &Response) -> Check {
    let found = values(response, Meaning::Result).any(|value| *value == Value::Present);
    if found {
        permitted(None)
    } else {
        skipped(
            permitted(None),
            "Not certain: Intacct's answer was empty, which it also is where the user may read \
             nothing or the object is unknown.",
        )
    }
}

fn permitted(diagnosis: Option<Diagnosis>) -> Check {
    let outcome = if diagnosis.is_some() {
        Outcome::Failed
    } else {
        Outcome::Passed
    };
    Check {
        diagnosis,
        ..check(READ_PERMITTED, "Permission to read", outcome)
    }
}

const IDENTITY_TITLE: &str = "Company and user as expected";

/// Compares the token's claims with the Username. A Regular User's form names nobody, and a token
/// need not say whom it is for: then there is nothing to compare.
fn expected(credential: &Credential<'_>, access: &Sealed) -> Check {
    let unknown = check(IDENTITY_EXPECTED, IDENTITY_TITLE, Outcome::Skipped);
    let Some(identity) = identity(access) else {
        return skipped(unknown, "The token does not say whom it is for.");
    };
    let seen = describe(&identity);
    let not_comparable = match credential.username() {
        None => " The form names nobody to compare with.",
        Some(it) if it.through_console => {
            " The Username goes through a console: which company the token names is not known."
        }
        Some(_) => "",
    };
    let username = credential.username().filter(|_| not_comparable.is_empty());
    let Some(username) = username else {
        return skipped(unknown, &[&*seen, not_comparable].concat());
    };
    let (outcome, diagnosis) = match differs(username, &identity) {
        true => (Outcome::Failed, Some(notice::OTHER_IDENTITY.diagnosis())),
        false => (Outcome::Passed, None),
    };
    Check {
        outcome,
        detail: Some(seen),
        diagnosis,
        ..unknown
    }
}

/// A user ID is case-sensitive (T). Of company and entity nothing is known, so their case may
/// differ: a wrong alarm would send people looking for nothing. What the token does not say cannot
/// differ.
fn differs(username: &Username<'_>, identity: &Identity) -> bool {
    let differs_from = |said: &Option<String>, expected: &str| {
        said.as_deref()
            .is_some_and(|said| !said.eq_ignore_ascii_case(expected))
    };
    identity
        .user
        .as_deref()
        .is_some_and(|user| user != username.user)
        || differs_from(&identity.company, username.company)
        || username
            .entity
            .is_some_and(|entity| differs_from(&identity.entity, entity))
}

fn describe(identity: &Identity) -> String {
    let named = [
        ("user ", &identity.user),
        ("company ", &identity.company),
        ("entity ", &identity.entity),
    ];
    let named = named
        .into_iter()
        .filter_map(|(what, name)| Some([what, &shown(name.as_ref()?)].concat()));
    let named: Vec<String> = named.collect();
    ["Signed in as ", &named.join(", "), "."].concat()
}

/// A name from a token, fit to be shown: on one line, and not longer than any name of Intacct's.
fn shown(name: &str) -> String {
    const LONGEST: usize = 64;
    let visible = name.chars().filter(|character| !character.is_control());
    let mut short: String = visible.take(LONGEST).collect();
    if name.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}
