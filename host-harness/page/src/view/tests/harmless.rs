//! The texts of others: shown, never obeyed.

use std::collections::{BTreeMap, BTreeSet};

use credential_connections::record::Tenant;
use credential_connections::state::State;
use credential_runtime::FieldKind;
use scraper::Html;

use super::{drawn_form, only, select};
use crate::view;
use crate::view::samples::*;
use crate::view::{Filled, FormView, Frame};

/// Markup, the end of an attribute, and characters that reorder or command.
const HOSTILE: &str =
    "<img src=x onerror=alert(1)>\" onfocus=\"alert(1)' x='\u{202e}\u{1b}[31m</script>&lt;b>";

#[track_caller]
fn assert_harmless(page: &str) {
    let parsed = Html::parse_document(page);
    let marked: Vec<_> = select(
        &parsed,
        "img:not([src='/intacct/assets/icon.svg']), b, [onerror], [onfocus], [x]",
    );
    assert!(marked.is_empty(), "{}", marked[0].html());
    assert!(!page.contains(['\u{202e}', '\u{1b}']));
    assert!(
        parsed
            .root_element()
            .text()
            .any(|it| it.contains("<img src=x onerror=alert(1)>"))
    );
}

fn hostile() -> String {
    HOSTILE.to_owned()
}

#[test]
fn a_plugin_s_texts_are_text() {
    let tenant = Tenant::default();
    let mut form = descriptor();
    for text in [&mut form.title, &mut form.summary] {
        *text = hostile();
    }
    for field in &mut form.fields {
        (field.label, field.help, field.example) = (hostile(), hostile(), Some(hostile()));
        if let FieldKind::Choice(choices) = &mut field.kind {
            for choice in choices {
                (choice.label, choice.help) = (hostile(), hostile());
            }
        }
    }
    for step in &mut form.setup {
        (step.title, step.detail) = (hostile(), hostile());
    }
    let mut problems = problems();
    for problem in &mut problems {
        (problem.message, problem.hint) = (hostile(), Some(hostile()));
    }
    let fields = fields();
    let view = FormView {
        failed: true,
        redirect_uri: HOSTILE,
        ..form_view(&form, &fields, &problems)
    };
    let frame = frame(&tenant);
    assert_harmless(&view::new(&frame, &view));
    assert_harmless(&view::choose(&frame, &[&form]));
    assert_harmless(&view::list(&frame, &listed(), &[&form]));
}

#[test]
fn a_plugin_s_ids_are_text_too() {
    let tenant = Tenant::default();
    let mut form = descriptor();
    let id = "\"><img/src=x/onerror=alert(1)>";
    form.id = id.to_owned();
    for (number, field) in form.fields.iter_mut().enumerate() {
        field.id = format!("{id}{number}");
    }
    for (number, step) in form.setup.iter_mut().enumerate() {
        step.id = format!("{id}{number}");
    }
    let blank = BTreeMap::new();
    let page = view::new(&frame(&tenant), &form_view(&form, &blank, &[]));
    let page = Html::parse_document(&page);
    assert!(select(&page, "img:not([src='/intacct/assets/icon.svg'])").is_empty());
    let ids: BTreeSet<&str> = select(&page, "[id]")
        .iter()
        .filter_map(|it| it.value().id())
        .collect();
    for label in select(&page, "label") {
        assert!(ids.contains(label.attr("for").unwrap()));
    }
}

#[test]
fn a_service_s_texts_are_text() {
    let tenant = Tenant::parse("a<b>c").unwrap();
    let mut notice = tested();
    (notice.title, notice.message, notice.hint) = (hostile(), Some(hostile()), Some(hostile()));
    (notice.code, notice.support_id) = (Some(hostile()), Some(hostile()));
    notice.step = Some((hostile(), hostile()));
    for check in &mut notice.checks {
        (check.title, check.detail) = (hostile(), Some(hostile()));
    }
    let frame = Frame {
        notice: Some(&notice),
        ..frame(&tenant)
    };
    let mut status = status("<b>Production</b>", State::Connected, Some(tokens()));
    let identity = status.overview.identity.as_mut().unwrap();
    (identity.user, identity.company, identity.entity) =
        (Some(hostile()), Some(hostile()), Some(hostile()));
    status.form.unknown = vec![hostile()];
    assert_harmless(&view::credential(&frame, &status, None));
    let mut events = events();
    events[2].note = Some(hostile());
    events[1].diagnosis.as_mut().unwrap().message = hostile();
    assert_harmless(&view::history(&frame, &status.overview, &events));
    let mut question = question();
    (question.title, question.consequences) = (hostile(), vec![hostile()]);
    assert_harmless(&view::question(&frame, &question));
    let mut ending = ending();
    (ending.title, ending.message, ending.hint) = (hostile(), hostile(), Some(hostile()));
    assert_harmless(&view::ending(&ending, ROOT, BASE));
}

/// Everything else goes through the escaper that every template has.
#[test]
fn only_an_input_s_own_value_is_printed_to_the_letter() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut verbatim = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let template = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(
            !template.contains("|safe") && !template.contains("|e("),
            "{template}"
        );
        verbatim.extend(
            template
                .lines()
                .filter(|it| it.contains("escape("))
                .map(str::to_owned),
        );
    }
    assert_eq!(verbatim.len(), 3, "{verbatim:#?}");
    let in_place =
        |line: &String| line.contains("value=\"{{ ") && line.contains("|escape(\"verbatim\") }}\"");
    assert!(verbatim.iter().all(in_place), "{verbatim:#?}");
}

#[test]
fn what_was_typed_comes_back_to_the_letter() {
    let typed = "a\u{200e}\"<b>&amp;";
    let fields = BTreeMap::from([("client_id".to_owned(), Filled::Text(typed.to_owned()))]);
    let page = drawn_form(&fields, &[], false);
    assert_eq!(only(&page, "#field-client_id").attr("value"), Some(typed));
}
