//! A sign-in through a person's browser, from the address to the grant.

use std::time::Duration;

use credential_runtime::{Grant, Operation, Pending, Policy, RedirectError, Secret};
use tokio::sync::oneshot;
use url::Url;

use crate::args::Connect;
use crate::browser;
use crate::callback::{Arrival, Ending, Listener, LoopbackRedirect};
use crate::exit::Exit;
use crate::host::Stage;
use crate::output::talk;
use crate::pasted;
use crate::report::Report;
use crate::text::Page;

/// A person came back with a grant, through the listener or by pasting.
pub(super) struct Consent {
    pub(super) grant: Grant,
    /// Waits to be shown how it ends.
    browser: Option<Arrival>,
}

/// What came back, before it is looked at.
struct Redirected {
    address: Secret,
    browser: Option<Arrival>,
}

impl Consent {
    /// Sends the person to the service and waits until they are back.
    pub(super) async fn obtain(
        stage: &Stage,
        operation: &Operation,
        args: &Connect,
    ) -> Result<Self, Report> {
        let listener = if args.paste {
            None
        } else {
            let redirect = LoopbackRedirect::parse(&args.redirect_uri)?;
            Some(Listener::bind(redirect).await?)
        };
        let redirect_uri = listener
            .as_ref()
            .map_or(args.redirect_uri.as_str(), Listener::redirect_uri);
        let pending = operation.begin_authorization(redirect_uri).await;
        let pending = pending.map_err(|error| stage.explain(error))?;
        let url = address(stage, pending.url())?;
        invite(&url, &pending, listener.is_some());
        if !args.no_browser {
            browser::open(&url);
        }
        let redirected = match listener {
            Some(listener) => wait(listener, Duration::from_secs(args.wait)).await?,
            None => paste().await?,
        };
        Self::complete(stage, operation, pending, redirected).await
    }

    async fn complete(
        stage: &Stage,
        operation: &Operation,
        pending: Pending,
        redirected: Redirected,
    ) -> Result<Self, Report> {
        match pending.complete(redirected.address.expose()) {
            Ok(grant) => Ok(Self {
                grant,
                browser: redirected.browser,
            }),
            Err(error) => {
                let report = explain(stage, operation, error).await;
                if let Some(browser) = redirected.browser {
                    browser.answer(not_connected(&report)).await;
                }
                Err(report)
            }
        }
    }

    /// Shows the browser how it ended, where one waits.
    pub(super) async fn close(browser: Option<Arrival>, ending: Ending) {
        if let Some(browser) = browser {
            browser.answer(ending).await;
        }
    }

    /// The grant, and the browser that waits.
    pub(super) fn into_parts(self) -> (Grant, Option<Arrival>) {
        (self.grant, self.browser)
    }
}

/// For the browser, where a report says why not.
pub(super) fn not_connected(report: &Report) -> Ending {
    Ending::failure(
        "Not connected",
        format!("{} The terminal says more.", ended(&report.message)),
    )
}

/// With a full stop.
fn ended(message: &str) -> String {
    let message = message.trim_end_matches('.');
    format!("{message}.")
}

async fn explain(stage: &Stage, operation: &Operation, error: RedirectError) -> Report {
    match error {
        RedirectError::Refused(refusal) => {
            stage.explain(operation.authorization_refused(refusal).await)
        }
        error @ (RedirectError::NotAUrl
        | RedirectError::OtherPlace(_)
        | RedirectError::State
        | RedirectError::Contradiction
        | RedirectError::NoCode) => {
            Report::new(Exit::Refused, error.to_string()).hint("nothing was sent to the service")
        }
    }
}

/// Where to send the person's browser. A plugin could name any page, one that asks for a password
/// among them: so it must lead to an origin that the plugin asks for and the policy allows, and
/// goes where the policy maps it.
pub(super) fn address(stage: &Stage, url: &str) -> Result<String, Report> {
    let policy = &stage.allowance.policy;
    let parsed = Url::parse(url).ok();
    let origin = parsed.as_ref().and_then(credential_runtime::Origin::of);
    let asked = &stage.plugin.descriptor().origins;
    let allowed = origin.as_ref().is_some_and(|origin| {
        let asks = asked.iter().any(|it| it.parse().as_ref() == Ok(origin));
        asks && policy.origins().any(|it| it == origin)
    });
    match (parsed, origin) {
        (Some(parsed), Some(origin)) if allowed => Ok(mapped(policy, &parsed, &origin).into()),
        _ => Err(elsewhere(stage, url)),
    }
}

fn mapped(policy: &Policy, url: &Url, origin: &credential_runtime::Origin) -> Url {
    let target = policy.mapped().find(|(from, _)| *from == origin);
    target.map_or_else(|| url.clone(), |(_, to)| to.apply(url))
}

fn elsewhere(stage: &Stage, url: &str) -> Report {
    let place = Url::parse(url).map_or_else(
        |_| "an address that is no URL".to_owned(),
        |url| url.origin().ascii_serialization(),
    );
    let missing = stage.host.policy.missing_entry(&stage.plugin);
    Report::new(
        Exit::Policy,
        format!("the plugin sends the browser to {place}, which it may not reach"),
    )
    .hint(format!("what it may reach stands in {}", missing.place))
    .actor(credential_runtime::Actor::Platform)
}

fn invite(url: &str, pending: &Pending, listening: bool) {
    let page = Page::new()
        .line("Sign in at this address:")
        .blank()
        .verbatim(url)
        .blank();
    let page = if listening {
        page.line(format!(
            "Waiting for the browser to come back to {}",
            pending.redirect_uri()
        ))
        .line(
            "The browser will warn of a certificate that it does not know: it was made for \
                 this sign-in. Go on to the page, or paste the address from the address bar here.",
        )
    } else {
        page.line(format!(
            "Afterwards the browser is sent to {}. Copy the whole address from its address bar, \
             whatever the page shows.",
            pending.redirect_uri()
        ))
    };
    talk(&page);
}

async fn wait(listener: Listener, within: Duration) -> Result<Redirected, Report> {
    tokio::select! {
        arrival = listener.wait(within) => {
            let arrival = arrival?;
            Ok(Redirected {
                address: arrival.redirected().clone(),
                browser: Some(arrival),
            })
        }
        Some(address) = received(pasted::meanwhile()) => Ok(Redirected { address, browser: None }),
    }
}

async fn received(pasted: Option<oneshot::Receiver<Secret>>) -> Option<Secret> {
    pasted?.await.ok()
}

async fn paste() -> Result<Redirected, Report> {
    let asked = tokio::task::spawn_blocking(pasted::ask).await;
    let asked = asked.map_err(|error| Report::machine(error.to_string()))?;
    let address = asked.map_err(|error| {
        Report::new(Exit::Refused, error.to_string())
            .hint("start again, and paste the address that the browser was sent to")
            .actor(credential_runtime::Actor::User)
    })?;
    Ok(Redirected {
        address,
        browser: None,
    })
}
