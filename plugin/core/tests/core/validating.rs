//! What is wrong with a form.

use crate::support::{
    CLIENT_ID, by_session, regular_user, sealed, secret, text, web_services_user, with,
};
use intacct_core::{Blemishes, Sealed, Setting, SettingValue, Severity, validate};
use rstest::rstest;

/// Field, code, and `!` for an error or `?` for a warning.
#[track_caller]
fn check(settings: &[Setting], expected: &[&str]) {
    let found = validate(settings).into_iter().map(|problem| {
        let mark = match problem.severity {
            Severity::Error => '!',
            Severity::Warning => '?',
        };
        format!("{}{mark} {}", problem.field, problem.code)
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

fn typed(value: &str) -> Option<SettingValue> {
    Some(SettingValue::Text(value.to_owned()))
}

fn hidden(sealed: Sealed) -> Option<SettingValue> {
    Some(SettingValue::Secret(sealed))
}

#[rstest]
#[case::regular_user(regular_user())]
#[case::web_services_user(web_services_user("ws@ACME"))]
#[case::one_entity(web_services_user("ws@ACME|West"))]
#[case::session_in_place_of_a_username(by_session())]
#[case::fields_of_another_version([regular_user(), vec![text("region", "eu")]].concat())]
fn a_complete_form_has_no_problem(#[case] settings: Vec<Setting>) {
    check(&settings, &[]);
}

#[test]
fn an_empty_form_lacks_what_every_flow_needs() {
    check(
        &[],
        &[
            "client_id! required",
            "client_secret! required",
            "flow_type! required",
        ],
    );
}

#[rstest]
#[case::regular_user("regular_user", &["client_id! required", "client_secret! required"])]
#[case::web_services_user(
    "web_services_user",
    &["client_id! required", "client_secret! required", "username! required"]
)]
fn required_fields_depend_on_the_flow(#[case] flow: &str, #[case] expected: &[&str]) {
    check(&[text("flow_type", flow)], expected);
}

#[test]
fn an_application_that_the_platform_supplied_is_not_asked_for() {
    let of_platform = [text("client_id", CLIENT_ID), secret("client_secret")];
    let of_customer = [
        text("flow_type", "web_services_user"),
        text("username", "ws@ACME"),
    ];
    check(&[of_platform, of_customer].concat(), &[]);
}

#[test]
fn problems_come_in_the_order_of_the_form_whatever_the_order_of_the_settings() {
    let settings = [
        hidden_setting(
            "session_id",
            Blemishes {
                non_ascii: true,
                ..Blemishes::default()
            },
        ),
        text("username", "ws"),
        text("flow_type", "web_services_user"),
        secret("refresh_token"),
        secret("access_token"),
        text("client_id", "unusual"),
    ];
    check(
        &settings,
        &[
            "client_id? format",
            "client_secret! required",
            "access_token? not-applicable",
            "refresh_token? not-applicable",
            "username! format",
            "session_id? takes-precedence",
            "session_id? non-ascii",
        ],
    );
}

fn hidden_setting(field: &str, blemishes: Blemishes) -> Setting {
    let sealed = Sealed {
        blemishes,
        ..sealed(field)
    };
    Setting {
        field: field.to_owned(),
        value: SettingValue::Secret(sealed),
    }
}

#[rstest]
#[case::usual("0123456789abcdef0123.app.sage.com", &[])]
#[case::with_the_product_in_it("0123456789abcdef0123.INTACCT.app.sage.com", &[])]
#[case::a_sender_id("ACME-sender", &["client_id? format"])]
#[case::blank_at_the_end("0123456789abcdef0123.app.sage.com ", &["client_id? format"])]
#[case::line_break("0123456789abcdef0123\n.app.sage.com", &["client_id? format"])]
#[case::look_alike_letter("0123456789аbcdef0123.app.sage.com", &["client_id? format"])]
#[case::empty("", &["client_id! required"])]
#[case::blanks("  ", &["client_id! required"])]
fn an_unusual_client_id_is_a_warning(#[case] id: &str, #[case] expected: &[&str]) {
    check(&with(regular_user(), "client_id", typed(id)), expected);
}

#[rstest]
#[case::blank_at_the_end(
    Blemishes { surrounding_whitespace: true, ..Blemishes::default() },
    &["surrounding-whitespace"]
)]
#[case::blank_inside(
    Blemishes { inner_whitespace: true, ..Blemishes::default() },
    &["inner-whitespace"]
)]
#[case::tab(
    Blemishes { control_characters: true, ..Blemishes::default() },
    &["control-characters"]
)]
#[case::curly_quote(Blemishes { non_ascii: true, ..Blemishes::default() }, &["non-ascii"])]
#[case::line_break_at_the_end(
    Blemishes { surrounding_whitespace: true, control_characters: true, ..Blemishes::default() },
    &["surrounding-whitespace", "control-characters"]
)]
fn careless_pasting_is_noticed(
    #[case] blemishes: Blemishes,
    #[case] codes: &[&str],
    #[values("client_secret", "session_id")] field: &str,
) {
    let value = hidden(Sealed {
        blemishes,
        ..sealed(field)
    });
    let expected: Vec<_> = codes
        .iter()
        .map(|code| format!("{field}? {code}"))
        .collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check(&with(by_session(), field, value), &expected);
}

