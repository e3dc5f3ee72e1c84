//! The form: its fields, what is wrong with them, what is known of what is not shown.

use std::collections::BTreeMap;

use credential_connections::record::Tenant;
use credential_runtime::{Choice, FieldKind};
use scraper::Html;

use super::{drawn_form, only, scene, select, text, texts};
use crate::view;
use crate::view::samples::*;
use crate::view::{Filled, FormView};

#[test]
fn a_problem_stands_beside_its_field_and_describes_it() {
    let page = drawn_form(&fields(), &problems(), true);
    let cases = [
        (
            "name",
            Some("error"),
            "Error: Another credential has this name. Choose another.",
        ),
        (
            "username",
            Some("error"),
            "Error: The company is missing. Write it as username@companyID.",
        ),
        (
            "client_secret",
            Some("warning"),
            "Worth a look: It ends in a blank. Secrets rarely do; copy it again.",
        ),
        ("client_id", None, ""),
    ];
    for (field, severity, said) in cases {
        let problem = only(&page, &format!("#problem-{field}"));
        assert_eq!(problem.attr("data-severity"), severity, "{field}");
        assert_eq!(text(problem), said, "{field}");
        let input = only(&page, &format!("#field-{field}"));
        let described = input.attr("aria-describedby").unwrap();
        assert!(
            described
                .split(' ')
                .any(|it| it == format!("problem-{field}")),
            "{field}"
        );
        let invalid = (severity == Some("error")).then_some("true");
        assert_eq!(input.attr("aria-invalid"), invalid, "{field}");
    }
}

#[test]
fn a_summary_leads_to_each_error_after_a_request_that_failed() {
    let page = drawn_form(&fields(), &problems(), true);
    let summary = only(&page, "#summary[role=alert][tabindex='-1'][autofocus]");
    assert!(
        text(summary).starts_with("3 things to put right"),
        "{}",
        text(summary)
    );
    assert_eq!(
        texts(&page, "#summary a"),
        ["Name", "Username", "Flow Type"]
    );
    assert!(text(only(&page, "title")).starts_with("To put right: "));
    let page = drawn_form(&fields(), &problems(), false);
    assert!(select(&page, "#summary").is_empty());
}

#[test]
fn a_problem_of_no_field_is_shown_above_the_form() {
    let mut problems = problems();
    problems[0].field = "gone".to_owned();
    let page = drawn_form(&fields(), &problems, false);
    assert_eq!(
        text(only(&page, "form > .problem")),
        "Error: Another credential has this name. Choose another."
    );
}

#[test]
fn a_secret_says_that_it_is_there_and_no_more() {
    let cases = [
        (None, None),
        (
            Some(Filled::Stored {
                since: Some(ago(3 * 24 * 60)),
            }),
            Some(("Set 3 days ago", "Replace Client Secret")),
        ),
        (
            Some(Filled::Stored { since: None }),
            Some(("Set earlier", "Replace Client Secret")),
        ),
        (
            Some(Filled::Typed { characters: 34 }),
            Some((
                "Typed, not saved yet (34 characters)",
                "Replace Client Secret",
            )),
        ),
        (
            Some(Filled::Typed { characters: 1 }),
            Some((
                "Typed, not saved yet (1 character)",
                "Replace Client Secret",
            )),
        ),
        (
            Some(Filled::Supplied),
            Some((
                "Supplied by your platform",
                "Use your own instead Client Secret",
            )),
        ),
    ];
    for (filled, said) in cases {
        let fields = filled
            .map(|it| ("client_secret".to_owned(), it))
            .into_iter()
            .collect();
        let page = drawn_form(&fields, &[], false);
        assert_eq!(
            only(&page, "#field-client_secret").attr("name"),
            Some("f.client_secret")
        );
        let state = texts(&page, "#state-client_secret");
        let verb = texts(&page, "[data-field=client_secret] summary");
        let expected = said.map(|(state, verb)| (vec![state.to_owned()], vec![verb.to_owned()]));
        assert_eq!((state, verb), expected.unwrap_or_default());
    }
}

#[test]
fn only_an_optional_secret_can_be_emptied() {
    let stored = || Filled::Stored { since: None };
    let fields = ["client_secret", "session_id"].map(|it| (it.to_owned(), stored()));
    let page = drawn_form(&fields.into(), &[], false);
    assert_eq!(
        only(&page, "input[type=checkbox]").attr("name"),
        Some("clear.session_id")
    );
}

#[test]
fn more_than_six_choices_are_a_list() {
    let (tenant, mut form) = (Tenant::default(), descriptor());
    let choice = |number: usize| Choice {
        id: format!("choice-{number}"),
        label: format!("Choice {number}"),
        help: String::new(),
    };
    for (count, radios, lists) in [(6, 6, 0), (7, 0, 1)] {
        form.fields[4].kind = FieldKind::Choice((0..count).map(choice).collect());
        let fields =
            BTreeMap::from([("flow_type".to_owned(), Filled::Text("choice-2".to_owned()))]);
        let page = view::new(&frame(&tenant), &form_view(&form, &fields, &[]));
        let page = Html::parse_document(&page);
        assert_eq!(select(&page, "input[type=radio]").len(), radios);
        assert_eq!(select(&page, "select[name='f.flow_type']").len(), lists);
        let chosen = only(&page, "input[type=radio][checked], option[selected]");
        assert_eq!(chosen.attr("value"), Some("choice-2"));
    }
}

#[test]
fn a_plugin_may_have_a_field_called_name() {
    let (tenant, mut form) = (Tenant::default(), descriptor());
    form.fields[0].id = "name".to_owned();
    let blank = BTreeMap::new();
    let page = view::new(&frame(&tenant), &form_view(&form, &blank, &[]));
    let page = Html::parse_document(&page);
    assert_eq!(only(&page, "#field-name").attr("name"), Some("name"));
    assert_eq!(
        only(&page, "[id='field-f.name']").attr("name"),
        Some("f.name")
    );
}

#[test]
fn discarding_is_offered_where_there_is_something_to_discard() {
    let discard = |page: &Html| only(page, "button[value=discard]").attr("hidden").is_some();
    assert!(discard(&scene("new")));
    assert!(!discard(&scene("new-failed")));
}

#[test]
fn a_blank_field_of_a_draft_is_blamed_once_the_form_was_sent() {
    let (tenant, form, problems) = (Tenant::default(), descriptor(), problems());
    let blank = BTreeMap::new();
    for (has_draft, failed, blamed) in [
        (true, false, false),
        (true, true, true),
        (false, false, true),
    ] {
        let view = FormView {
            has_draft,
            failed,
            name: "",
            ..form_view(&form, &blank, &problems)
        };
        let page = Html::parse_document(&view::new(&frame(&tenant), &view));
        let errors = select(&page, "[data-severity=error]");
        assert_eq!(errors.len(), if blamed { 3 } else { 0 });
        assert_eq!(select(&page, "[data-severity=warning]").len(), 1);
    }
}
