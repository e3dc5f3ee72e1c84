//! One request, as the ledger keeps it.

use std::fmt;

use serde::Serialize;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing yet.
    Pending,
    /// It was answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The refusal's name, where it was one.
        refusal: Option<String>,
        /// The refusal's code on the wire, where it has one.
        code: Option<String>,
    },
    /// The mock broke the connection.
    Broken,
    /// The client went away before the answer was complete.
    ClientWentAway,
}

impl Outcome {
    /// The status, where it was answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(*status),
            Self::Pending | Self::Broken | Self::ClientWentAway => None,
        }
    }

    /// The refusal's name, where it was one.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Answered { refusal, .. } => refusal.as_deref(),
            Self::Pending | Self::Broken | Self::ClientWentAway => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("no answer yet"),
            Self::Broken => f.write_str("connection broken"),
            Self::ClientWentAway => f.write_str("the client went away"),
            Self::Answered {
                status,
                refusal: None,
                ..
            } => write!(f, "{status}"),
            Self::Answered {
                status,
                refusal: Some(name),
                code,
            } => {
                write!(f, "{status} {name}")?;
                code.as_deref()
                    .map_or(Ok(()), |code| write!(f, " ({code})"))
            }
        }
    }
}

/// A request and its outcome. Values of secrets are masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// From 1, in the order of arrival.
    pub number: usize,
    /// By the mock's clock, in seconds since the epoch.
    pub at: u64,
    /// `GET`
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Decoded, in order.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Decoded, in order; empty where the body is no form.
    pub form: Vec<(String, String)>,
    /// A body that is no form.
    pub body: Option<String>,
    /// The fault that befell it.
    pub fault: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Entry {
    /// A form field's value, masked where it is secret.
    #[must_use]
    pub fn form_field(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    /// A query parameter's value, masked where it is secret.
    #[must_use]
    pub fn query_parameter(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// A header's value, masked where it is secret; the name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.as_str())
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  #{} {} {} → {}",
            self.number, self.method, self.path, self.outcome
        )?;
        for (kind, pairs) in [
            ("query", &self.query),
            ("header", &self.headers),
            ("form", &self.form),
        ] {
            for (name, value) in pairs {
                writeln!(f, "       {kind} {name}: {value}")?;
            }
        }
        if let Some(body) = &self.body {
            writeln!(f, "       body {body}")?;
        }
        self.fault
            .as_deref()
            .map_or(Ok(()), |fault| writeln!(f, "       fault {fault}"))
    }
}

/// The entries as they grow.
#[derive(Default)]
pub(crate) struct Journal(Vec<Entry>);

impl Journal {
    /// Adds an entry and tells its number.
    pub(crate) fn add(&mut self, mut entry: Entry) -> usize {
        entry.number = self.0.len() + 1;
        self.0.push(entry);
        self.0.len()
    }

    /// The entry of that number.
    pub(crate) fn entry_mut(&mut self, number: usize) -> Option<&mut Entry> {
        self.0.get_mut(number.checked_sub(1)?)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.0
    }
}