#[test]
fn a_session_pasted_with_the_browsers_address_is_noticed() {
    let pasted = |field| Sealed {
        blemishes: Blemishes {
            web_address: true,
            ..Blemishes::default()
        },
        ..sealed(field)
    };
    let settings = with(by_session(), "session_id", hidden(pasted("session_id")));
    check(&settings, &["session_id? web-address"]);
    let hint = validate(&settings)[0].hint.unwrap();
    assert!(hint.contains("between .sess= and &.uid"), "{hint}");
    let secret = with(
        by_session(),
        "client_secret",
        hidden(pasted("client_secret")),
    );
    check(&secret, &[]);
}

#[test]
fn an_empty_secret_is_a_missing_one() {
    let empty = hidden(Sealed {
        length: 0,
        ..sealed("client_secret")
    });
    check(
        &with(regular_user(), "client_secret", empty),
        &["client_secret! required"],
    );
}

#[test]
fn an_empty_session_leaves_the_username_required() {
    let empty = hidden(Sealed {
        length: 0,
        ..sealed("session_id")
    });
    check(
        &with(by_session(), "session_id", empty),
        &["username! required"],
    );
}

#[rstest]
#[case::access("access_token")]
#[case::refresh("refresh_token")]
fn a_token_that_was_filled_in_is_not_used(#[case] field: &str) {
    let warning = format!("{field}? not-applicable");
    check(
        &with(regular_user(), field, hidden(sealed(field))),
        &[&warning],
    );
    check(
        &with(regular_user(), field, typed("typed by hand")),
        &[&warning],
    );
}

#[rstest]
#[case::unknown("robot", &["flow_type! unknown-choice"])]
#[case::other_case("Regular_User", &["flow_type! unknown-choice"])]
#[case::label_in_place_of_the_value("Regular User", &["flow_type! unknown-choice"])]
#[case::empty("", &["flow_type! required"])]
fn a_flow_is_one_of_two(#[case] flow: &str, #[case] expected: &[&str]) {
    check(&with(regular_user(), "flow_type", typed(flow)), expected);
}

#[rstest]
#[case::username("username", typed("ws@ACME"))]
#[case::session("session_id", hidden(sealed("session_id")))]
fn a_regular_user_needs_neither(#[case] field: &str, #[case] value: Option<SettingValue>) {
    check(
        &with(regular_user(), field, value),
        &[&format!("{field}? not-applicable")],
    );
}

#[test]
fn a_regular_users_username_is_not_judged() {
    check(
        &with(regular_user(), "username", typed("@@")),
        &["username? not-applicable"],
    );
}

