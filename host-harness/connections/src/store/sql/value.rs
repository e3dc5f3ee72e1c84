//! What goes into a statement and what comes out of a row.

use crate::record::Timestamp;
use crate::store::StoreError;

/// A value of one of the kinds that the schema uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Value {
    /// Counters start at 0 and go up by 1; none gets anywhere near the end.
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.as_millis())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Parameters of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::sql::Value::from($value)),*] };
}
pub(in crate::store) use values;

/// A row, read from its first column to its last.
#[derive(Debug)]
pub(in crate::store) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(in crate::store) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next column; a value of another kind than asked for means that someone else wrote it.
    fn next<T>(&mut self, read: impl FnOnce(Value) -> Option<T>) -> Result<T, StoreError> {
        let value = self.0.next().unwrap_or(Value::Null);
        read(value)
            .ok_or_else(|| StoreError::Corrupt("a column holds another kind of value".into()))
    }

    pub(in crate::store) fn int(&mut self) -> Result<i64, StoreError> {
        self.next(as_int)
    }

    pub(in crate::store) fn count(&mut self) -> Result<u64, StoreError> {
        self.next(|value| as_int(value).and_then(|it| u64::try_from(it).ok()))
    }

    pub(in crate::store) fn optional_count(&mut self) -> Result<Option<u64>, StoreError> {
        self.next(|value| optional(value, |it| as_int(it).and_then(|it| u64::try_from(it).ok())))
    }

    pub(in crate::store) fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.int().map(Timestamp::from_millis)
    }

    pub(in crate::store) fn optional_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let millis = self.next(|value| optional(value, as_int))?;
        Ok(millis.map(Timestamp::from_millis))
    }

    pub(in crate::store) fn text(&mut self) -> Result<String, StoreError> {
        self.next(as_text)
    }

    pub(in crate::store) fn optional_text(&mut self) -> Result<Option<String>, StoreError> {
        self.next(|value| optional(value, as_text))
    }

    pub(in crate::store) fn blob(&mut self) -> Result<Vec<u8>, StoreError> {
        self.next(as_blob)
    }

    pub(in crate::store) fn optional_blob(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.next(|value| optional(value, as_blob))
    }
}

fn as_int(value: Value) -> Option<i64> {
    match value {
        Value::Int(it) => Some(it),
        Value::Null | Value::Text(_) | Value::Blob(_) => None,
    }
}

fn as_text(value: Value) -> Option<String> {
    match value {
        Value::Text(it) => Some(it),
        Value::Null | Value::Int(_) | Value::Blob(_) => None,
    }
}

fn as_blob(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::Blob(it) => Some(it),
        Value::Null | Value::Int(_) | Value::Text(_) => None,
    }
}

fn optional<T>(value: Value, read: impl FnOnce(Value) -> Option<T>) -> Option<Option<T>> {
    match value {
        Value::Null => Some(None),
        value => read(value).map(Some),
    }
}
