use super::*;
use crate::bindings::connector::credential::http::Scheme;
use crate::contract::{Authorization, Method, RequestBody};

fn request(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: url.to_owned(),
        authorization: None,
        headers: Vec::new(),
        body: RequestBody::None,
    }
}

fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}

fn allowing(origins: &[&str]) -> (Vec<Origin>, Policy) {
    let origins: Vec<Origin> = origins.iter().map(|it| origin(it)).collect();
    let policy = origins
        .iter()
        .cloned()
        .fold(Policy::nothing(), Policy::allow_origin);
    (origins, policy)
}

#[track_caller]
fn check(url: &str, expected: Result<&str, Denial>) {
    let (asked, policy) = allowing(&[
        "https://api.example.com",
        "http://plain.example.com",
        "https://127.0.0.1:8443",
        "https://[::ffff:10.0.0.1]",
        "https://8.8.8.8",
    ]);
    let decision = decide(&request(url), &asked, &policy, &NamedHeaders::default())
        .map(|it| it.url.to_string());
    assert_eq!(decision, expected.map(str::to_owned), "{url}");
}

#[test]
fn an_allowed_origin_may_be_reached() {
    check(
        "https://api.example.com/v1?x=1",
        Ok("https://api.example.com/v1?x=1"),
    );
    check(
        "https://API.example.com:443/v1",
        Ok("https://api.example.com/v1"),
    );
    check("https://8.8.8.8/", Ok("https://8.8.8.8/"));
}

#[test]
fn scheme_host_and_port_all_count() {
    let not_asked = |text: &str| Err(Denial::NotAsked(origin(text)));
    check(
        "https://api.example.com:444/",
        not_asked("https://api.example.com:444"),
    );
    check(
        "http://api.example.com/",
        not_asked("http://api.example.com"),
    );
    check(
        "https://api.example.com.evil.example/",
        not_asked("https://api.example.com.evil.example"),
    );
    check(
        "https://api.example.com./",
        not_asked("https://api.example.com./"),
    );
    check(
        "https://evil.example/https://api.example.com",
        not_asked("https://evil.example"),
    );
    check(
        "https://аpi.example.com/",
        not_asked("https://xn--pi-6kc.example.com"),
    );
    check("file:///etc/passwd", Err(Denial::Scheme("file".into())));
}

#[test]
fn a_url_holds_nothing_that_misleads() {
    check("/v1", Err(Denial::NotAbsolute));
    check("", Err(Denial::NotAbsolute));
    check("https://u:p@api.example.com/", Err(Denial::UserInformation));
    check(
        "https://evil.example@api.example.com/",
        Err(Denial::UserInformation),
    );
    check("https://api.example.com/#f", Err(Denial::Fragment));
    check(
        "https://api.example.com\\@evil.example/",
        Ok("https://api.example.com/@evil.example/"),
    );
    check(
        "https://api.example.com/a/../../b",
        Ok("https://api.example.com/b"),
    );
}

#[test]
fn without_a_mapping_only_https_and_public_addresses_pass() {
    check(
        "http://plain.example.com/",
        Err(Denial::Scheme("http".into())),
    );
    let loopback = Denial::NotPublic(IpAddr::from([127, 0, 0, 1]));
    check("https://127.0.0.1:8443/", Err(loopback.clone()));
    check("https://0x7f.1:8443/", Err(loopback.clone()));
    check("https://2130706433:8443/", Err(loopback));
    let mapped: std::net::Ipv6Addr = "::ffff:10.0.0.1".parse().unwrap();
    check(
        "https://[::ffff:a00:1]/",
        Err(Denial::NotPublic(IpAddr::V6(mapped))),
    );
}

#[test]
fn plugin_and_operator_must_both_name_an_origin() {
    let (asked, policy) = allowing(&["https://api.example.com"]);
    let request = request("https://api.example.com/");
    let only = origin("https://api.example.com");
    assert_eq!(
        decide(&request, &[], &policy, &NamedHeaders::default()),
        Err(Denial::NotAsked(only.clone()))
    );
    assert_eq!(
        decide(
            &request,
            &asked,
            &Policy::nothing(),
            &NamedHeaders::default()
        ),
        Err(Denial::NotAllowed(only))
    );
}

#[test]
fn a_mapping_redirects_what_is_allowed_and_allows_nothing_by_itself() {
    let (asked, policy) = allowing(&["https://api.example.com"]);
    let to_mock = "http://127.0.0.1:8080"
        .parse::<super::super::MappingTarget>()
        .unwrap();
    let from = origin("https://api.example.com");
    let request = request("https://api.example.com/v1");
    let mapped = policy.map_origin(from.clone(), to_mock.clone());
    let target = decide(&request, &asked, &mapped, &NamedHeaders::default()).unwrap();
    assert_eq!(target.url.as_str(), "http://127.0.0.1:8080/v1");
    assert_eq!(target.reach, Reach::Mapped);
    let alone = Policy::nothing().map_origin(from.clone(), to_mock);
    assert_eq!(
        decide(&request, &asked, &alone, &NamedHeaders::default()),
        Err(Denial::NotAllowed(from))
    );
}

