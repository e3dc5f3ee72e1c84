//! The one place that prints: data on stdout, talk on stderr.

use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::Value;

use crate::exit::Exit;
use crate::report::Report;
use crate::text::{Page, plain_json};

/// Whom the data is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// A person.
    Human,
    /// A program: one JSON document.
    Json,
}

impl Output {
    /// What the command was asked for.
    pub(crate) fn data(self, page: &Page, json: &impl Serialize) -> Result<(), Report> {
        match self {
            Self::Human => write_stdout(page.as_str().as_bytes()),
            Self::Json => write_json(json),
        }
    }

    /// Text to be used as it stands, such as a script or a template.
    pub(crate) fn verbatim(self, text: &str, json: &impl Serialize) -> Result<(), Report> {
        match self {
            Self::Human => write_stdout(text.as_bytes()),
            Self::Json => write_json(json),
        }
    }

    /// Bytes as they came from elsewhere.
    pub(crate) fn bytes(self, bytes: &[u8], json: &impl Serialize) -> Result<(), Report> {
        match self {
            Self::Human => write_stdout(bytes),
            Self::Json => write_json(json),
        }
    }

    /// What went wrong: on stderr for people, and for a program the document on stdout as well.
    pub(crate) fn report(self, report: &Report) {
        talk(&report.page());
        if self == Self::Json {
            // A closed stdout leaves nobody to tell.
            let _ = write_json(&report.json());
        }
    }
}

/// What a person should know meanwhile. A closed stderr is no reason to stop.
pub(crate) fn talk(page: &Page) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(page.as_str().as_bytes());
    let _ = stderr.flush();
}

fn write_json(json: &impl Serialize) -> Result<(), Report> {
    let value: Value = serde_json::to_value(json).map_err(io::Error::from)?;
    let mut text = plain_json(&format!("{value:#}"));
    text.push('\n');
    write_stdout(text.as_bytes())
}

/// Whoever reads may stop reading, as `head` does: that is no failure.
fn write_stdout(bytes: &[u8]) -> Result<(), Report> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

impl From<io::Error> for Report {
    fn from(error: io::Error) -> Self {
        Self::new(
            Exit::Machine,
            format!("the output cannot be written: {error}"),
        )
    }
}
