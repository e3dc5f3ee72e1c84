//! Reads a component's binary once, from the first byte to the last: what it is, what it imports and exports,
//! and what it is made of.
//!
//! Nothing here is validated: what is out of place is left to the validator, which says it better.

use std::collections::BTreeSet;

use wasmparser::{BinaryReaderError, Parser};

use super::census::{Census, Excess, Measure};
use super::kind::{self, FileKind, Unsupported};
use super::types::TypeError;
use super::walk::Walk;
use crate::component_info::Export;
use crate::error::LoadError;
use crate::limits::Limits;

/// What a component's binary says of it.
#[derive(Default)]
pub(crate) struct Scan {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<Export>,
    /// Imports and exports that are named canonically (`a:b/c@0.2`), without their full version.
    pub(crate) canonical_names: Vec<String>,
    pub(crate) unsupported: BTreeSet<Unsupported>,
    pub(crate) census: Census,
}

impl Scan {
    /// Reads a file that may be a component.
    pub(crate) fn of(bytes: &[u8], limits: &Limits) -> Result<Self, LoadError> {
        kind::check_beginning(bytes)?;
        let mut walk = Walk::new(bytes, limits);
        for payload in Parser::new(0).parse_all(bytes) {
            let step = payload.map_err(ScanError::from);
            step.and_then(|it| walk.step(it))
                .map_err(|error| error.of(bytes, limits))?;
        }
        Ok(walk.scan)
    }

    /// Holds it against the bounds.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), LoadError> {
        if let Some(unsupported) = self.unsupported.first() {
            return Err(LoadError::Unsupported(*unsupported));
        }
        let excesses = self.census.excesses(limits);
        if excesses.is_empty() {
            return Ok(());
        }
        Err(LoadError::OverLimits(excesses))
    }
}

/// Why a scan ends early.
pub(super) enum ScanError {
    Binary(BinaryReaderError),
    Malformed(&'static str),
    /// More items than allowed: it is not read on.
    Items(u64),
}

impl From<BinaryReaderError> for ScanError {
    fn from(error: BinaryReaderError) -> Self {
        Self::Binary(error)
    }
}

impl From<TypeError> for ScanError {
    fn from(error: TypeError) -> Self {
        match error {
            TypeError::Binary(error) => Self::Binary(error),
            TypeError::Malformed(what) => Self::Malformed(what),
            TypeError::TooDeep => Self::Malformed("its types are nested too deeply"),
        }
    }
}

impl ScanError {
    fn of(self, bytes: &[u8], limits: &Limits) -> LoadError {
        match self {
            Self::Binary(_) if kind::is_truncated(bytes) => {
                LoadError::NotAComponent(FileKind::Truncated)
            }
            Self::Binary(error) => LoadError::Invalid(crate::error::one_line(&error.to_string())),
            Self::Malformed(what) => LoadError::Invalid(what.to_owned()),
            Self::Items(found) => LoadError::OverLimits(vec![Excess {
                measure: Measure::Items,
                found,
                limit: limits.component.items,
            }]),
        }
    }
}
