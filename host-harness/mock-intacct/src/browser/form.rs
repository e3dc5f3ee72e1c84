//! Just enough HTML to find a form and read a page's text.

/// A form and what it sends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) action: String,
    /// Fields with the values that the page gave them; buttons are not among them.
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    value: String,
}

impl Form {
    /// The first form of a page.
    pub(super) fn find(page: &str) -> Option<Self> {
        let start = tag_position(page, "form")?;
        let rest = &page[start..];
        let end = rest.find("</form").unwrap_or(rest.len());
        let form = &rest[..end];
        let action = attribute(tag(form)?, "action").unwrap_or_default();
        Some(Self {
            action,
            fields: inputs(form),
        })
    }

    /// Whether it has a field of that name.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// What is sent once these are filled in or pressed.
    pub(super) fn encode(&self, filled: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for field in &self.fields {
            let typed = filled
                .iter()
                .find(|(name, _)| *name == field.name)
                .map(|(_, value)| *value);
            form.append_pair(&field.name, typed.unwrap_or(&field.value));
        }
        let buttons = filled.iter().filter(|(name, _)| !self.asks_for(name));
        form.extend_pairs(buttons).finish()
    }
}

fn inputs(form: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut rest = form;
    while let Some(start) = tag_position(rest, "input") {
        rest = &rest[start..];
        let Some(input) = tag(rest) else { break };
        if let Some(name) = attribute(input, "name") {
            fields.push(Field {
                name,
                value: attribute(input, "value").unwrap_or_default(),
            });
        }
        rest = &rest[input.len()..];
    }
    fields
}

/// Where `<name` begins, and no longer name.
fn tag_position(text: &str, name: &str) -> Option<usize> {
    let opening = format!("<{name}");
    text.match_indices(&opening)
        .map(|(position, _)| position)
        .find(|position| text[position + opening.len()..].starts_with([' ', '\n', '\t', '>', '/']))
}

/// The tag that the text begins with, quoted `>` and all.
fn tag(text: &str) -> Option<&str> {
    let mut quote = None;
    for (position, character) in text.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(&text[..=position]),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

/// An attribute's value, unescaped.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag
        .trim_start_matches('<')
        .trim_end_matches('>')
        .trim_end_matches('/');
    rest = &rest[rest.find(char::is_whitespace)?..];
    loop {
        rest = rest.trim_start();
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(rest.len());
        if rest.is_empty() || (end == 0 && !rest.starts_with('=')) {
            return None;
        }
        let (found, after) = rest.split_at(end);
        let (value, after) = attribute_value(after);
        if found.eq_ignore_ascii_case(name) {
            return Some(unescape(value));
        }
        rest = after;
    }
}

/// What stands behind `=`, and what follows it.
fn attribute_value(text: &str) -> (&str, &str) {
    let Some(value) = text.trim_start().strip_prefix('=') else {
        return ("", text);
    };
    let value = value.trim_start();
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
        _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
    }
}

/// The entities that the mock's pages use.
fn unescape(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, character)| {
            text.replace(entity, character)
        })
}

/// What a person reads in the page's main part, in one line.
pub(super) fn text(page: &str) -> String {
    let main = page.find("<main").map_or(page, |start| &page[start..]);
    let mut visible = String::new();
    let mut in_tag = false;
    for character in main.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                visible.push(' ');
            }
            other if !in_tag => visible.push(other),
            _ => {}
        }
    }
    unescape(&visible)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::double_quotes(r#"<input name="a" value="1">"#, "a=1")]
    #[case::single_quotes("<input name='a' value='1'>", "a=1")]
    #[case::no_quotes("<input name=a value=1>", "a=1")]
    #[case::another_order(r#"<input value="1" type="hidden" name="a">"#, "a=1")]
    #[case::self_closing(r#"<input name="a" value="1"/>"#, "a=1")]
    #[case::over_lines("<input\n  name=\"a\"\n  value=\"1\"\n>", "a=1")]
    #[case::an_attribute_without_value(r#"<input required name="a" value="1">"#, "a=1")]
    #[case::no_value(r#"<input name="a">"#, "a=")]
    #[case::no_name(r#"<input type="submit" value="Go">"#, "")]
    #[case::escaped(
        r#"<input name="a" value="&lt;&amp;amp;&gt;&quot;&#39;">"#,
        "a=%3C%26amp%3B%3E%22%27"
    )]
    #[case::a_quoted_angle(r#"<input name="a" value="1>2">"#, "a=1%3E2")]
    #[case::a_name_within_a_value(r#"<input data-x="name=b" name="a" value="1">"#, "a=1")]
    #[case::two_of_them(r#"<input name="a" value="1"><input name="b" value="2">"#, "a=1&b=2")]
    #[case::a_longer_tag(r#"<inputs name="a" value="1">"#, "")]
    fn what_a_form_sends_by_itself(#[case] inputs: &str, #[case] expected: &str) {
        let page = format!(
            "<p>before</p><form method=\"post\" action=\"/go\">{inputs}</form><input name=\"z\">"
        );
        let form = Form::find(&page).unwrap();
        assert_eq!(
            (form.action.as_str(), form.encode(&[]).as_str()),
            ("/go", expected)
        );
    }

    #[test]
    fn what_is_typed_replaces_and_what_is_pressed_is_added() {
        let form = Form::find(
            "<form action=/go><input name=user><button name=decision value=allow></form>",
        )
        .unwrap();
        assert_eq!(
            form.encode(&[("user", "dana"), ("decision", "allow")]),
            "user=dana&decision=allow"
        );
    }

    #[test]
    fn a_page_without_a_form_has_none() {
        assert_eq!(Form::find("<p>formless</p><formula>"), None);
    }

    #[test]
    fn the_text_of_a_page_is_what_a_person_reads() {
        let page = "<title>T</title><main>\n<h1>No</h1><p class=\"x\">Ask &amp; wait</p></main>";
        assert_eq!(text(page), "No Ask & wait");
    }
}
