//! Where a secret may stand in a request, and to which origins it may go: by what it is.

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
/// own, and an access token, to the API too; what an answer brought, to either.
fn may_go(kind: SecretKind, purposes: Purposes, in_secret_header: bool) -> bool {
    match kind {
        SecretKind::Grant => purposes.token,
        SecretKind::Setting => purposes.token || in_secret_header,
        SecretKind::AccessToken | SecretKind::Answered => true,
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
    let pairs: &[Pair] = match body {
        RequestBody::Form(pairs) | RequestBody::JsonObject(pairs) => pairs,
        RequestBody::None | RequestBody::Json(_) => &[],
    };
    pairs.iter().flat_map(|pair| secrets(&pair.value))
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

/// Everything that the plugin wrote into a request itself.
pub(crate) fn literals(request: &Request) -> impl Iterator<Item = &str> {
    let pairs: &[Pair] = match &request.body {
        RequestBody::Form(pairs) | RequestBody::JsonObject(pairs) => pairs,
        RequestBody::None | RequestBody::Json(_) => &[],
    };
    let json = match &request.body {
        RequestBody::Json(text) => Some(text.as_str()),
        RequestBody::None | RequestBody::Form(_) | RequestBody::JsonObject(_) => None,
    };
    let basic = match &request.authorization {
        Some(Authorization::Basic(basic)) => [basic.user_id.as_slice(), &basic.password],
        Some(Authorization::Bearer(_) | Authorization::Other(_)) | None => [&[][..], &[]],
    };
    let scheme = match &request.authorization {
        Some(Authorization::Other(scheme)) => Some(scheme.name.as_str()),
        Some(Authorization::Bearer(_) | Authorization::Basic(_)) | None => None,
    };
    let in_pairs = pairs
        .iter()
        .chain(&request.headers)
        .flat_map(|pair| std::iter::once(pair.name.as_str()).chain(texts(&pair.value)));
    std::iter::once(request.url.as_str())
        .chain(json)
        .chain(scheme)
        .chain(basic.into_iter().flat_map(texts))
        .chain(in_pairs)
}

fn texts(segments: &[Segment]) -> impl Iterator<Item = &str> {
    segments.iter().filter_map(|segment| match segment {
        Segment::Text(text) => Some(text.as_str()),
        Segment::Secret(_) => None,
    })
}
