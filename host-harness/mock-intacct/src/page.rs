//! The page at the root: addresses, credentials, switches, faults, the clock and the ledger. Works
//! without scripts; every button is a form.

use crate::company::{Application, Company, Session, User, UserKind};
use crate::fault::FAULTS;
use crate::html::{self, code, escape, hidden, labelled_input};
use crate::ledger::Entry;
use crate::switches::Switch;
use crate::world::World;

/// How many of the newest requests are shown.
const SHOWN_ENTRIES: usize = 50;

/// Draws the page.
pub(crate) fn page(world: &World) -> String {
    let sections = [
        addresses(&world.origin),
        credentials(&world.company),
        switches(&world.company.switches()),
        faults(world),
        clock(world),
        ledger(world.journal.entries()),
    ];
    html::page("Mock Intacct", &sections.concat())
}

fn addresses(origin: &str) -> String {
    let row = |name: &str, value: String| vec![escape(name), code(&value)];
    let rows = [
        row("Base URL", format!("{origin}{}", crate::API_PATH)),
        row("Map", format!("{} → {origin}", crate::INTACCT_ORIGIN)),
        row("Control API", format!("{origin}/_mock")),
    ];
    section("Addresses", &html::table(&["What", "Where"], &rows))
}

fn credentials(company: &Company) -> String {
    let entities: Vec<String> = company
        .entities
        .iter()
        .map(|entity| code(&entity.id))
        .collect();
    let introduction = format!(
        "<p>Company ID {}. Entities: {}. Every secret here is for show.</p>\n",
        code(&company.id),
        entities.join(", ")
    );
    let tables = [applications(company), users(company), sessions(company)];
    section("Credentials to copy", &(introduction + &tables.concat()))
}

fn applications(company: &Company) -> String {
    let row = |app: &Application| {
        let uris: Vec<String> = app
            .redirect_uris
            .iter()
            .map(|uri| code(uri.as_str()))
            .collect();
        vec![
            escape(&app.name),
            code(&app.client_id),
            code(&app.client_secret),
            uris.join("<br>"),
        ]
    };
    let rows: Vec<Vec<String>> = company.applications.iter().map(row).collect();
    html::table(
        &["Application", "Client ID", "Client secret", "Redirect URIs"],
        &rows,
    )
}

fn users(company: &Company) -> String {
    let rows: Vec<Vec<String>> = company
        .users
        .iter()
        .map(|user| user_row(company, user))
        .collect();
    html::table(&["User", "Signs in", "Username or password"], &rows)
}

fn sessions(company: &Company) -> String {
    let row = |session: &Session| {
        vec![
            escape(&session.name),
            code(&session.session_id),
            code(&session.user),
        ]
    };
    let rows: Vec<Vec<String>> = company.sessions.iter().map(row).collect();
    html::table(&["Session", "Session ID", "Of"], &rows)
}

fn user_row(company: &Company, user: &User) -> Vec<String> {
    let (how, what) = match user.kind {
        UserKind::WebServices => (
            "with client credentials",
            format!("{}@{}", user.id, company.id),
        ),
        UserKind::Regular => ("at the page", user.password.clone()),
    };
    vec![code(&user.id), escape(how), code(&what)]
}

fn switches(switches: &[Switch]) -> String {
    let rows: Vec<Vec<String>> = switches
        .iter()
        .map(|switch| vec![code(&switch.name), switch_form(switch), escape(switch.help)])
        .collect();
    section(
        "Switches",
        &html::table(&["Switch", "Stands at", "What it is"], &rows),
    )
}

fn switch_form(switch: &Switch) -> String {
    let value = if switch.choices.is_empty() {
        format!(
            "<input name=\"value\" aria-label=\"{}\" value=\"{}\" size=\"8\">",
            escape(&switch.name),
            escape(&switch.value)
        )
    } else {
        select(
            "value",
            &switch.name,
            switch.choices.iter().map(String::as_str),
            &switch.value,
        )
    };
    form(
        "/_mock/switches",
        &format!("{}{value}", hidden("name", &switch.name)),
        "Set",
    )
}

