//! The person's browser.

use crate::output::talk;
use crate::text::Page;

/// Opens an address there, or says why the person has to.
pub(crate) fn open(url: &str) {
    if let Err(error) = open::that_detached(url) {
        tracing::info!(%error, "no browser could be opened");
        talk(&Page::new().line("No browser could be opened here; open the address yourself."));
    }
}