#[test]
fn a_username_is_judged_before_the_flow_is_chosen() {
    let settings = with(web_services_user("ws"), "flow_type", None);
    check(&settings, &["flow_type! required", "username! format"]);
}

#[rstest]
#[case::no_company("ws", "Username lacks the company.")]
#[case::nobody("@ACME", "Username has nothing before the @.")]
#[case::empty_company("ws@", "Username has no company ID after the @.")]
#[case::empty_entity("ws@ACME|", "Username has nothing after a |.")]
#[case::blank_at_the_front(" ws@ACME", "Username has a blank before or after an ID.")]
#[case::blank_at_the_end("ws@ACME ", "Username has a blank before or after an ID.")]
#[case::blank_beside_the_at("ws @ACME", "Username has a blank before or after an ID.")]
#[case::double_blank("Jane  Doe@ACME", "Username has two blanks in a row.")]
#[case::tab(
    "Jane\tDoe@ACME",
    "Username contains a tab, a line break or a character that nobody sees."
)]
#[case::no_break_space(
    "Jane\u{A0}Doe@ACME",
    "Username contains a tab, a line break or a character that nobody sees."
)]
fn each_fault_of_a_username_has_its_own_sentence(#[case] username: &str, #[case] message: &str) {
    let problems = validate(&web_services_user(username));
    let messages: Vec<_> = problems.iter().map(|problem| problem.message).collect();
    assert_eq!(messages, [message]);
    assert!(
        problems
            .iter()
            .all(|it| it.severity == Severity::Error && it.hint.is_some())
    );
}

#[rstest]
#[case::blank_in_the_user("Jane Doe@ACME")]
#[case::blank_in_the_company("Larry Smith@Zzyzz Delivery")]
#[case::blank_in_the_entity("ws@ACME|Central Region")]
#[case::point_and_underscore("ws@ACME|18. Some_Place")]
#[case::address_as_user("jane@example.com@ACME")]
#[case::address_and_entity("jane@example.com@ACME|West")]
#[case::at_in_the_entity("ws@ACME|a@b")]
#[case::console("ws@Console|Client|West")]
#[case::sandbox("ws@ACME-sandbox")]
#[case::other_letters("müller@Società")]
fn an_id_that_intacct_allows_is_no_problem(#[case] username: &str) {
    check(&web_services_user(username), &[]);
}

#[rstest]
#[case::entity_first("West|ws@ACME")]
#[case::many_bars("ws@ACME|a|b|c")]
#[case::foreign_entity("ws@ACME|Süd")]
fn what_is_odd_about_a_username_is_a_warning(#[case] username: &str) {
    check(&web_services_user(username), &["username? unusual"]);
}

#[test]
fn a_session_goes_before_a_username_and_says_so() {
    let both = with(
        web_services_user("ws@ACME"),
        "session_id",
        hidden(sealed("session_id")),
    );
    check(&both, &["session_id? takes-precedence"]);
}

#[test]
fn a_field_with_two_values_has_none() {
    let twice = [regular_user(), vec![text("flow_type", "web_services_user")]].concat();
    check(&twice, &["flow_type! repeated"]);
    let twice = [regular_user(), vec![secret("client_secret")]].concat();
    check(&twice, &["client_secret! repeated"]);
}

#[rstest]
#[case::secret_in_the_open("client_secret", typed("not-a-real-secret"))]
#[case::sealed_client_id("client_id", hidden(sealed("client_id")))]
#[case::sealed_flow("flow_type", hidden(sealed("flow_type")))]
fn a_value_of_the_wrong_kind_is_a_problem_of_its_field(
    #[case] field: &str,
    #[case] value: Option<SettingValue>,
) {
    check(
        &with(regular_user(), field, value),
        &[&format!("{field}! format")],
    );
}

#[test]
fn a_session_in_the_open_is_not_taken() {
    let open = with(by_session(), "session_id", typed("not-a-real-session"));
    check(&open, &["session_id! format"]);
}
