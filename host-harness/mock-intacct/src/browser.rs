//! Walks the sign-in pages as a browser would: fetches, fills in forms, follows redirects, and stops
//! where the mock sends the browser elsewhere. For tests and demonstrations.

mod form;
mod http1;

use crate::company::Company;
use form::Form;
use http1::{Page, fetch};

/// What a person types at the sign-in page.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The company ID.
    pub company: &'a str,
    /// The user ID, without the company.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
}

impl<'a> Person<'a> {
    /// A user of the company, with the password that the mock expects.
    #[must_use]
    pub fn of(company: &'a Company, user: &str) -> Option<Self> {
        company.user(user).map(|user| Self {
            company: &company.id,
            user: &user.id,
            password: &user.password,
        })
    }
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The application may act.
    Allow,
    /// It may not.
    Deny,
}

/// Why the walk ended before the browser was sent back.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// Only `http` at an address with a port is walked.
    #[error(
        "`{0}` is no http URL with a host and a port; map the service's origin to the mock's first"
    )]
    Url(String),
    /// No answer.
    #[error("no answer from {0}: {1}")]
    Connection(String, String),
    /// A page without the form that should be there; its text says why.
    #[error("the page ({status}) has no form to go on with: {text}")]
    DeadEnd {
        /// The HTTP status.
        status: u16,
        /// What the page says.
        text: String,
    },
    /// The sign-in page came back; its text says why.
    #[error("the sign-in was refused: {0}")]
    SignInRefused(String),
    /// A redirect too many.
    #[error("redirected more than {MOST_REDIRECTS} times")]
    Redirects,
}

/// More than any of the pages needs.
const MOST_REDIRECTS: usize = 5;

/// Opens an authorization URL, signs in, decides, and returns the URL that the browser is sent to.
/// That URL is not fetched.
///
/// The URL must lead to the mock: pass it through [`crate::MockIntacct::map`] first.
///
/// # Errors
/// See [`WalkError`].
pub async fn sign_in(
    authorization_url: &str,
    person: Person<'_>,
    consent: Consent,
) -> Result<String, WalkError> {
    let page = match open(authorization_url).await? {
        Stop::Page(page) => page,
        Stop::Elsewhere(url) => return Ok(url),
    };
    let form = Form::find(&page.text).ok_or_else(|| dead_end(&page))?;
    let filled = [
        ("company", person.company),
        ("user", person.user),
        ("password", person.password),
    ];
    let page = match submit(&page.url, &form, &filled).await? {
        Stop::Page(page) => page,
        Stop::Elsewhere(url) => return Ok(url),
    };
    let form = Form::find(&page.text).ok_or_else(|| dead_end(&page))?;
    if form.asks_for("password") {
        return Err(WalkError::SignInRefused(form::text(&page.text)));
    }
    let decision = match consent {
        Consent::Allow => "allow",
        Consent::Deny => "deny",
    };
    match submit(&page.url, &form, &[("decision", decision)]).await? {
        Stop::Elsewhere(url) => Ok(url),
        Stop::Page(page) => Err(dead_end(&page)),
    }
}

/// Where a request led.
enum Stop {
    Page(Page),
    Elsewhere(String),
}

async fn open(url: &str) -> Result<Stop, WalkError> {
    let answer = fetch("GET", url, None).await?;
    follow(answer).await
}

async fn submit(page_url: &str, form: &Form, filled: &[(&str, &str)]) -> Result<Stop, WalkError> {
    let url = http1::resolve(page_url, &form.action)?;
    let answer = fetch("POST", &url, Some(form.encode(filled))).await?;
    follow(answer).await
}

/// Follows redirects that stay at the same origin.
async fn follow(mut page: Page) -> Result<Stop, WalkError> {
    for _ in 0..MOST_REDIRECTS {
        let Some(location) = page.location.take() else {
            return Ok(Stop::Page(page));
        };
        match http1::same_origin(&page.url, &location) {
            Some(url) => page = fetch("GET", &url, None).await?,
            None => return Ok(Stop::Elsewhere(location)),
        }
    }
    Err(WalkError::Redirects)
}

fn dead_end(page: &Page) -> WalkError {
    WalkError::DeadEnd {
        status: page.status,
        text: form::text(&page.text),
    }
}
