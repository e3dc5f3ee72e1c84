//! A sign-in through a person's browser, from the address to the grant.

use std::convert::Infallible;
use std::time::Duration;

use credential_runtime::{Grant, Operation, Pending, RedirectError, Secret};

use crate::args::SignInArgs;
use crate::browser;
use crate::callback::{Arrival, CallbackError, Ending, Listener, LoopbackRedirect, Waiting};
use crate::exit::Exit;
use crate::host::Stage;
use crate::output::talk;
use crate::pasted::{self, Meanwhile, Redirect};
use crate::report::Report;
use crate::text::Page;

/// A person came back with a grant, through the listener or by pasting.
pub(super) struct Consent {
    pub(super) grant: Grant,
    /// Waits to be shown how it ends.
    browser: Option<Arrival>,
}

/// What came back, before it is looked at.
pub(super) struct Redirected {
    pub(super) address: Secret,
    /// Waits to be shown how it ends.
    pub(super) browser: Option<Arrival>,
}

/// The way back from the service, open before anybody is sent there.
pub(super) struct WayBack {
    /// None where the address is pasted.
    listener: Option<Listener>,
    redirect_uri: String,
}

impl WayBack {
    pub(super) async fn open(args: &SignInArgs) -> Result<Self, Report> {
        let mut redirect_uri = args.redirect_uri.clone();
        let mut listener = None;
        if !args.paste {
            let bound = Listener::bind(LoopbackRedirect::parse(&redirect_uri)?).await?;
            redirect_uri = bound.redirect_uri().to_owned();
            listener = Some(bound);
        }
        Ok(Self {
            listener,
            redirect_uri,
        })
    }

    /// Where the service is to send the browser back to.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Sends the person to the service and waits until they are back. Where this command listens, the
    /// browser begins at the listener, which recognizes it when it comes back. An address that is
    /// pasted is the person's own word: whoever can type at this terminal runs this command.
    pub(super) async fn follow(self, url: &str, args: &SignInArgs) -> Result<Redirected, Report> {
        let redirect = Redirect::new(url, &self.redirect_uri).ok_or(CallbackError::Stateless)?;
        let Some(listener) = self.listener else {
            invite_to_paste(url, &self.redirect_uri);
            let _file = (!args.no_browser).then(|| browser::open(url));
            return paste(&redirect).await;
        };
        let waiting = listener.expect(url)?;
        let start = waiting.start();
        let meanwhile = Meanwhile::open();
        let service = meanwhile.is_possible().then_some(url);
        invite(start.expose(), service, &self.redirect_uri);
        let file = (!args.no_browser).then(|| browser::open(start.expose()));
        let left = waiting.left();
        let removing = async {
            left.notified().await;
            drop(file);
            std::future::pending::<Infallible>().await
        };
        tokio::select! {
            redirected = wait(waiting, meanwhile.address(&redirect), Duration::from_secs(args.wait)) => redirected,
            never = removing => match never {},
        }
    }
}

/// Shows the browser how it ended, where one waits.
pub(super) async fn close(browser: Option<Arrival>, ending: Ending) {
    if let Some(browser) = browser {
        browser.answer(ending).await;
    }
}

impl Consent {
    pub(super) async fn obtain(
        stage: &Stage,
        operation: &Operation,
        args: &SignInArgs,
    ) -> Result<Self, Report> {
        let way = WayBack::open(args).await?;
        let pending = operation.begin_authorization(way.redirect_uri()).await;
        let pending = pending.map_err(|error| stage.explain(error))?;
        let redirected = way.follow(pending.url(), args).await?;
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
        | RedirectError::NoCode) => not_followed(&error),
    }
}

/// The browser came back otherwise than it should.
pub(super) fn not_followed(error: &RedirectError) -> Report {
    Report::new(Exit::Refused, error.to_string()).hint("nothing was sent to the service")
}

/// Where this command listens. The browser begins at the listener; one that cannot reach it goes to
/// the service itself, and its address is pasted.
fn invite(start: &str, service: Option<&str>, back: &str) {
    let page = sign_in_at(start)
        .line(format!("Waiting for the browser to come back to {back}"))
        .line(WARNING);
    talk(&match service {
        Some(url) => page
            .blank()
            .line(
                "In a browser on another machine, sign in at this address instead, and paste the \
                 one from its address bar here (it is not shown):",
            )
            .blank()
            .verbatim(url)
            .blank(),
        None => page,
    });
}

fn invite_to_paste(url: &str, back: &str) {
    talk(&sign_in_at(url).line(format!(
        "Afterwards the browser is sent to {back}. Copy the whole address from its address bar, \
         whatever the page shows."
    )));
}

fn sign_in_at(address: &str) -> Page {
    Page::new()
        .line("Sign in at this address:")
        .blank()
        .verbatim(address)
        .blank()
}

const WARNING: &str = "The browser will warn of a certificate that it does not know: it was made for \
                       this sign-in. Go on to the page.";

async fn wait(
    listener: Waiting,
    pasted: impl Future<Output = Secret>,
    within: Duration,
) -> Result<Redirected, Report> {
    tokio::select! {
        arrival = listener.wait(within) => {
            let arrival = arrival?;
            Ok(Redirected {
                address: arrival.redirected().clone(),
                browser: Some(arrival),
            })
        }
        address = pasted => Ok(Redirected { address, browser: None }),
    }
}

async fn paste(redirect: &Redirect) -> Result<Redirected, Report> {
    let address = pasted::ask(redirect).await.map_err(|error| {
        Report::new(Exit::Refused, error.to_string())
            .hint(
                "nothing was sent to the service; start again, and paste the address that the browser \
                 was sent to",
            )
            .actor(credential_runtime::Actor::User)
    })?;
    Ok(Redirected {
        address,
        browser: None,
    })
}
