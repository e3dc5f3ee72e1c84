//! The person's browser. An address with a secret in it stands on no command line, which every user of
//! the machine can read: the browser is given a file that leads to the address, and that its owner
//! alone can read.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use tempfile::TempDir;

use crate::output::talk;
use crate::runtime_folder;
use crate::text::{Page, escape_html};

/// The file that the browser was given. Dropped, it is removed.
pub(crate) struct HandedFile {
    _folder: TempDir,
}

/// Opens an address there, or says why the person has to. Keep what it returns until the browser has
/// arrived.
pub(crate) fn open(address: &str) -> Option<HandedFile> {
    match try_open(address) {
        Ok(file) => Some(file),
        Err(error) => {
            tracing::info!(%error, "no browser could be opened");
            talk(&Page::new().line("No browser could be opened here; open the address yourself."));
            None
        }
    }
}

fn try_open(address: &str) -> io::Result<HandedFile> {
    let (folder, path) = write(address)?;
    open::that_detached(path)?;
    Ok(HandedFile { _folder: folder })
}

/// A folder of mode 0700 with a file of mode 0600 in it.
fn write(address: &str) -> io::Result<(TempDir, PathBuf)> {
    let base = runtime_folder::prepare().unwrap_or_else(|_| std::env::temp_dir());
    let folder = tempfile::Builder::new()
        .prefix("open-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(base)?;
    let path = folder.path().join("open.html");
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    file.write_all(page(address).as_bytes())?;
    Ok((folder, path))
}

fn page(address: &str) -> String {
    let address = escape_html(address);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={address}\">\n<title>Opening</title>\n\
         <p><a href=\"{address}\">Continue</a></p>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_its_owners_alone_and_goes_with_what_holds_it() {
        let (folder, path) = write("https://service.example/?state=not-a-real-state").unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&path)), (0o700, 0o600));
        drop(HandedFile { _folder: folder });
        assert!(!path.exists());
    }

    #[test]
    fn an_address_stays_an_address() {
        let page = page("https://service.example/?a=\"><script>&b='");
        assert!(!page.contains("<script"), "{page}");
        assert!(
            page.contains("?a=&quot;&gt;&lt;script&gt;&amp;b=&#39;"),
            "{page}"
        );
    }
}
