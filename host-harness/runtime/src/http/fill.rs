//! Puts the secrets into a request, after it was decided that it may leave.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::contract::{Authorization, Basic, Pair, Request, RequestBody, Segment};
use crate::vault::Vault;

/// A request as it goes over the wire.
pub(super) struct Filled {
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

/// Why a request cannot be filled in. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FillError {
    #[error("the plugin named a secret that this operation does not have")]
    UnknownSecret,
    #[error("the value of the header `{0}` has a character that no header may have")]
    MalformedHeader(String),
}

pub(super) fn fill(request: &Request, vault: &Vault) -> Result<Filled, FillError> {
    let mut headers = HeaderMap::new();
    for header in &request.headers {
        let (name, value) = fill_header(header, vault)?;
        headers.append(name, value);
    }
    if let Some(authorization) = &request.authorization {
        let value = authorization_value(authorization, vault)?;
        headers.insert(
            http::header::AUTHORIZATION,
            header_of("authorization", &value)?,
        );
    }
    let body = fill_body(&request.body, vault, &mut headers)?;
    let json = HeaderValue::from_static("application/json");
    headers.entry(http::header::ACCEPT).or_insert(json);
    // An answer in another coding is not read.
    let identity = HeaderValue::from_static("identity");
    headers.insert(http::header::ACCEPT_ENCODING, identity);
    Ok(Filled { headers, body })
}

fn fill_header(header: &Pair, vault: &Vault) -> Result<(HeaderName, HeaderValue), FillError> {
    let name = HeaderName::from_bytes(header.name.as_bytes())
        .map_err(|_| FillError::MalformedHeader(header.name.clone()))?;
    let value = join(&header.value, vault)?;
    Ok((name, header_of(&header.name, &value)?))
}

/// A header's value; never printed, since a secret may stand in it.
fn header_of(name: &str, value: &str) -> Result<HeaderValue, FillError> {
    let mut value =
        HeaderValue::from_str(value).map_err(|_| FillError::MalformedHeader(name.to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The value of the header `authorization`.
pub(super) fn authorization_value(
    authorization: &Authorization,
    vault: &Vault,
) -> Result<Zeroizing<String>, FillError> {
    let value = match authorization {
        Authorization::Bearer(token) => scheme("Bearer", token, vault),
        Authorization::Other(other) => scheme(&other.name, &other.credentials, vault),
        Authorization::Basic(credentials) => basic(credentials, vault),
    }?;
    header_of("authorization", &value)?;
    Ok(value)
}

fn scheme(name: &str, secret: &str, vault: &Vault) -> Result<Zeroizing<String>, FillError> {
    Ok(Zeroizing::new([name, " ", named(secret, vault)?].concat()))
}

/// Each part encoded as a form encodes it, then joined and encoded (RFC 6749 section 2.3.1).
fn basic(credentials: &Basic, vault: &Vault) -> Result<Zeroizing<String>, FillError> {
    let part = |segments: &[Segment]| -> Result<Zeroizing<String>, FillError> {
        let value = join(segments, vault)?;
        Ok(Zeroizing::new(
            form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        ))
    };
    let user_id = part(&credentials.user_id)?;
    let joined = Zeroizing::new([user_id.as_str(), ":", &part(&credentials.password)?].concat());
    let encoded = Zeroizing::new(STANDARD.encode(joined.as_bytes()));
    Ok(Zeroizing::new(["Basic ", &encoded].concat()))
}

fn fill_body(
    body: &RequestBody,
    vault: &Vault,
    headers: &mut HeaderMap,
) -> Result<Option<Bytes>, FillError> {
    let (content_type, bytes) = match body {
        RequestBody::None => return Ok(None),
        RequestBody::Form(pairs) => (
            "application/x-www-form-urlencoded",
            wiped(encode_form(pairs, vault)?),
        ),
        RequestBody::Json(text) => ("application/json", Bytes::copy_from_slice(text.as_bytes())),
        RequestBody::JsonObject(pairs) => ("application/json", wiped(encode_json(pairs, vault)?)),
    };
    headers.insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static(content_type),
    );
    Ok(Some(bytes))
}

/// Bytes that are wiped when the last of the HTTP client's handles on them is dropped.
fn wiped(text: Zeroizing<String>) -> Bytes {
    struct Wiped(Zeroizing<String>);
    impl AsRef<[u8]> for Wiped {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }
    Bytes::from_owner(Wiped(text))
}

fn encode_form(pairs: &[Pair], vault: &Vault) -> Result<Zeroizing<String>, FillError> {
    let mut values = Vec::with_capacity(pairs.len());
    for pair in pairs {
        values.push((pair.name.as_str(), join(&pair.value, vault)?));
    }
    // Encoding makes three characters of one at the most: no growth, so no copy left behind.
    let capacity = values
        .iter()
        .map(|(name, value)| 3 * (name.len() + value.len()) + 2)
        .sum();
    let mut encoder = form_urlencoded::Serializer::new(String::with_capacity(capacity));
    for (name, value) in &values {
        encoder.append_pair(name, value);
    }
    Ok(Zeroizing::new(encoder.finish()))
}

/// A flat object of texts. Escaping makes six characters of one at the most: no growth, so no copy
/// left behind.
fn encode_json(pairs: &[Pair], vault: &Vault) -> Result<Zeroizing<String>, FillError> {
    let mut members = Vec::with_capacity(pairs.len());
    for pair in pairs {
        members.push((pair.name.as_str(), join(&pair.value, vault)?));
    }
    let lengths = members
        .iter()
        .map(|(name, value)| 6 * (name.len() + value.len() + 1));
    let mut json = Zeroizing::new(String::with_capacity(lengths.sum::<usize>() + 2));
    json.push('{');
    for (name, value) in &members {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&json_string(name));
        json.push(':');
        json.push_str(&json_string(value));
    }
    json.push('}');
    Ok(json)
}

fn json_string(text: &str) -> Zeroizing<String> {
    Zeroizing::new(serde_json::Value::from(text).to_string())
}

fn join(segments: &[Segment], vault: &Vault) -> Result<Zeroizing<String>, FillError> {
    let parts: Vec<&str> = segments
        .iter()
        .map(|it| text(it, vault))
        .collect::<Result<_, _>>()?;
    Ok(Zeroizing::new(parts.concat()))
}

fn text<'a>(segment: &'a Segment, vault: &'a Vault) -> Result<&'a str, FillError> {
    match segment {
        Segment::Text(text) => Ok(text),
        Segment::Secret(name) => named(name, vault),
    }
}

fn named<'a>(name: &str, vault: &'a Vault) -> Result<&'a str, FillError> {
    vault
        .get(name)
        .map(crate::secret::Secret::expose)
        .ok_or(FillError::UnknownSecret)
}

