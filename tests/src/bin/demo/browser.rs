//! The person at the browser: signs in, allows, and is sent back to the host's callback listener.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use credential_runtime::{Grant, Operation};
use end_to_end::{World, dana};
use harness_cli::callback::{Ending, Listener, LoopbackRedirect};
use mock_intacct::browser::{self, Consent};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use crate::screen::Screen;

/// The person takes no time, so this is for a machine that is busy.
const WAIT: Duration = Duration::from_secs(60);

/// Goes through the browser: the grant that the redirect brings, its state checked.
pub async fn authorize(world: &World, operation: &Operation, screen: &mut Screen) -> Result<Grant> {
    let redirect = LoopbackRedirect::parse("https://127.0.0.1:0/callback")?;
    let listener = Listener::bind(redirect).await?;
    let redirect_uri = listener.redirect_uri().to_owned();
    screen.worked(&format!("the host listens at {redirect_uri}"));
    let pending = operation.begin_authorization(&redirect_uri).await?;
    let address = pending.service_url().split('?').next().unwrap_or_default();
    screen.worked(&format!(
        "the plugin built the authorization URL at {address}"
    ));

    let certificate = listener.certificate().to_vec();
    let waiting = listener.expect(pending.url())?;
    let start = waiting.start();
    let walk = walk(world, start.expose(), &certificate);
    let arrive = async { anyhow::Ok(waiting.wait(WAIT).await?) };
    // The browser waits for its last page until the host has answered, so the two go on together.
    let arrived = async {
        let arrival = arrive.await?;
        let grant = pending.complete(arrival.redirected().expose())?;
        let ending = Ending::success("Signed in", "The code has arrived.");
        arrival.answer(ending).await;
        anyhow::Ok(grant)
    };
    let ((), grant) = tokio::try_join!(walk, arrived)?;
    screen.worked("dana signed in and allowed it, as a browser would");
    screen.worked("the redirect arrived at the listener; its state is the one sent");
    Ok(grant)
}

/// Begins at the listener, which gives the browser a cookie and sends it to the service.
async fn walk(world: &World, start: &str, certificate: &[u8]) -> Result<()> {
    let client = client(certificate)?;
    let begun = client.get(start).send().await?;
    let url = begun.headers()[LOCATION].to_str()?;
    let cookie = begun.headers()[SET_COOKIE].to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default();
    let company = world.mock.company();
    let redirected = browser::sign_in(url, dana(&company), Consent::Allow).await?;
    let page = client.get(redirected).header(COOKIE, cookie).send().await?;
    page.error_for_status()
        .context("the listener does not take the redirect")?;
    Ok(())
}

/// Trusts the listener's certificate, as a person does who clicks past the browser's warning.
fn client(certificate: &[u8]) -> Result<reqwest::Client> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.to_vec().into())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}
