//! Where a secret may stand in a request, and to which origins it may go: by what it is.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::decide::Denial;
use crate::contract::{Authorization, Pair, Purposes, Request, RequestBody, Segment};
use crate::vault::SecretKind;

/// Whether every secret of a request stands where one may, at an origin of these purposes.
/// `kind` says what a name stands for; `secret_headers` are those that descriptor and policy name.
pub(crate) fn check_placement(
    request: &Request,
    purposes: Purposes,
    secret_headers: &BTreeSet<String>,
    kind: impl Fn(&str) -> Option<SecretKind>,
) -> Result<(), Denial> {
    if !(purposes.token || purposes.api) {
        return Err(Denial::BrowserOnly);
    }
    let check = |name: &str, in_secret_header: bool| {
        let kind = kind(name).ok_or(Denial::UnknownSecret)?;
        if may_go(kind, purposes, in_secret_header) {
            Ok(())
        } else {
            Err(Denial::WrongPurpose(kind))
        }
    };
    check_secret_headers(&request.headers, secret_headers)?;
    let mut elsewhere = authorization_secrets(request).chain(body_secrets(&request.body));
    elsewhere.try_for_each(|name| check(name, false))?;
    let mut in_headers = request.headers.iter().flat_map(|it| secrets(&it.value));
    in_headers.try_for_each(|name| check(name, true))
}

/// Whether secrets stand in headers for secrets alone.
pub(crate) fn check_secret_headers(
    headers: &[Pair],
    secret_headers: &BTreeSet<String>,
) -> Result<(), Denial> {
    let misplaced = headers.iter().find(|header| {
        secrets(&header.value).next().is_some()
            && !secret_headers.contains(&header.name.to_ascii_lowercase())
    });
    match misplaced {
        Some(header) => Err(Denial::SecretInHeader(header.name.clone())),
        None => Ok(()),
    }
}

/// The form's secrets and a grant's go where tokens are obtained and revoked; a key in a header of its
/// own, and the access token, to the API too. What an answer brought may be a refresh token, so it goes
/// where those go: the access token among it has another name as soon as the host hands it out to use.
fn may_go(kind: SecretKind, purposes: Purposes, in_secret_header: bool) -> bool {
    match kind {
        SecretKind::Grant | SecretKind::Answered => purposes.token,
        SecretKind::Setting => purposes.token || in_secret_header,
        SecretKind::AccessToken => true,
    }
}

fn authorization_secrets(request: &Request) -> impl Iterator<Item = &str> {
    let (single, basic) = match &request.authorization {
        None => (None, None),
        Some(Authorization::Bearer(token)) => (Some(token.as_str()), None),
        Some(Authorization::Other(scheme)) => (Some(scheme.credentials.as_str()), None),
        Some(Authorization::Basic(basic)) => (None, Some(basic)),
    };
    let basic = basic
        .into_iter()
        .flat_map(|it| secrets(&it.user_id).chain(secrets(&it.password)));
    single.into_iter().chain(basic)
}

fn body_secrets(body: &RequestBody) -> impl Iterator<Item = &str> {
    body_pairs(body)
        .iter()
        .flat_map(|pair| secrets(&pair.value))
}

fn secrets(segments: &[Segment]) -> impl Iterator<Item = &str> {
    segments.iter().filter_map(|segment| match segment {
        Segment::Secret(name) => Some(name.as_str()),
        Segment::Text(_) => None,
    })
}

/// The names of every secret that a request carries.
pub(crate) fn carried(request: &Request) -> impl Iterator<Item = &str> {
    authorization_secrets(request)
        .chain(body_secrets(&request.body))
        .chain(request.headers.iter().flat_map(|it| secrets(&it.value)))
}

/// What the plugin wrote into a request itself, piece by piece.
pub(crate) fn literals(request: &Request) -> impl Iterator<Item = &str> {
    let pairs = body_pairs(&request.body);
    let json = match &request.body {
        RequestBody::Json(text) => Some(text.as_str()),
        RequestBody::None | RequestBody::Form(_) | RequestBody::JsonObject(_) => None,
    };
    let in_pairs = pairs
        .iter()
        .chain(&request.headers)
        .flat_map(|pair| std::iter::once(pair.name.as_str()).chain(texts(&pair.value)));
    std::iter::once(request.url.as_str())
        .chain(json)
        .chain(authorization_texts(request.authorization.as_ref()))
        .chain(in_pairs)
}

