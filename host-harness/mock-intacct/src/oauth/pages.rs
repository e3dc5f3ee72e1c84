//! The pages that a person sees while signing in. Hidden fields carry the request, so that neither
//! cookies nor scripts are needed.

use http::StatusCode;

use super::authorization_request::PARAMETERS;
use crate::answer::Answer;
use crate::company::{Application, Company};
use crate::html::{code, escape, hidden, labelled_input, page};
use crate::request::Parameters;

/// Where the forms are sent.
const ACTION: &str = "/ia/api/v1/oauth2/authorize";

/// The page that asks for company, user and password.
pub(super) fn sign_in(
    application: &Application,
    parameters: &Parameters,
    problem: Option<&str>,
) -> Answer {
    let status = if problem.is_some() {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::OK
    };
    let problem =
        problem.map(|text| format!("<p class=\"problem\" role=\"alert\">{}</p>\n", escape(text)));
    let carried: String = PARAMETERS
        .iter()
        .flat_map(|name| {
            parameters
                .all(name)
                .map(|value| hidden(name, value))
                .collect::<Vec<_>>()
        })
        .collect();
    let body = format!(
        "<p>{} asks to connect to a company in Sage Intacct (mock).</p>\n{}\
         <form method=\"post\" action=\"{ACTION}\">\n{carried}{}{}{}{}<p><button type=\"submit\">Sign in</button></p>\n</form>\n",
        escape(&application.name),
        problem.unwrap_or_default(),
        hidden("step", "sign-in"),
        labelled_input("Company ID", "company", "text", ""),
        labelled_input("User ID", "user", "text", ""),
        labelled_input("Password", "password", "password", ""),
    );
    Answer::html(status, page("Sign in", &body))
}

/// The page that asks for consent.
pub(super) fn consent(
    application: &Application,
    company: &Company,
    user: &str,
    offline: bool,
    ticket: &str,
) -> Answer {
    let duration = if offline {
        "until it is disconnected"
    } else {
        "for some hours"
    };
    let body = format!(
        "<p>{} asks to act for user {} in company {}, {duration}.</p>\n\
         <form method=\"post\" action=\"{ACTION}\">\n{}{}\
         <p><button type=\"submit\" name=\"decision\" value=\"allow\">Allow</button>\n\
         <button type=\"submit\" name=\"decision\" value=\"deny\">Deny</button></p>\n</form>\n",
        escape(&application.name),
        code(user),
        code(&company.id),
        hidden("step", "consent"),
        hidden("ticket", ticket),
    );
    Answer::html(StatusCode::OK, page("Allow access?", &body))
}

/// A page that leads nowhere.
pub(super) fn dead_end(name: &str, text: &str) -> Answer {
    let body = format!(
        "<p class=\"problem\" role=\"alert\">{}</p>\n<p>Refusal: {}</p>\n",
        escape(text),
        code(name)
    );
    Answer::html(
        StatusCode::BAD_REQUEST,
        page("This request cannot be shown", &body),
    )
    .refusing(name, "")
}
