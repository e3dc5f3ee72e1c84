use rstest::rstest;

use super::*;

fn check(rest: &str) -> Result<(), UrlError> {
    let url = format!("https://api.example.com/authorize?state=ours&client_id=x{rest}");
    let parameters = Parameters::of(&Url::parse(&url).unwrap());
    parameters.check("state", Some("ours"))?;
    parameters.check("code_challenge", None)?;
    parameters.without_others()
}

#[rstest]
#[case::nothing("")]
#[case::scopes("&scope=https%3A%2F%2Fwww.example.com%2Fauth%2Fa%20openid")]
#[case::resources("&resource=https://a.example&resource=https://b.example")]
#[case::hints("&login_hint=a%40b.example&prompt=consent&access_type=offline&audience=api.example")]
#[case::a_semicolon_in_a_value("&scope=a%3Bb")]
#[case::much_like_ours("&statement=x&states=NY&requested=1&response=x&return_scopes=true")]
#[case::of_services(
    "&owner=user&duration=permanent&hd=a.example&tenant=x&show_dialog=true&optional_scope=a:b"
)]
#[case::addresses_by_their_standard(
    "&audience=https://a.example&acr_values=https://refeds.org/profile/mfa"
)]
#[case::what_is_no_address("&note=a//b&time=10:30&path=/home")]
fn what_is_a_plugins_stands(#[case] rest: &str) {
    assert_eq!(check(rest), Ok(()), "{rest}");
}

#[rstest]
#[case::twice("&state=mine")]
#[case::the_same_twice("&state=ours")]
#[case::encoded("&%73tate=mine")]
#[case::encoded_twice("&%2573tate=mine")]
#[case::in_capitals("&STATE=mine")]
#[case::as_a_list("&state[]=mine")]
#[case::as_an_encoded_list("&state%5B0%5D=mine")]
#[case::as_a_member("&state[a]=mine")]
#[case::behind_a_semicolon("&x=1;state=mine")]
#[case::behind_two_semicolons("&x=1;y=2;state=mine")]
#[case::with_a_blank("&state+=mine")]
#[case::with_a_blank_before("&%20state=mine")]
#[case::with_a_null("&state%00=mine")]
#[case::with_a_null_and_more("&state%00x=mine")]
#[case::with_a_tab("&sta%09te=mine")]
#[case::full_width("&%EF%BD%93tate=mine")]
#[case::without_a_value("&state")]
#[case::a_challenge("&code_challenge=x")]
#[case::a_challenge_with_dots("&code.challenge=x")]
#[case::a_challenge_as_a_list("&code_challenge[]=x")]
#[case::a_request("&request=eyJhbGciOiJub25lIn0.e30.")]
#[case::a_request_by_address("&request_uri=https://evil.example")]
#[case::the_same_in_capitals("&Request_URI=https://evil.example")]
#[case::the_same_encoded("&request%5Furi=https://evil.example")]
#[case::another_mode("&response_mode=fragment")]
#[case::another_mode_in_capitals("&RESPONSE_MODE=form_post")]
#[case::another_place("&response_uri=https://evil.example")]
#[case::another_redirect("&redirect=https://evil.example")]
#[case::a_redirect_by_another_name("&redirect_url=https://evil.example")]
#[case::a_redirect_in_camel_case("&redirectTo=https://evil.example")]
#[case::a_callback("&callback_url=https://evil.example")]
#[case::a_page_to_return_to("&return_to=https://evil.example")]
#[case::a_page_to_go_on_to("&continue=https://evil.example")]
#[case::a_relay_state("&RelayState=https://evil.example")]
#[case::a_reply("&wreply=https://evil.example")]
#[case::a_reply_without_an_address("&wreply=elsewhere")]
#[case::a_return("&retURL=https://evil.example")]
#[case::a_return_to_a_path("&retURL=/elsewhere")]
#[case::a_service("&service=elsewhere")]
#[case::a_target("&target=elsewhere")]
#[case::a_plain_return("&return=elsewhere")]
#[case::of_an_earlier_openid("&openid.return_to=https://evil.example")]
#[case::an_address_of_any_name("&x=https://evil.example")]
#[case::an_address_encoded_twice("&x=https%253A%252F%252Fevil.example")]
#[case::an_address_by_units("&x=%u0068ttps:%u002f%u002fevil.example")]
#[case::an_address_without_a_scheme("&x=//evil.example")]
#[case::an_address_with_backslashes("&x=%5C%5Cevil.example")]
#[case::an_address_with_one_slash("&x=https:/evil.example")]
#[case::an_address_with_a_tab("&x=ht%09tps://evil.example")]
#[case::a_script("&x=javascript:alert(1)")]
#[case::an_open_bracket("&code[challenge=x")]
#[case::an_open_bracket_encoded("&code%5Bchallenge=x")]
#[case::an_open_bracket_in_the_mode("&response[mode=fragment")]
#[case::a_dot_in_the_mode("&response.mode=fragment")]
#[case::a_blank_in_the_mode("&response+mode=fragment")]
#[case::units("&%u0073tate=mine")]
#[case::units_in_capitals("&%U0073TATE=mine")]
#[case::units_encoded("&%25u0073tate=mine")]
#[case::units_of_a_redirect("&%u0072edirect=elsewhere")]
#[case::without_a_dot_on_the_i("&red%C4%B1rect=elsewhere")]
#[case::with_a_long_s("&%C5%BFtate=mine")]
#[case::another_client_by_an_open_bracket("&client[id=theirs")]
#[case::another_client_with_a_dot("&client.id=theirs")]
#[case::another_client("&client_id=theirs")]
#[case::another_client_in_capitals("&CLIENT_ID=theirs")]
#[case::another_client_behind_a_semicolon("&x=1;client_id=theirs")]
#[case::scopes_twice("&scope=a&scope=b")]
fn what_could_take_the_place_of_ours_is_refused(#[case] rest: &str) {
    assert!(check(rest).is_err(), "{rest}");
}

#[rstest]
#[case::an_open_bracket("response[type=token")]
#[case::a_dot("response.type=token")]
#[case::units("%u0072esponse_type=token")]
#[case::a_list("response_type[]=token")]
fn the_hosts_parameter_stands_once_under_any_spelling(#[case] more: &str) {
    let url = format!("https://api.example.com/authorize?response_type=code&{more}");
    let parameters = Parameters::of(&Url::parse(&url).unwrap());
    let outcome = parameters.check("response_type", Some("code"));
    assert_eq!(outcome.map_err(|it| it.found), Err("more than one"));
}

#[test]
fn an_author_is_told_what_is_wrong_with_a_parameter() {
    for (rest, expected) in [
        ("&x=https://evil.example", "has an address in `x`"),
        (
            "&response_mode=fragment",
            "has an unexpected `response_mode`",
        ),
        ("&client_id=theirs", "has more than one `client_id`"),
    ] {
        let said = check(rest).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn what_stands_behind_a_semicolon_alone_is_not_there() {
    let url = Url::parse("https://api.example.com/authorize?x=1;state=ours").unwrap();
    let outcome = Parameters::of(&url).check("state", Some("ours"));
    assert_eq!(outcome.map_err(|it| it.found), Err("another"));
}
