//! What the terminal says of a page that runs.

use std::io::{BufRead as _, IsTerminal as _};
use std::net::SocketAddr;

use credential_page::{Invitation, Page as CredentialPage};
use serde_json::json;

use super::trial::Ground;
use super::way_back::WayBack;
use crate::help;
use crate::output::{Output, talk};
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

/// Tells of it, and gives another link for each Enter.
pub(super) fn begin(
    page: &CredentialPage,
    link: &Invitation,
    address: SocketAddr,
    (stored, back, ground): (&Stored, &WayBack, &Ground),
    output: Output,
) -> Result<(), Report> {
    let mock = ground.target().map(ToString::to_string);
    let store = stored.storage.location.to_string();
    let text = Page::new()
        .line("The credential page:")
        .blank()
        .verbatim(&format!("  {}", link.url()))
        .blank()
        .item(2, 9, "way back", back.redirect_uri());
    let text = match &mock {
        Some(mock) => text.item(2, 9, "service", &format!("{mock}, instead of the real one")),
        None => text,
    };
    let text = if ground.keeps_nothing() {
        text.item(
            2,
            9,
            "store",
            "for this run alone; name one with --store to keep it",
        )
    } else {
        text.item(2, 9, "store", &store)
    };
    let json = json!({
        "url": link.url(),
        "redirect_uri": back.redirect_uri(),
        "mock": mock,
        "store": store,
    });
    output.data(&text, &json)?;
    instruct(page, address);
    Ok(())
}

/// The command for another link.
fn another(address: SocketAddr) -> String {
    let usual = address.to_string() == help::PAGE_ADDRESS;
    let listen = if usual {
        String::new()
    } else {
        format!(" --listen {address}")
    };
    format!("harness serve --link{listen}")
}

fn instruct(page: &CredentialPage, address: SocketAddr) {
    let text = Page::new().line(format!(
        "The link opens the page once, in one browser. `{}` gives another.",
        another(address)
    ));
    if !std::io::stdin().is_terminal() {
        talk(&text.line("Ctrl-C ends it."));
        return;
    }
    talk(&text.line("Enter gives another link; Ctrl-C ends it."));
    let page = page.clone();
    // The thread ends with the process.
    std::thread::spawn(move || {
        let lines = std::io::stdin().lock().lines();
        for _ in lines.map_while(Result::ok) {
            talk(&Page::new().verbatim(page.invite().url()));
        }
    });
}
