//! The same answers as XML documents, which the runtime reads by the same pointers.

use serde_json::Value;

/// Each member that can be a document's only element, as a document.
pub(super) fn documents(said: &Value) -> Vec<String> {
    let members = said.as_object().into_iter().flatten();
    let elements = members.filter(|(name, value)| is_name(name) && value.is_object());
    elements
        .map(|(name, value)| {
            let mut document = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
            element(&mut document, name, value);
            document
        })
        .collect()
}

fn element(document: &mut String, name: &str, value: &Value) {
    if let Value::Array(values) = value {
        return values
            .iter()
            .for_each(|value| element(document, name, value));
    }
    document.push_str(&format!("<{name}>"));
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| is_name(name))
            .for_each(|(name, value)| element(document, name, value)),
        Value::String(text) => document.push_str(&escaped(text)),
        Value::Null => {}
        other => document.push_str(&other.to_string()),
    }
    document.push_str(&format!("</{name}>"));
}

/// An XML name without a namespace, as far as services use them.
fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|it| it.is_ascii_alphabetic());
    begins && characters.all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_member_that_can_be_a_root_is_a_document() {
        let said = json!({
            "response": { "error": { "errorno": "a & <b" }, "a:b": "no name", "control": null },
            "ia::error": { "code": "no name" },
            "list": { "of": ["one", 2] },
            "text": "no element with elements",
        });
        let prologue = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
        assert_eq!(
            documents(&said),
            [
                format!(
                    "{prologue}<response><error><errorno>a &amp; &lt;b</errorno></error><control></control></response>"
                ),
                format!("{prologue}<list><of>one</of><of>2</of></list>"),
            ]
        );
    }
}
