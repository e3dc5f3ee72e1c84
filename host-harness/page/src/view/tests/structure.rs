//! What every screen keeps to, whatever it shows.

use std::collections::BTreeSet;

use scraper::Selector;

use super::{BASE, ROOT, each_scene, only, select, text, texts};

#[test]
fn every_screen_has_one_heading_one_main_part_and_a_title() {
    each_scene(|name, page| {
        for selector in ["h1", "main#main", "html[lang]", "a.skip[href='#main']"] {
            assert_eq!(select(page, selector).len(), 1, "{name}: {selector}");
        }
        let title = text(only(page, "title"));
        assert!(
            title.ends_with(" · Credential page") && title.len() > 20,
            "{name}: {title}"
        );
    });
}

#[test]
fn headings_skip_no_level() {
    each_scene(|name, page| {
        let mut before = 0;
        for heading in select(page, "h1, h2, h3, h4") {
            let level = heading.value().name()[1..].parse::<u8>().unwrap();
            assert!(level <= before + 1, "{name}: {}", text(heading));
            before = level;
        }
    });
}

#[test]
fn what_elements_refer_to_is_there_once() {
    each_scene(|name, page| {
        let mut ids = BTreeSet::new();
        for element in select(page, "[id]") {
            let id = element.value().id().unwrap();
            assert!(ids.insert(id), "{name}: two elements are {id}");
        }
        for attribute in ["for", "aria-describedby", "aria-labelledby"] {
            for element in select(page, &format!("[{attribute}]")) {
                for id in element.attr(attribute).unwrap().split_whitespace() {
                    assert!(ids.contains(id), "{name}: {attribute} {id}");
                }
            }
        }
        for link in select(page, "a[href^='#']") {
            let id = &link.attr("href").unwrap()[1..];
            assert!(ids.contains(id), "{name}: {id}");
        }
    });
}

#[test]
fn every_input_has_a_label_in_words() {
    each_scene(|name, page| {
        for input in select(page, "input:not([type=hidden]), select") {
            let id = input.value().id().unwrap_or_default();
            let label = texts(page, &format!("label[for='{id}']"));
            assert!(label.len() == 1 && !label[0].is_empty(), "{name}: {id}");
        }
        for control in select(page, "button, a, summary, legend") {
            assert!(!text(control).is_empty(), "{name}: {}", control.html());
        }
    });
}

#[test]
fn every_form_posts_with_the_session_s_token() {
    each_scene(|name, page| {
        for form in select(page, "form") {
            assert_eq!(form.attr("method"), Some("post"), "{name}");
            if name == "opening" {
                // There is no session yet: the link that it goes to is the token.
                assert_eq!(form.attr("action"), None);
                continue;
            }
            let tokens = Selector::parse("input[name=csrf]").unwrap();
            let tokens: Vec<_> = form
                .select(&tokens)
                .filter_map(|it| it.attr("value"))
                .collect();
            assert_eq!(tokens, ["not-a-real-csrf-token"], "{name}");
        }
    });
}

#[test]
fn a_strict_policy_leaves_every_screen_as_it_is() {
    each_scene(|name, page| {
        let inline = select(
            page,
            "style, [style], script:not([src]), iframe, object, base",
        );
        assert!(inline.is_empty(), "{name}");
        for element in select(page, "*") {
            let handler = element
                .value()
                .attrs()
                .find(|(name, _)| name.starts_with("on"));
            assert_eq!(handler, None, "{name}");
        }
        for element in select(page, "[src], link[href]") {
            let address = element.attr("src").or(element.attr("href")).unwrap();
            assert!(
                address.starts_with(&format!("{ROOT}/assets/")),
                "{name}: {address}"
            );
        }
        for link in select(page, "a[target]") {
            assert!(
                link.attr("rel").is_some_and(|it| it.contains("noopener")),
                "{name}"
            );
        }
    });
}

#[test]
fn no_input_for_a_secret_is_filled_in() {
    each_scene(|name, page| {
        for input in select(page, "input[type=password]") {
            assert_eq!(input.attr("value"), None, "{name}");
        }
        for token in select(page, "input.token") {
            let (value, readonly) = (token.attr("value"), token.attr("readonly"));
            assert!(
                value.is_none_or(|it| it == "••••••••••••"),
                "{name}: {value:?}"
            );
            assert!(readonly.is_some() && token.attr("name").is_none(), "{name}");
        }
    });
}

/// A path without the session's key would lead to nothing.
#[test]
fn every_way_on_leads_into_the_session() {
    each_scene(|name, page| {
        if name == "opening" {
            return;
        }
        for element in select(page, "a[href], form[action], [data-live]") {
            let values = ["href", "action", "data-live"];
            let addresses = values.iter().filter_map(|it| element.attr(it));
            for address in addresses.filter(|it| it.starts_with('/')) {
                assert!(
                    address.starts_with(&format!("{BASE}/")),
                    "{name}: {address}"
                );
            }
        }
    });
}