/// A filled-in header's value, for a request that the host's own caller will make.
pub(super) fn header_value(header: &Pair, vault: &Vault) -> Result<Zeroizing<String>, FillError> {
    fill_header(header, vault)?;
    join(&header.value, vault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Method;
    use crate::randomness::SystemRandomness;
    use crate::secret::Secret;
    use crate::vault::SecretKind;

    fn request(headers: Vec<Pair>, body: RequestBody) -> Request {
        Request {
            method: Method::Post,
            url: String::new(),
            authorization: None,
            headers,
            body,
        }
    }

    fn pair(name: &str, value: Vec<Segment>) -> Pair {
        Pair {
            name: name.to_owned(),
            value,
        }
    }

    fn text(text: &str) -> Segment {
        Segment::Text(text.to_owned())
    }

    #[test]
    fn a_form_is_encoded_after_filling_in() {
        let mut vault = Vault::new(&SystemRandomness);
        let secret = vault.keep(
            "client_secret",
            SecretKind::Setting,
            Secret::new("a&b=c d+ü"),
        );
        let body = RequestBody::Form(vec![
            pair("grant_type", vec![text("x")]),
            pair("client_secret", vec![Segment::Secret(secret)]),
        ]);
        let filled = fill(&request(Vec::new(), body), &vault).unwrap();
        let expected = "grant_type=x&client_secret=a%26b%3Dc+d%2B%C3%BC";
        assert_eq!(filled.body.as_deref(), Some(expected.as_bytes()));
        assert_eq!(
            filled.headers["content-type"],
            "application/x-www-form-urlencoded"
        );
    }

    #[test]
    fn a_header_is_joined_and_marked_sensitive() {
        let mut vault = Vault::new(&SystemRandomness);
        let secret = vault.keep(
            "access",
            SecretKind::AccessToken,
            Secret::new("not-a-real-token"),
        );
        let header = pair(
            "authorization",
            vec![text("Bearer "), Segment::Secret(secret)],
        );
        let filled = fill(&request(vec![header], RequestBody::None), &vault).unwrap();
        assert_eq!(filled.headers["authorization"], "Bearer not-a-real-token");
        assert!(filled.headers["authorization"].is_sensitive());
    }

    proptest::proptest! {
        /// What a service reads is what was put in, each pair on its own.
        #[test]
        fn a_form_is_read_as_it_was_filled_in(
            pairs in proptest::collection::vec((".{0,8}", ".{0,8}", ".{0,8}"), 0..6),
        ) {
            let mut vault = Vault::new(&SystemRandomness);
            let form = pairs.iter().map(|(name, before, secret)| {
                let secret = vault.keep("s", SecretKind::Setting, Secret::new(secret.as_str()));
                pair(name, vec![text(before), Segment::Secret(secret)])
            });
            let form: Vec<Pair> = form.collect();
            let encoded = encode_form(&form, &vault).unwrap();
            let read: Vec<(String, String)> = form_urlencoded::parse(encoded.as_bytes())
                .into_owned()
                .collect();
            let expected: Vec<(String, String)> = pairs
                .into_iter()
                .map(|(name, before, secret)| (name, before + &secret))
                .collect();
            proptest::prop_assert_eq!(read, expected);
            proptest::prop_assert!(encoded.bytes().all(|it| it.is_ascii_graphic()));
        }
    }

    #[track_caller]
    fn check_error(header: Pair, secret: &str, expected: FillError) {
        let mut vault = Vault::new(&SystemRandomness);
        let name = vault.keep("s", SecretKind::Setting, Secret::new(secret));
        let header = Pair {
            value: header
                .value
                .into_iter()
                .chain([Segment::Secret(name)])
                .collect(),
            ..header
        };
        let outcome = fill(&request(vec![header], RequestBody::None), &vault);
        assert_eq!(outcome.map(|_| ()).unwrap_err(), expected);
    }

    #[test]
    fn what_no_header_may_hold_is_refused() {
        let malformed = FillError::MalformedHeader("authorization".into());
        check_error(
            pair("authorization", vec![]),
            "line\r\nbreak",
            malformed.clone(),
        );
        check_error(pair("authorization", vec![text("a\nb")]), "x", malformed);
        let foreign = Segment::Secret("client_secret.0.0000".into());
        check_error(
            pair("authorization", vec![foreign]),
            "x",
            FillError::UnknownSecret,
        );
    }
}
