//! `harness credentials connect`: the first tokens of a stored credential, or new ones.

use credential_connections::record::Name;
use credential_connections::service::{Confirm, Connected, EndsAnother, Error, OtherIdentity};
use credential_runtime::{Check, Randomness as _, SystemRandomness};
use serde_json::{Value, json};

use crate::callback::{Arrival, Ending};
use crate::commands::authorization::{WayBack, close, not_connected};
use crate::commands::checks;
use crate::commands::connected::identity;
use crate::confirmation::confirm;
use crate::credential_args::{ConnectStored, StoreArgs};
use crate::exit::Exit;
use crate::moments::{dated, unix_seconds};
use crate::output::{Output, talk};
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn run(
    kept: &StoreArgs,
    args: &ConnectStored,
    output: Output,
) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(kept, &args.with).await?;
    let connecting = Connecting {
        stored: &stored,
        args,
        name: &args.of.name,
    };
    let connected = connecting.run().await?;
    let test = stored.connections.test(&stored.tenant, &args.of.name).await;
    let test = stored.told(&args.of.name, test).await;
    show(&stored, &connected, &test, output).await
}

async fn show(
    stored: &Stored,
    connected: &Connected,
    test: &Result<Vec<Check>, Report>,
    output: Output,
) -> Result<Exit, Report> {
    let page = summary(stored, connected);
    let plugin = stored.plugin_id(&connected.name).await?;
    let page = match (test, stored.descriptor(&plugin)) {
        (Ok(checks), Some(plugin)) => checks::add(page, checks, plugin),
        _ => page,
    };
    output.data(&page, &document(connected, test))?;
    let shortcoming = match test {
        Ok(checks) => checks::shortcoming(checks),
        Err(report) => Some(report.clone()),
    };
    Ok(shortcoming.map_or(Exit::Ok, |report| {
        talk(&report.page());
        report.exit
    }))
}

fn summary(stored: &Stored, it: &Connected) -> Page {
    let now = stored.connections.now();
    let expires = it.expires_at;
    let expires = expires.map_or_else(
        || "the service does not say".to_owned(),
        |at| dated(at, now),
    );
    let page = Page::new()
        .line(format!("Connected: {}", it.name))
        .item(2, 14, "signed in as", &identity(it.identity.as_ref()))
        .item(2, 14, "expires", &expires)
        .item(
            2,
            14,
            "kept",
            &format!("encrypted, in {}", stored.storage.location),
        );
    if it.others.is_empty() {
        return page;
    }
    page.item(2, 14, "may have ended", &listed(&it.others))
}

fn document(it: &Connected, test: &Result<Vec<Check>, Report>) -> Value {
    let (checks, test_error) = match test {
        Ok(checks) => (json!(checks), Value::Null),
        Err(report) => (json!([]), report.json()["error"].take()),
    };
    json!({
        "name": it.name,
        "identity": it.identity,
        "expires_at": it.expires_at.map(unix_seconds),
        "generation": it.generation,
        "others": it.others,
        "checks": checks,
        "test_error": test_error,
    })
}

fn listed(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(", ")
}

/// A credential on its way to being connected.
struct Connecting<'a> {
    stored: &'a Stored,
    args: &'a ConnectStored,
    name: &'a Name,
}

impl Connecting<'_> {
    /// Without a browser where that will do.
    async fn run(&self) -> Result<Connected, Report> {
        match self.at_once(None).await {
            Err(Error::NeedsBrowser) => self.at_the_browser().await,
            Err(Error::EndsAnother(it)) => {
                self.agree_to_end(&it)?;
                let result = self.at_once(Some(&it.confirm)).await;
                self.settle(result).await
            }
            result => self.settle(result).await,
        }
    }

    async fn at_once(&self, confirm: Option<&Confirm>) -> Result<Connected, Error> {
        let stored = self.stored;
        stored
            .connections
            .connect(&stored.tenant, self.name, confirm)
            .await
    }

    async fn at_the_browser(&self) -> Result<Connected, Report> {
        let way = WayBack::open(&self.args.sign_in).await?;
        let session = session();
        let url = self.begin(&way, &session).await?;
        let back = way.follow(&url, &self.args.sign_in).await?;
        let address = back.address.expose();
        let result = self
            .stored
            .connections
            .finish_connect(&session, address)
            .await;
        self.tell_browser(back.browser, &result).await;
        self.settle(result).await
    }

    /// The address to sign in at.
    async fn begin(&self, way: &WayBack, session: &str) -> Result<String, Report> {
        let stored = self.stored;
        let begin = async |confirm: Option<&Confirm>| {
            let redirect_uri = way.redirect_uri();
            let connections = &stored.connections;
            connections
                .begin_connect(&stored.tenant, self.name, redirect_uri, session, confirm)
                .await
        };
        let begun = match begin(None).await {
            Err(Error::EndsAnother(it)) => {
                self.agree_to_end(&it)?;
                begin(Some(&it.confirm)).await
            }
            result => result,
        };
        Ok(stored.told(self.name, begun).await?.url)
    }

    /// Before anybody is asked at the terminal: the page in the browser waits no longer.
    async fn tell_browser(&self, browser: Option<Arrival>, result: &Result<Connected, Error>) {
        let ending = match result {
            Ok(_) => Ending::success("Connected", format!("{} is connected.", self.name)),
            Err(Error::OtherIdentity(_)) => Ending::failure(
                "Not connected yet",
                "Somebody else than before has signed in. Go back to the terminal to confirm it.",
            ),
            Err(error) => not_connected(&self.stored.explain(self.name, error.clone()).await),
        };
        close(browser, ending).await;
    }

    /// Where somebody else signed in, a person has to agree.
    async fn settle(&self, result: Result<Connected, Error>) -> Result<Connected, Report> {
        let stored = self.stored;
        let result = match result {
            Err(Error::OtherIdentity(it)) => {
                self.agree_to_identity(&it)?;
                let connections = &stored.connections;
                connections
                    .confirm_identity(&stored.tenant, self.name, &it.confirm)
                    .await
            }
            result => result,
        };
        stored.told(self.name, result).await
    }

    fn agree_to_end(&self, it: &EndsAnother) -> Result<(), Report> {
        let others = listed(&it.others);
        let what = if it.certain {
            format!("{others} stands for the same user and company.")
        } else {
            format!("You may be about to sign in as the same user and company as {others}.")
        };
        let page = Page::new().line(what).line(&it.warning);
        confirm(&page, self.args.consent.yes)
    }

    fn agree_to_identity(&self, it: &OtherIdentity) -> Result<(), Report> {
        let page = Page::new()
            .line(format!("{} stood for somebody else so far:", self.name))
            .item(2, 6, "before", &identity(Some(&it.was)))
            .item(2, 6, "now", &identity(Some(&it.is)))
            .line("From now on it would stand for who signed in now.");
        confirm(&page, self.args.consent.yes)
    }
}

/// This run's own value: the sign-in can be finished by it alone.
fn session() -> String {
    let mut bytes = [0; 16];
    SystemRandomness.fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}
