//! JSON that the store keeps and does not read.

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

/// JSON text of the caller's own making, such as a state: kept, given back, and never looked into
/// by the store. It is stored in the clear, so it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document(String);

/// A value and JSON do not fit each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored document cannot be read or written: {0}")]
pub struct DocumentError(String);

impl Document {
    /// Writes a value down.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] where the value cannot be written as JSON.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, DocumentError> {
        serde_json::to_string(value).map(Self).map_err(refused)
    }

    /// Reads a value back.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] where another type, or a newer version of it, was written down.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DocumentError> {
        serde_json::from_str(&self.0).map_err(refused)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it was read from a store, which wrote only what it was given.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

/// The place alone: serde's words may quote a value.
fn refused(error: serde_json::Error) -> DocumentError {
    let (kind, line, column) = (error.classify(), error.line(), error.column());
    DocumentError(format!("{kind:?} at line {line}, column {column}"))
}

impl Serialize for Document {
    /// As the JSON value that it is.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: serde_json::Value =
            serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_back_as_it_was_written() {
        let document = Document::of(&("connected", 7)).unwrap();
        assert_eq!(document.as_str(), r#"["connected",7]"#);
        assert_eq!(document.read(), Ok(("connected".to_owned(), 7)));
    }

    #[test]
    fn an_error_does_not_quote_what_it_read() {
        let document = Document::of("a text that stays unquoted").unwrap();
        let error = document.read::<u64>().unwrap_err().to_string();
        assert!(!error.contains("unquoted"), "{error}");
    }

    #[test]
    fn a_document_inside_another_is_json_not_text() {
        let document = Document::of(&[1, 2]).unwrap();
        assert_eq!(serde_json::to_string(&Some(document)).unwrap(), "[1,2]");
    }
}