fn select<'a>(
    name: &str,
    label: &str,
    choices: impl Iterator<Item = &'a str>,
    chosen: &str,
) -> String {
    let options: String = choices
        .map(|choice| {
            let selected = if choice == chosen { " selected" } else { "" };
            format!(
                "<option value=\"{0}\"{selected}>{0}</option>",
                escape(choice)
            )
        })
        .collect();
    format!(
        "<select name=\"{name}\" aria-label=\"{}\">{options}</select>",
        escape(label)
    )
}

fn faults(world: &World) -> String {
    let rules: Vec<Vec<String>> = world
        .script
        .lines()
        .map(|(id, line)| {
            let button =
                |what: &str, label: &str| form(&format!("/_mock/faults/{id}/{what}"), "", label);
            vec![
                id.to_string(),
                escape(&line),
                button("release", "Release") + &button("remove", "Remove"),
            ]
        })
        .collect();
    let in_force = if rules.is_empty() {
        "<p>None in force.</p>\n".to_owned()
    } else {
        html::table(&["No.", "Rule", ""], &rules)
    };
    section("Faults", &(in_force + &fault_form()))
}

fn fault_form() -> String {
    let names = select("fault", "Fault", FAULTS.iter().map(|named| named.name), "");
    let fields = [
        format!("<p><label>Fault<br>{names}</label></p>\n"),
        labelled_input("Path (empty: any)", "path", "text", "/oauth2/token"),
        labelled_input("Grant type (empty: any)", "grant", "text", ""),
        labelled_input("Times (0: every request)", "times", "number", "1"),
        labelled_input(
            "Seconds (slow ones; empty: until released)",
            "seconds",
            "number",
            "",
        ),
    ];
    form("/_mock/faults", &fields.concat(), "Put in force")
}

fn clock(world: &World) -> String {
    let now = httpdate::fmt_http_date(world.clock.system_time());
    let field = labelled_input("Seconds to move forward", "advance", "number", "43200");
    section(
        "Clock",
        &format!(
            "<p>{}</p>\n{}",
            escape(&now),
            form("/_mock/clock", &field, "Move")
        ),
    )
}

fn ledger(entries: &[Entry]) -> String {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .rev()
        .take(SHOWN_ENTRIES)
        .map(entry_row)
        .collect();
    let body = if rows.is_empty() {
        "<p>Nothing has arrived yet.</p>\n".to_owned()
    } else {
        html::table(&["No.", "Request", "What it said", "Outcome"], &rows)
    };
    section("What arrived, newest first", &body)
}

fn entry_row(entry: &Entry) -> Vec<String> {
    let header = |name: &str| {
        entry
            .header(name)
            .map(|value| (name.to_owned(), value.to_owned()))
    };
    let telling: Vec<(String, String)> = entry
        .query
        .iter()
        .chain(&entry.form)
        .cloned()
        .chain(header("authorization"))
        .chain(header("x-ia-api-param-entity"))
        .collect();
    let said: Vec<String> = telling
        .iter()
        .map(|(name, value)| format!("{}: {}", escape(name), code(value)))
        .collect();
    let fault = entry
        .fault
        .as_deref()
        .map(|fault| format!("<br>fault {}", escape(fault)))
        .unwrap_or_default();
    vec![
        entry.number.to_string(),
        escape(&format!("{} {}", entry.method, entry.path)),
        said.join("<br>"),
        escape(&entry.outcome.to_string()) + &fault,
    ]
}

fn section(title: &str, body: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{body}</section>\n", escape(title))
}

fn form(action: &str, fields: &str, button: &str) -> String {
    format!(
        "<form class=\"inline\" method=\"post\" action=\"{}\">{}{fields}<button type=\"submit\">{}</button></form>\n",
        escape(action),
        hidden("from", "page"),
        escape(button)
    )
}
