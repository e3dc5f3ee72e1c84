//! What people paste.

use rstest::rstest;

use super::*;

const SIGN_IN: &str = "https://service.example/authorize?client_id=x&state=St4te-of_this~sign-in";
const HERE: &str = "https://127.0.0.1:8765/callback";
const ANSWER: &str = "code=eyJhbGciOi.Jub25lIn0-_x&state=St4te-of_this~sign-in";
/// The same with the state first, as some services write it.
const CODE_LAST: &str = "state=St4te-of_this~sign-in&code=eyJhbGciOi.Jub25lIn0-_x";

fn read(pasted: &str) -> Result<Secret, NotAccepted> {
    Redirect::new(SIGN_IN, HERE).unwrap().read(pasted)
}

/// Each with the address at `URL`, and its halves at `LEFT` and `RIGHT`.
#[rstest]
#[case::alone("URL")]
#[case::blanks_around("  URL \t\r\n")]
#[case::a_no_break_space_around("\u{a0}URL\u{a0}")]
#[case::an_empty_line_before("\n\nURL\n")]
#[case::a_blank_inside("LEFT RIGHT")]
#[case::blanks_and_a_tab_inside("LEFT  \tRIGHT")]
#[case::two_lines("LEFT\nRIGHT\n")]
#[case::two_lines_of_windows("LEFT\r\nRIGHT\r\n")]
#[case::a_carriage_return_inside("LEFT\rRIGHT\r")]
#[case::an_indented_second_line("LEFT\n    RIGHT\n")]
#[case::a_line_separator("LEFT\u{2028}RIGHT")]
#[case::angle_brackets("<URL>")]
#[case::angle_brackets_named("<URL:URL>")]
#[case::angle_brackets_over_two_lines("<LEFT\nRIGHT>")]
#[case::quotes("\"URL\"")]
#[case::single_quotes("'URL'")]
#[case::typographic_quotes("“URL”")]
#[case::german_quotes("„URL“")]
#[case::guillemets("»URL«")]
#[case::backticks("`URL`")]
#[case::a_fence("```\nURL\n```")]
#[case::a_markdown_link("[the address](URL)")]
#[case::a_markdown_link_of_itself("[URL](URL)")]
#[case::bold("**URL**")]
#[case::round_brackets("(URL)")]
#[case::square_brackets("[URL]")]
#[case::a_zero_width_space_before("\u{200b}URL")]
#[case::a_zero_width_space_inside("LEFT\u{200b}RIGHT")]
#[case::a_soft_hyphen_inside("LEFT\u{ad}RIGHT")]
#[case::a_word_joiner_inside("LEFT\u{2060}RIGHT")]
#[case::directions("\u{202a}URL\u{202c}")]
#[case::a_byte_order_mark("\u{feff}URL")]
#[case::a_bracketed_paste("\u{1b}[200~URL\u{1b}[201~")]
#[case::colours("\u{1b}[4;34mURL\u{1b}[0m")]
#[case::words_around("The address is URL thanks, Dana")]
#[case::a_word_before("here:URL")]
#[case::a_line_of_words_before("That is it:\nURL\nBest, Dana")]
#[case::quoted_mail("> LEFT\n> RIGHT")]
#[case::a_box("│ LEFT │\n│ RIGHT │")]
#[case::a_shell("'LEFT\\\nRIGHT'")]
#[case::twice("URL\nURL\n")]
#[case::a_fragment("URL#")]
#[case::a_fragment_of_a_service("URL#_=_")]
#[case::further_parameters("URL&iss=https%3A%2F%2Fservice.example")]
#[case::a_sentence("It is URL.")]
fn an_address_is_read_as_people_paste_it(
    #[case] pasted: &str,
    #[values(ANSWER, CODE_LAST)] answer: &str,
) {
    let url = format!("{HERE}?{answer}");
    // Inside the code, wherever it stands.
    let middle = url.find("Jub25").unwrap();
    let (left, right) = url.split_at(middle);
    let pasted = pasted
        .replace("URL:URL", &format!("URL:{url}"))
        .replace("URL", &url)
        .replace("LEFT", left)
        .replace("RIGHT", right)
        .replace(&format!("<{url}:"), "<URL:");
    let read = read(&pasted).unwrap_or_else(|why| panic!("{why} for {pasted:?}"));
    let expected = url::Url::parse(&url).unwrap();
    let found = url::Url::parse(read.expose()).unwrap();
    let pairs = |url: &url::Url| {
        let all = url.query_pairs().into_owned();
        all.filter(|it| it.0 != "iss").collect::<Vec<_>>()
    };
    assert_eq!(pairs(&found), pairs(&expected), "{pasted:?}");
    assert!(read.expose().starts_with(HERE), "{pasted:?}");
}

/// Each with the answer at `ANSWER`.
#[rstest]
#[case::the_query("ANSWER")]
#[case::the_query_with_its_mark("?ANSWER")]
#[case::the_query_in_quotes("\"?ANSWER\"")]
#[case::the_query_behind_words("it said ANSWER")]
#[case::the_path("/callback?ANSWER")]
#[case::without_a_scheme("127.0.0.1:8765/callback?ANSWER")]
#[case::without_a_scheme_behind_words("it is 127.0.0.1:8765/callback?ANSWER")]
#[case::a_scheme_in_capitals("HTTPS://127.0.0.1:8765/callback?ANSWER")]
#[case::a_blank_before_the_query("https://127.0.0.1:8765/callback ?ANSWER")]
#[case::a_broken_host("https://127.0.\n0.1:8765/callback?ANSWER")]
#[case::a_parameter_before("?session_state=x&ANSWER")]
fn an_address_without_all_its_parts_is_completed(#[case] pasted: &str) {
    let read = read(&pasted.replace("ANSWER", ANSWER)).unwrap();
    assert!(read.expose().starts_with(HERE) && read.expose().ends_with(ANSWER));
}