fn named() -> NamedHeaders {
    let all = [
        "x-ia-api-param-entity",
        "range",
        "x-forwarded-for",
        "sec-websocket-key",
    ];
    NamedHeaders {
        plain: all.map(str::to_owned).into(),
        secret: ["x-api-key".to_owned()].into(),
    }
}

#[track_caller]
fn check_header_rule(name: &str, expected: Result<(), Denial>) {
    let header = Pair {
        name: name.to_owned(),
        value: Vec::new(),
    };
    assert_eq!(check_headers(&[header], &named()), expected, "{name}");
}

#[test]
fn the_usual_headers_and_those_that_are_named_may_be_set() {
    for name in [
        "accept",
        "Accept-Language",
        "IF-MATCH",
        "prefer",
        "X-IA-API-Param-Entity",
        "x-api-key",
    ] {
        check_header_rule(name, Ok(()));
    }
    for name in ["x-other", "accept-charset", "authority", "x-request-id"] {
        check_header_rule(name, Err(Denial::UnnamedHeader(name.to_owned())));
    }
}

/// Also where descriptor and policy name them.
#[test]
fn headers_of_the_connection_are_refused_in_every_spelling() {
    for name in [
        "host",
        "Content-Length",
        "cookie",
        "TE",
        "Proxy-Authorization",
        "range",
        "Range",
        "if-range",
        "content-encoding",
        "via",
        "forwarded",
        "x-forwarded-for",
        "X-Forwarded-Host",
        "x_forwarded_for",
        "x-real-ip",
        "x-original-url",
        "x-rewrite-url",
        "x-http-method-override",
        "X_HTTP_Method_Override",
        "x-middleware-subrequest",
        "origin",
        "referer",
        "max-forwards",
        "sec-websocket-key",
        "sec-fetch-site",
        "early-data",
        "date",
        "content_length",
        "transfer-encoding",
        "user-agent",
        "expect",
        "upgrade",
    ] {
        check_header_rule(name, Err(Denial::HostsHeader(name.to_ascii_lowercase())));
    }
    check_header_rule("Authorization", Err(Denial::AuthorizationAsHeader));
    for name in ["no header", "", "a:b", "x\r\ny", "accept "] {
        check_header_rule(name, Err(Denial::MalformedHeader));
    }
}

#[test]
fn no_header_stands_twice() {
    let header = |name: &str| Pair {
        name: name.to_owned(),
        value: Vec::new(),
    };
    let twice = [header("Accept"), header("accept")];
    let outcome = check_headers(&twice, &named());
    assert_eq!(outcome, Err(Denial::HeaderTwice("accept".to_owned())));
}

#[track_caller]
fn check_body_rule(method: Method, body: RequestBody, expected: Result<(), Denial>) {
    let request = Request {
        method,
        body,
        ..request("https://api.example.com/")
    };
    assert_eq!(check_body(&request), expected, "{request:?}");
}

#[test]
fn a_body_fits_its_method_and_its_type() {
    let json = |text: &str| RequestBody::Json(text.to_owned());
    check_body_rule(Method::Post, json("{\"a\": [1, 2]}"), Ok(()));
    check_body_rule(Method::Get, RequestBody::None, Ok(()));
    for method in [Method::Get, Method::Delete] {
        for body in [
            json("{}"),
            RequestBody::Form(Vec::new()),
            RequestBody::JsonObject(Vec::new()),
        ] {
            check_body_rule(method, body, Err(Denial::BodyWithoutMeaning));
        }
    }
    let smuggled = "POST /x HTTP/1.1\r\nHost: service.example\r\nContent-Length: 300\r\n\r\nnote=";
    for text in [
        smuggled,
        "",
        "{",
        "{} {}",
        "{}\r\n\r\nGET / HTTP/1.1",
        "nul",
        "\u{feff}{}",
    ] {
        check_body_rule(Method::Post, json(text), Err(Denial::NotJson));
    }
}

#[track_caller]
fn check_scheme(name: &str, expected: Result<(), Denial>) {
    let request = Request {
        authorization: Some(Authorization::Other(Scheme {
            name: name.to_owned(),
            credentials: "s".to_owned(),
        })),
        ..request("https://api.example.com/")
    };
    let (asked, policy) = allowing(&["https://api.example.com"]);
    let decision = decide(&request, &asked, &policy, &NamedHeaders::default()).map(|_| ());
    assert_eq!(decision, expected, "{name}");
}

#[test]
fn another_scheme_of_authorization_is_a_short_name() {
    check_scheme("Zoho-oauthtoken", Ok(()));
    for name in [
        "",
        "basic",
        "BEARER",
        "Basic x:",
        "a\r\nb",
        "x y",
        &"x".repeat(33),
    ] {
        check_scheme(name, Err(Denial::AuthorizationScheme));
    }
}
