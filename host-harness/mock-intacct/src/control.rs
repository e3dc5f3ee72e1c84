//! The control API under `/_mock`, and the page at the root.
//!
//! | request | does |
//! |---|---|
//! | `GET /` | the page |
//! | `GET /_mock` | lists these |
//! | `GET /_mock/switches` | every switch and how it stands |
//! | `POST /_mock/switches/NAME` `value=…` | sets one |
//! | `GET /_mock/faults` | the names of faults, and the rules in force |
//! | `POST /_mock/faults` `fault=…` | puts one in force; also `path`, `grant`, `times` (0: every request), `seconds` (for slow ones), `retry_after`, `bytes`, `location` |
//! | `POST /_mock/faults/ID/release` | lets go of what it holds |
//! | `POST /_mock/faults/ID/remove` | ends it |
//! | `DELETE /_mock/faults` | ends all |
//! | `GET /_mock/clock` | the mock's time, in seconds since 1970 |
//! | `POST /_mock/clock` `advance=…` | moves it, in seconds |
//! | `GET /_mock/ledger` | what arrived, secrets masked |
//! | `GET /_mock/company` | the company as TOML |
//! | `PUT /_mock/company` | another company, as TOML |
//!
//! Bodies are forms, answers JSON, mistakes 400 with what to do. A form that says `from=page` is
//! answered with a way back to the page.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::company::Company;
use crate::fault::{FAULTS, Fault, FaultRule};
use crate::page;
use crate::request::{Parameters, Request};
use crate::world::World;

/// What can be asked, in plain text.
const LIST: &str = "\
GET    /_mock/switches             every switch and how it stands
POST   /_mock/switches/NAME        value=VALUE
GET    /_mock/faults               names of faults, rules in force
POST   /_mock/faults               fault=NAME [path=/oauth2/token] [grant=refresh_token] [times=1, 0 for every request]
                                   [seconds=N for slow ones] [retry_after=N] [bytes=N] [location=URL]
POST   /_mock/faults/ID/release    lets go of what it holds
POST   /_mock/faults/ID/remove     ends it
DELETE /_mock/faults               ends all
GET    /_mock/clock                seconds since 1970
POST   /_mock/clock                advance=SECONDS
GET    /_mock/ledger               what arrived, secrets masked
GET    /_mock/company              the company as TOML
PUT    /_mock/company              another company, as TOML
";

/// Whether a path is the mock's own and not Intacct's.
pub(crate) fn is_own(path: &str) -> bool {
    path == "/" || path == "/_mock" || path.starts_with("/_mock/")
}

/// Answers a request to the mock itself.
pub(crate) fn respond(world: &mut World, request: &Request) -> Answer {
    let form = request.form();
    match act(world, request, &form) {
        Err(mistake) => Answer::text(StatusCode::BAD_REQUEST, format!("{mistake}\n")),
        Ok(_) if form.get("from") == Some("page") => Answer::redirect("/"),
        Ok(answer) => answer,
    }
}

fn act(world: &mut World, request: &Request, form: &Parameters) -> Result<Answer, String> {
    let path = request.path.trim_start_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", [""]) => Ok(Answer::html(StatusCode::OK, page::page(world))),
        ("GET", ["_mock"]) => Ok(Answer::text(StatusCode::OK, LIST)),
        ("GET", ["_mock", "switches"]) => Ok(ok(&json!(world.company.switches()))),
        ("POST", ["_mock", "switches"]) => {
            set_switch(world, form.get("name").unwrap_or_default(), form)
        }
        ("POST", ["_mock", "switches", name]) => set_switch(world, name, form),
        ("GET", ["_mock", "faults"]) => Ok(ok(&faults(world))),
        ("POST", ["_mock", "faults"]) => inject(world, form),
        ("POST", ["_mock", "faults", id, what]) => change_fault(world, id, what),
        ("DELETE", ["_mock", "faults"]) => {
            world.script.clear();
            Ok(ok(&faults(world)))
        }
        ("GET", ["_mock", "clock"]) => Ok(ok(&json!({"now": world.clock.now()}))),
        ("POST", ["_mock", "clock"]) => advance(world, form),
        ("GET", ["_mock", "ledger"]) => Ok(ok(&json!(world.journal.entries()))),
        ("GET", ["_mock", "company"]) => Ok(Answer::text(StatusCode::OK, world.company.to_toml())),
        ("PUT", ["_mock", "company"]) => replace_company(world, &request.body),
        (method, _) => Err(format!(
            "{method} /{path} is not known here; this is:\n{LIST}"
        )),
    }
}

