//! The public address of a page: what is one, and what a person is told of what is none.

use credential_page::{AddressError, PublicAddress};
use rstest::rstest;

#[rstest]
#[case::an_origin("https://connect.example.com", "https://connect.example.com", "")]
#[case::a_slash_at_its_end("https://connect.example.com/", "https://connect.example.com", "")]
#[case::a_port("http://127.0.0.1:8090", "http://127.0.0.1:8090", "")]
#[case::an_ipv6_address("http://[::1]:8090/page", "http://[::1]:8090", "/page")]
#[case::the_default_port("https://a.example:443/x", "https://a.example", "/x")]
#[case::a_path("https://a.example/intacct", "https://a.example", "/intacct")]
#[case::a_path_with_a_slash("https://a.example/intacct/", "https://a.example", "/intacct")]
#[case::two_segments(
    "https://a.example/tools/intacct",
    "https://a.example",
    "/tools/intacct"
)]
#[case::every_character("https://a.example/A-z.0_9~", "https://a.example", "/A-z.0_9~")]
#[case::three_dots("https://a.example/...", "https://a.example", "/...")]
#[case::capitals_in_the_host("HTTPS://A.Example/Intacct", "https://a.example", "/Intacct")]
#[case::a_name_of_a_sessions_paths(
    "https://a.example/credentials",
    "https://a.example",
    "/credentials"
)]
#[case::a_name_that_begins_like_one_of_the_page(
    "https://a.example/opens",
    "https://a.example",
    "/opens"
)]
#[case::the_pages_own_name_further_down("https://a.example/x/open", "https://a.example", "/x/open")]
fn an_address(#[case] text: &str, #[case] origin: &str, #[case] base: &str) {
    let address: PublicAddress = text.parse().unwrap();
    assert_eq!(address.origin().to_string(), origin);
    assert_eq!(address.base_path(), base);
    assert_eq!(address.to_string(), format!("{origin}{base}"));
    assert_eq!(address.to_string().parse(), Ok(address));
}

#[rstest]
#[case::nothing("", AddressError::Scheme)]
#[case::no_scheme("connect.example.com/intacct", AddressError::Scheme)]
#[case::a_path_alone("/intacct", AddressError::Scheme)]
#[case::another_scheme("ftp://a.example/x", AddressError::Scheme)]
#[case::mail("mailto:dana@example.com", AddressError::Scheme)]
#[case::a_blank_before_it(" https://a.example", AddressError::Scheme)]
#[case::no_host("https:///intacct", AddressError::Host)]
#[case::a_port_that_cannot_be("https://a.example:70000/x", AddressError::Host)]
#[case::a_wildcard("https://*.example/x", AddressError::Host)]
#[case::a_blank_in_the_host("https://a .example/x", AddressError::Host)]
#[case::a_user("https://dana@a.example/x", AddressError::User)]
#[case::a_password("https://dana:not-a-real-password@a.example", AddressError::User)]
#[case::an_empty_user("https://@a.example", AddressError::User)]
#[case::a_query("https://a.example/x?a=b", AddressError::Query)]
#[case::a_query_without_a_path("https://a.example?a=b", AddressError::Query)]
#[case::an_empty_query("https://a.example/x?", AddressError::Query)]
#[case::a_fragment("https://a.example/x#top", AddressError::Fragment)]
#[case::an_empty_fragment("https://a.example/#", AddressError::Fragment)]
#[case::percent("https://a.example/in%74acct", AddressError::Percent)]
#[case::an_encoded_slash("https://a.example/x%2Fy", AddressError::Percent)]
#[case::encoded_dots("https://a.example/%2e%2e/x", AddressError::Percent)]
#[case::a_dot("https://a.example/./x", AddressError::DotSegment)]
#[case::two_dots("https://a.example/x/../y", AddressError::DotSegment)]
#[case::two_dots_at_the_end("https://a.example/x/..", AddressError::DotSegment)]
#[case::two_slashes("https://a.example//x", AddressError::EmptySegment)]
#[case::two_slashes_inside("https://a.example/x//y", AddressError::EmptySegment)]
#[case::two_slashes_at_the_end("https://a.example/x//", AddressError::EmptySegment)]
#[case::slashes_alone("https://a.example//", AddressError::EmptySegment)]
#[case::a_backslash("https://a.example\\x", AddressError::Character('\\'))]
#[case::a_backslash_inside("https://a.example/x\\y", AddressError::Character('\\'))]
#[case::a_blank("https://a.example/x y", AddressError::Character(' '))]
#[case::a_line_break("https://a.example/x\n", AddressError::Character('\n'))]
#[case::a_pattern("https://a.example/{x}", AddressError::Character('{'))]
#[case::a_parameter("https://a.example/x;y", AddressError::Character(';'))]
#[case::a_plus("https://a.example/x+y", AddressError::Character('+'))]
#[case::an_at_sign("https://a.example/@x", AddressError::Character('@'))]
#[case::an_umlaut("https://a.example/büro", AddressError::Character('ü'))]
#[case::quotes("https://a.example/\"x", AddressError::Character('"'))]
#[case::the_pages_links("https://a.example/open", AddressError::Taken("open"))]
#[case::the_pages_sessions("https://a.example/s/x", AddressError::Taken("s"))]
#[case::the_pages_files("https://a.example/assets/", AddressError::Taken("assets"))]
#[case::the_pages_probe("https://a.example/healthz", AddressError::Taken("healthz"))]
fn no_address(#[case] text: &str, #[case] expected: AddressError) {
    let error = text.parse::<PublicAddress>().unwrap_err();
    assert_eq!(error, expected);
    let message = error.to_string();
    assert!(
        message.contains("https://connect.example.com/intacct"),
        "{message}"
    );
    assert!(!message.contains("not-a-real-password"), "{message}");
    assert!(!message.contains('\n'), "{message}");
}

#[test]
fn a_path_of_more_characters_than_any_tool_has_is_no_address() {
    let text = |length| format!("https://a.example/{}", "x".repeat(length));
    assert!(text(199).parse::<PublicAddress>().is_ok());
    let error = text(200).parse::<PublicAddress>().unwrap_err();
    assert_eq!(error, AddressError::TooLong);
}