/// The same as texts to look through: each value with its pieces joined, as it will stand in the
/// request, and then what a service reads where it reads on over the borders between fields.
pub(crate) fn written(request: &Request) -> Vec<Cow<'_, str>> {
    let mut written: Vec<Cow<'_, str>> = vec![Cow::Borrowed(request.url.as_str())];
    if let RequestBody::Json(text) = &request.body {
        written.push(Cow::Borrowed(text));
    }
    written.extend(authorization_written(request.authorization.as_ref()));
    for pairs in [body_pairs(&request.body), &request.headers] {
        let names = || pairs.iter().map(|pair| pair.name.as_str());
        let values: Vec<Cow<'_, str>> = pairs.iter().map(|pair| joined(&pair.value)).collect();
        written.extend(names().map(Cow::Borrowed));
        let is_own = |text: &&str| !is_word_of_oauth(text);
        let both = names()
            .zip(&values)
            .flat_map(|(name, value)| [name, value.as_ref()]);
        written.push(Cow::Owned(both.filter(is_own).collect()));
        let alone = values.iter().map(Cow::as_ref).filter(is_own);
        written.push(Cow::Owned(alone.collect()));
        written.extend(values);
    }
    written.retain(|text| !text.is_empty() && !is_word_of_oauth(text));
    written
}

/// The texts of what is added to an API request.
pub(crate) fn authentication_texts<'a>(
    authorization: Option<&'a Authorization>,
    headers: &'a [Pair],
) -> impl Iterator<Item = Cow<'a, str>> {
    let in_headers = headers
        .iter()
        .flat_map(|pair| [Cow::Borrowed(pair.name.as_str()), joined(&pair.value)]);
    authorization_written(authorization)
        .into_iter()
        .chain(in_headers)
}

fn body_pairs(body: &RequestBody) -> &[Pair] {
    match body {
        RequestBody::Form(pairs) | RequestBody::JsonObject(pairs) => pairs,
        RequestBody::None | RequestBody::Json(_) => &[],
    }
}

fn authorization_texts(authorization: Option<&Authorization>) -> impl Iterator<Item = &str> {
    let (scheme, basic) = match authorization {
        Some(Authorization::Basic(basic)) => (None, [basic.user_id.as_slice(), &basic.password]),
        Some(Authorization::Other(scheme)) => (Some(scheme.name.as_str()), [&[][..], &[]]),
        Some(Authorization::Bearer(_)) | None => (None, [&[][..], &[]]),
    };
    scheme.into_iter().chain(basic.into_iter().flat_map(texts))
}

fn authorization_written(authorization: Option<&Authorization>) -> Vec<Cow<'_, str>> {
    match authorization {
        Some(Authorization::Basic(basic)) => {
            let (user_id, password) = (joined(&basic.user_id), joined(&basic.password));
            let both = Cow::Owned([user_id.as_ref(), password.as_ref()].concat());
            vec![user_id, password, both]
        }
        Some(Authorization::Other(scheme)) => vec![Cow::Borrowed(scheme.name.as_str())],
        Some(Authorization::Bearer(_)) | None => Vec::new(),
    }
}

fn joined(segments: &[Segment]) -> Cow<'_, str> {
    let mut texts = texts(segments);
    match (texts.next(), texts.next()) {
        (None, _) => Cow::Borrowed(""),
        (Some(text), None) => Cow::Borrowed(text),
        (Some(first), Some(second)) => {
            let pieces: Vec<&str> = [first, second].into_iter().chain(texts).collect();
            Cow::Owned(pieces.concat())
        }
    }
}

fn texts(segments: &[Segment]) -> impl Iterator<Item = &str> {
    segments.iter().filter_map(|segment| match segment {
        Segment::Text(text) => Some(text.as_str()),
        Segment::Secret(_) => None,
    })
}

/// Words of OAuth that stand in a request whatever its secrets are: writing one is no guess at a secret
/// that happens to contain it (RFC 6749, 7009, 7521, 7636, 7662).
fn is_word_of_oauth(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "access_token",
        "assertion",
        "authorization_code",
        "client_assertion",
        "client_assertion_type",
        "client_credentials",
        "client_id",
        "client_secret",
        "code_verifier",
        "grant_type",
        "password",
        "redirect_uri",
        "refresh_token",
        "token",
        "token_type_hint",
        "username",
    ];
    WORDS.contains(&text)
}
