//! How a form goes over the wire, held against a decoder written apart.

use std::sync::{Arc, OnceLock};

use crate::contract::{Method, Pair, Purposes, Request, RequestBody, Segment};
use crate::egress::{NamedHeaders, Origin, Policy};
use crate::http::{Exchange, Scope, SystemLookup, Transport};
use crate::limits::HttpLimits;
use crate::purpose::CallPurpose;
use crate::randomness::SystemRandomness;
use crate::reading::{Declaration, Permitted};
use crate::secret::Secret;
use crate::vault::{SecretKind, Vault};

const ORIGIN: &str = "https://api.example.com";

/// Lines in turn taken for a field's name, the text before its secret, and the secret: decoded again,
/// the body has the same fields in the same order, and no character that a form may not have.
pub fn form(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let mut vault = Vault::new(&SystemRandomness);
    let (pairs, expected): (Vec<Pair>, Vec<(String, String)>) = lines
        .chunks_exact(3)
        .map(|it| field(it[0], it[1], it[2], &mut vault))
        .unzip();
    let Some(body) = on_the_wire(pairs, vault) else {
        return;
    };
    let allowed = |it: &u8| it.is_ascii_alphanumeric() || b"*-._+%&=".contains(it);
    assert!(
        body.iter().all(allowed),
        "{:?}",
        String::from_utf8_lossy(&body)
    );
    assert_eq!(decoded(&body), expected);
}

fn field(name: &str, before: &str, secret: &str, vault: &mut Vault) -> (Pair, (String, String)) {
    let value = vec![
        Segment::Text(before.to_owned()),
        Segment::Secret(vault.keep("s", SecretKind::Setting, Secret::new(secret))),
    ];
    let pair = Pair {
        name: name.to_owned(),
        value,
    };
    (pair, (name.to_owned(), format!("{before}{secret}")))
}

/// The body of a request with this form; absent where it is larger than a request may be.
fn on_the_wire(pairs: Vec<Pair>, vault: Vault) -> Option<Vec<u8>> {
    let origin: Origin = ORIGIN.parse().unwrap();
    let purposes = Purposes {
        token: true,
        ..Purposes::default()
    };
    let scope = Scope {
        asked: [origin.clone()].into(),
        purposes: Arc::new([(origin.clone(), purposes)].into()),
        policy: Arc::new(Policy::nothing().allow_origin(origin)),
        declaration: Arc::new(Declaration::parse(&[], &[], &[], &[]).unwrap()),
        permitted: Permitted::default(),
        headers: NamedHeaders::default(),
    };
    let request = Request {
        method: Method::Post,
        url: format!("{ORIGIN}/token"),
        authorization: None,
        headers: Vec::new(),
        body: RequestBody::Form(pairs),
    };
    let exchange = Exchange::new(scope, transport(), vault);
    let ready = exchange.prepare(&request, &CallPurpose::Obtain(None));
    let ready = ready
        .inspect_err(|failure| assert!(failure.message.contains("larger")))
        .ok()?;
    Some(ready.to_http().unwrap().into_body().to_vec())
}

/// Never connects.
fn transport() -> Arc<Transport> {
    static TRANSPORT: OnceLock<Arc<Transport>> = OnceLock::new();
    let transport = TRANSPORT.get_or_init(|| {
        let limits = HttpLimits::default();
        Arc::new(Transport::new(limits, Arc::new(SystemLookup), &[], None).unwrap())
    });
    Arc::clone(transport)
}

/// `application/x-www-form-urlencoded` as the URL Standard reads it.
fn decoded(body: &[u8]) -> Vec<(String, String)> {
    let fields = body.split(|it| *it == b'&').filter(|it| !it.is_empty());
    fields
        .map(|field| {
            let end = field.iter().position(|it| *it == b'=').expect("a value");
            (decoded_text(&field[..end]), decoded_text(&field[end + 1..]))
        })
        .collect()
}

fn decoded_text(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match first {
            b'+' => b' ',
            b'%' => {
                let digits = str::from_utf8(&after[..2]).unwrap();
                rest = &after[2..];
                u8::from_str_radix(digits, 16).unwrap()
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
