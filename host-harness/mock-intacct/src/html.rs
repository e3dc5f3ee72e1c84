//! Pages without templates: escaped text in a plain frame, no script, nothing from elsewhere.

/// Text as it may stand in an element or in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A hidden form field.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
        escape(name),
        escape(value)
    )
}

/// A labelled box to type in.
pub(crate) fn labelled_input(label: &str, name: &str, kind: &str, value: &str) -> String {
    format!(
        "<p><label>{}<br><input type=\"{kind}\" name=\"{}\" value=\"{}\" autocomplete=\"off\"></label></p>\n",
        escape(label),
        escape(name),
        escape(value)
    )
}

/// A table; cells are markup already.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: String = head
        .iter()
        .map(|cell| format!("<th scope=\"col\">{}</th>", escape(cell)))
        .collect();
    let rows: String = rows
        .iter()
        .map(|row| format!("<tr>{}</tr>\n", cells(row)))
        .collect();
    format!(
        "<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn cells(row: &[String]) -> String {
    row.iter().map(|cell| format!("<td>{cell}</td>")).collect()
}

/// Text in a typewriter face.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// A whole page; `body` is markup already.
pub(crate) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n\
         </body>\n</html>\n"
    )
}

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886; }
code { font-size: .9em; overflow-wrap: anywhere; }
form.inline { display: inline; }
input, select, button { font: inherit; }
.wide { overflow-x: auto; }
.problem { border-left: .3rem solid #b00; padding-left: .7rem; }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_cannot_leave_its_place() {
        let row = vec![escape("<script>"), code("a & b")];
        let page = page(
            "\"Sons\" & 'Co'",
            &(table(&["<x>"], &[row]) + &hidden("n", "\"><b>")),
        );
        for raw in ["<script>", "<x>", "\"><b>", "'Co'"] {
            assert!(!page.contains(raw), "{raw} stands unescaped in {page}");
        }
    }
}
