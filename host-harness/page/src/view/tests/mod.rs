//! Every screen, read back as a browser reads it.

mod colours;
mod form;
mod harmless;
mod screens;
mod structure;

use std::collections::BTreeMap;

use credential_connections::record::Tenant;
use credential_runtime::Problem;
use scraper::{ElementRef, Html, Selector};

use super::samples::*;
use super::{Filled, FormView, scenes};

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[track_caller]
fn only<'a>(page: &'a Html, selector: &str) -> ElementRef<'a> {
    let found = select(page, selector);
    assert_eq!(found.len(), 1, "{selector}");
    found[0]
}

fn text(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    select(page, selector).into_iter().map(text).collect()
}

fn each_scene(mut check: impl FnMut(&str, &Html)) {
    let scenes = scenes::all();
    assert!(scenes.len() > 15, "{}", scenes.len());
    for (name, html) in &scenes {
        let page = Html::parse_document(html);
        assert!(page.errors.is_empty(), "{name}: {:?}", page.errors);
        check(name, &page);
    }
}

fn drawn_form(fields: &BTreeMap<String, Filled>, problems: &[Problem], failed: bool) -> Html {
    let (tenant, descriptor) = (Tenant::default(), descriptor());
    let view = FormView {
        failed,
        ..form_view(&descriptor, fields, problems)
    };
    Html::parse_document(&super::new(&frame(&tenant), &view))
}

fn scene(name: &str) -> Html {
    let found = scenes::all().into_iter().find(|(it, _)| *it == name);
    Html::parse_document(&found.unwrap().1)
}