fn ok(document: &Value) -> Answer {
    Answer::json(StatusCode::OK, document)
}

fn set_switch(world: &mut World, name: &str, form: &Parameters) -> Result<Answer, String> {
    let value = form
        .get("value")
        .ok_or("say what to set it to, as value=…")?;
    world
        .company
        .set_switch(name, value)
        .map_err(|error| error.to_string())?;
    Ok(ok(&json!({"name": name, "value": value})))
}

fn faults(world: &World) -> Value {
    let names: Vec<Value> = FAULTS
        .iter()
        .map(|named| json!({"name": named.name, "does": named.help}))
        .collect();
    let rules: Vec<Value> = world
        .script
        .lines()
        .map(|(id, rule)| json!({"id": id, "rule": rule}))
        .collect();
    json!({"faults": names, "rules": rules})
}

fn inject(world: &mut World, form: &Parameters) -> Result<Answer, String> {
    let rule = read_rule(form)?;
    let injected = world.script.inject(rule);
    Ok(ok(&json!({"id": injected.id()})))
}

fn read_rule(form: &Parameters) -> Result<FaultRule, String> {
    let name = form
        .filled("fault")
        .ok_or("say which fault, as fault=…; GET /_mock/faults lists them")?;
    let mut rule = FaultRule::new(Fault::named(name).map_err(|error| error.to_string())?);
    if let Some(path) = form.filled("path") {
        rule = rule.on_path(path);
    }
    if let Some(grant) = form.filled("grant") {
        rule = rule.for_grant(grant);
    }
    if let Some(times) = number(form, "times")? {
        rule = if times == 0 {
            rule.always()
        } else {
            rule.times(times)
        };
    }
    if let Some(seconds) = number(form, "seconds")? {
        rule = rule.for_at_most(Duration::from_secs(seconds));
    }
    if let Some(seconds) = number(form, "retry_after")? {
        rule = rule.retry_after(seconds);
    }
    if let Some(bytes) = number(form, "bytes")? {
        rule = rule.oversized_by(bytes);
    }
    Ok(form
        .filled("location")
        .map_or(rule.clone(), |location| rule.to_location(location)))
}

fn number<T: std::str::FromStr>(form: &Parameters, name: &str) -> Result<Option<T>, String> {
    let parse = |text: &str| {
        text.parse()
            .map_err(|_| format!("`{name}` must be a number, and is `{text}`"))
    };
    form.filled(name).map(parse).transpose()
}

fn change_fault(world: &mut World, id: &str, what: &str) -> Result<Answer, String> {
    let injected = id.parse().ok().and_then(|id| world.script.injected(id));
    let injected = injected
        .ok_or_else(|| format!("no rule has the number {id}; GET /_mock/faults lists them"))?;
    match what {
        "release" => injected.release(),
        "remove" => injected.remove(),
        other => return Err(format!("a rule can be released or removed, not `{other}`")),
    }
    Ok(ok(&json!({"id": injected.id()})))
}

fn advance(world: &World, form: &Parameters) -> Result<Answer, String> {
    let seconds = number(form, "advance")?.ok_or("say by how many seconds, as advance=…")?;
    world.clock.advance(Duration::from_secs(seconds));
    Ok(ok(&json!({"now": world.clock.now()})))
}

fn replace_company(world: &mut World, body: &[u8]) -> Result<Answer, String> {
    let text = std::str::from_utf8(body).map_err(|_| "a company file is UTF-8 text".to_owned())?;
    world.company = Company::from_toml(text).map_err(|error| error.to_string())?;
    Ok(ok(&json!({"company": world.company.id})))
}