#[rstest]
#[case::html("&amp;")]
#[case::html_in_capitals("&AMP;")]
#[case::html_twice("&amp;amp;")]
#[case::html_by_number("&#38;")]
#[case::html_by_hexadecimal_number("&#x26;")]
#[case::json("\\u0026")]
#[case::a_shell("\\&")]
#[case::wrapped_after("&\n")]
#[case::wrapped_before("\n&")]
fn an_ampersand_is_read_however_it_is_escaped(#[case] ampersand: &str) {
    let pasted = format!("{HERE}?{}", ANSWER.replace('&', ampersand));
    assert_eq!(read(&pasted), Ok(Secret::new(format!("{HERE}?{ANSWER}"))));
}

#[rstest]
#[case::a_link_in_a_link("https://links.example/?url=ENCODED&data=05")]
#[case::encoded_alone("ENCODED")]
#[case::mail_as_it_is_sent(
    "https://127.0.0.1:8765/callback?code=3DeyJhbGci=\nOi.Jub25lIn0-_x&state=3DSt4te-of_this~sign-in"
)]
#[case::markdown(
    "https://127.0.0.1:8765/callback?code=eyJhbGciOi.Jub25lIn0-\\_x&state=St4te-of\\_this~sign-in"
)]
fn an_address_is_read_out_of_others_encodings(#[case] pasted: &str) {
    let url = format!("{HERE}?{ANSWER}");
    let encoded: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
    let read = read(&pasted.replace("ENCODED", &encoded)).unwrap();
    assert!(read.expose().starts_with(&url), "{}", read.expose());
}

#[rstest]
#[case::words("hello", NotAccepted::NoAddress)]
#[case::the_address_without_a_query(HERE, NotAccepted::NoAddress)]
#[case::another_host("https://evil.example/callback?ANSWER", elsewhere())]
#[case::another_host_without_a_scheme("evil.example/callback?ANSWER", elsewhere())]
#[case::plain_http("http://127.0.0.1:8765/callback?ANSWER", elsewhere())]
#[case::another_port("https://127.0.0.1:8766/callback?ANSWER", elsewhere())]
#[case::another_path("https://127.0.0.1:8765/other?ANSWER", elsewhere())]
#[case::a_path_of_another_host("https://evil.example/127.0.0.1:8765/callback?ANSWER", elsewhere())]
#[case::a_name_that_ends_so("https://x127.0.0.1:8765/callback?ANSWER", elsewhere())]
#[case::another_state("URL?code=c&state=other", NotAccepted::State)]
#[case::a_longer_state("URL?ANSWERx", NotAccepted::State)]
#[case::a_state_that_is_cut_off("URL?code=c&state=St4te-of", NotAccepted::State)]
#[case::no_state("URL?code=c", NotAccepted::State)]
#[case::two_states("URL?ANSWER&state=St4te-of_this~sign-in", NotAccepted::State)]
#[case::cut_by_a_terminal("URL?code=eyJhbGci", NotAccepted::State)]
#[case::the_sign_in_itself(SIGN_IN, elsewhere())]
#[case::no_code("URL?state=St4te-of_this~sign-in", NotAccepted::NoCode)]
#[case::an_empty_code("URL?code=&state=St4te-of_this~sign-in", NotAccepted::NoCode)]
#[case::code_and_error("URL?error=e&ANSWER", NotAccepted::Contradiction)]
#[case::two_codes("URL?code=c&ANSWER", NotAccepted::Contradiction)]
#[case::a_word_behind_the_code("URL?LAST thanks", NotAccepted::Ambiguous)]
#[case::an_ellipsis("URL?LAST…", NotAccepted::CutOff)]
#[case::dots("URL?LAST...", NotAccepted::CutOff)]
#[case::a_dash_that_was_replaced("URL?LAST—x", NotAccepted::CutOff)]
fn what_is_not_this_address_is_not_accepted(#[case] pasted: &str, #[case] expected: NotAccepted) {
    let pasted = pasted
        .replace("URL", HERE)
        .replace("ANSWER", ANSWER)
        .replace("LAST", CODE_LAST);
    assert_eq!(read(&pasted), Err(expected), "{pasted}");
}

fn elsewhere() -> NotAccepted {
    NotAccepted::OtherPlace(HERE.to_owned())
}

#[test]
fn a_refusal_of_the_service_is_an_answer() {
    let url = format!("{HERE}?error=access_denied&state=St4te-of_this~sign-in");
    assert_eq!(read(&url), Ok(Secret::new(url)));
}

#[rstest]
#[case::an_apps_scheme("com.example.app:/callback", "com.example.app:/callback")]
#[case::no_port("https://app.example.com/cb", "https://app.example.com/cb")]
#[case::its_port_said("https://app.example.com/cb", "https://app.example.com:443/cb")]
#[case::its_port_left_out("https://app.example.com:443/cb", "https://app.example.com/cb")]
#[case::six("https://[::1]:8765/cb", "https://[::1]:8765/cb")]
fn every_redirect_uri_is_known_again(#[case] redirect_uri: &str, #[case] pasted: &str) {
    let redirect = Redirect::new(SIGN_IN, redirect_uri).unwrap();
    let read = redirect.read(&format!("<{pasted}?{ANSWER}>"));
    assert_eq!(read, Ok(Secret::new(format!("{redirect_uri}?{ANSWER}"))));
}
