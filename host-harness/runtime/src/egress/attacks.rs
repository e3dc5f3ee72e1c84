//! Attempts to leave for elsewhere, one by one and at random: only what an independent reading of the
//! URL finds to lead to the one allowed origin may pass.

use proptest::prelude::*;
use rstest::rstest;

use super::{Origin, Policy, decide_url};

const ALLOWED: &str = "https://api.example.com";

/// The one origin that is allowed, and everything on this machine and near it besides: allowed by
/// plugin and operator, and still not to be reached.
fn decide(url: &str) -> Result<String, String> {
    let asked: Vec<Origin> = [
        ALLOWED,
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://0.0.0.0",
        "https://[::1]",
        "https://[::ffff:7f00:1]",
        "https://[64:ff9b::a00:1]",
        "https://[fe80::1]",
        "https://[fd00:ec2::254]",
    ]
    .iter()
    .map(|it| it.parse().unwrap())
    .collect();
    let allowed = asked.iter().cloned();
    let policy = allowed.fold(Policy::nothing(), Policy::allow_origin);
    decide_url(url, &asked, &policy)
        .map(|target| target.url.into())
        .map_err(|denial| denial.to_string())
}

#[rstest]
#[case::another_host("https://evil.example/")]
#[case::a_host_below("https://x.api.example.com/")]
#[case::a_host_above("https://example.com/")]
#[case::a_host_that_begins_like_it("https://api.example.com.evil.example/")]
#[case::a_host_that_ends_like_it("https://evilapi.example.com/")]
#[case::the_root_dot("https://api.example.com./")]
#[case::another_port("https://api.example.com:8443/")]
#[case::port_zero("https://api.example.com:0/")]
#[case::another_scheme("http://api.example.com/")]
#[case::web_sockets("wss://api.example.com/")]
#[case::a_file("file://api.example.com/etc/passwd")]
#[case::a_script("javascript:fetch('https://api.example.com')")]
#[case::data("data:text/html,x")]
#[case::a_view("view-source:https://api.example.com/")]
#[case::no_scheme("//api.example.com/")]
#[case::a_user("https://user@api.example.com/")]
#[case::a_user_and_password("https://a:b@api.example.com/")]
#[case::the_origin_as_the_user("https://api.example.com@evil.example/")]
#[case::the_origin_as_user_and_password("https://api.example.com:443@evil.example/")]
#[case::two_users("https://a@evil.example@api.example.com/")]
#[case::a_backslash("https://evil.example\\@api.example.com/")]
#[case::a_fragment("https://api.example.com/#@evil.example")]
#[case::a_tab_in_the_host("https://api.exa\tmple.com.evil.example/")]
#[case::a_broken_line("https://evil.example\r\n/api.example.com/")]
#[case::a_null("https://api.example.com\0.evil.example/")]
#[case::a_percent_in_the_host("https://api.example.com%2eevil.example/")]
#[case::a_cyrillic_letter("https://\u{430}pi.example.com/")]
#[case::a_greek_letter("https://api.ex\u{3b1}mple.com/")]
#[case::its_ascii_form("https://xn--pi-6kc.example.com/")]
#[case::a_dotless_letter("https://ap\u{131}.example.com/")]
#[case::an_invisible_joiner("https://a\u{200d}pi.example.com/")]
#[case::a_long_s("https://api.example.com\u{17f}/")]
#[case::loopback("https://127.0.0.1/")]
#[case::loopback_in_hexadecimal("https://0x7f000001/")]
#[case::loopback_in_octal("https://0177.0.0.01/")]
#[case::loopback_as_one_number("https://2130706433/")]
#[case::loopback_in_two_parts("https://127.1/")]
#[case::loopback_in_wide_digits("https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/")]
#[case::loopback_in_circled_digits("https://\u{2460}\u{2461}\u{2466}.0.0.1/")]
#[case::loopback_percent_encoded("https://%31%32%37.0.0.1/")]
#[case::every_interface("https://0/")]
#[case::a_private_address("https://10.0.0.1/")]
#[case::the_metadata_service("https://169.254.169.254/latest/meta-data/")]
#[case::the_metadata_service_as_one_number("https://2852039166/")]
#[case::ipv6_loopback("https://[::1]/")]
#[case::ipv6_loopback_written_out("https://[0:0:0:0:0:0:0:1]/")]
#[case::a_mapped_address("https://[::ffff:127.0.0.1]/")]
#[case::a_translated_address("https://[64:ff9b::10.0.0.1]/")]
#[case::a_link_local_address("https://[fe80::1]/")]
#[case::a_zone("https://[fe80::1%25eth0]/")]
#[case::the_metadata_service_in_ipv6("https://[fd00:ec2::254]/")]
fn nothing_leaves_for(#[case] url: &str) {
    let outcome = decide(url);
    assert!(outcome.is_err(), "{url} leads to {outcome:?}");
}

#[rstest]
#[case::a_path_that_climbs("https://api.example.com/a/../../../etc/passwd", "/etc/passwd")]
#[case::one_that_climbs_encoded("https://api.example.com/%2e%2e/%2E%2e/x", "/x")]
#[case::a_backslash("https://api.example.com\\..\\evil.example", "/evil.example")]
#[case::an_address_in_the_path("https://api.example.com/@127.0.0.1/", "/@127.0.0.1/")]
#[case::an_address_in_the_query(
    "https://api.example.com/?u=http://10.0.0.1/",
    "/?u=http://10.0.0.1/"
)]
#[case::a_scheme_in_capitals("HTTPS://API.EXAMPLE.COM:443/x", "/x")]
#[case::wide_letters("https://\u{ff41}pi.example.com/x", "/x")]
#[case::an_ideographic_stop("https://api\u{3002}example.com/x", "/x")]
#[case::a_broken_line_in_the_path("https://api.example.com/a\r\nhost: b", "/ahost:%20b")]
fn what_stays_at_the_origin_stays_there(#[case] url: &str, #[case] rest: &str) {
    assert_eq!(
        decide(url).as_deref(),
        Ok(&*format!("{ALLOWED}{rest}")),
        "{url}"
    );
}

fn any_url() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![Just("https"), Just("HTTPS"), Just("http"), Just("ws")];
    let user = prop_oneof![4 => Just(""), 1 => Just("u@"), 1 => Just("u:p@"), 1 => Just("api.example.com@")];
    let host = prop_oneof![
        4 => Just("api.example.com".to_owned()),
        1 => Just("API.example.COM".to_owned()),
        1 => Just("evil.example".to_owned()),
        1 => Just("127.0.0.1".to_owned()),
        1 => Just("[::1]".to_owned()),
        2 => "[a-z0-9.%:@-]{1,20}",
    ];
    let port = prop_oneof![4 => Just(""), 1 => Just(":443"), 1 => Just(":444"), 1 => Just(":")];
    let rest = prop_oneof![Just(String::new()), "[/?][a-z@:/.%-]{0,12}", "#[a-z]{0,4}"];
    (scheme, user, host, port, rest)
        .prop_map(|(scheme, user, host, port, rest)| format!("{scheme}://{user}{host}{port}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn only_the_allowed_authority_passes(url in any_url()) {
        crate::properties::egress(url.as_bytes());
    }

    #[test]
    fn no_text_makes_the_decision_panic(url in ".{0,60}") {
        let _ = decide(&url);
    }
}
