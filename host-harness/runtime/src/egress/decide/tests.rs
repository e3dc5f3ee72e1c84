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
    let decision = decide(&request(url), &asked, &policy).map(|it| it.url.to_string());
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
        decide(&request, &[], &policy),
        Err(Denial::NotAsked(only.clone()))
    );
    assert_eq!(
        decide(&request, &asked, &Policy::nothing()),
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
    let target = decide(&request, &asked, &mapped).unwrap();
    assert_eq!(target.url.as_str(), "http://127.0.0.1:8080/v1");
    assert_eq!(target.reach, Reach::Mapped);
    let alone = Policy::nothing().map_origin(from.clone(), to_mock);
    assert_eq!(
        decide(&request, &asked, &alone),
        Err(Denial::NotAllowed(from))
    );
}

#[track_caller]
fn check_header_rule(name: &str, expected: Result<(), Denial>) {
    let header = Pair {
        name: name.to_owned(),
        value: Vec::new(),
    };
    assert_eq!(check_header(&header), expected, "{name}");
}

#[test]
fn headers_that_are_the_hosts_are_refused() {
    for name in ["host", "Content-Length", "cookie", "TE", "Proxy-Authorization"] {
        check_header_rule(name, Err(Denial::HostsHeader(name.to_ascii_lowercase())));
    }
    check_header_rule("Authorization", Err(Denial::AuthorizationAsHeader));
    check_header_rule("accept", Ok(()));
    check_header_rule("no header", Err(Denial::MalformedHeader));
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
    let decision = decide(&request, &asked, &policy).map(|_| ());
    assert_eq!(decision, expected, "{name}");
}

#[test]
fn another_scheme_of_authorization_is_a_short_name() {
    check_scheme("Zoho-oauthtoken", Ok(()));
    for name in ["", "basic", "BEARER", "Basic x:", "a\r\nb", "x y", &"x".repeat(33)] {
        check_scheme(name, Err(Denial::AuthorizationScheme));
    }
}
