//! Replays the inputs that fuzzing kept, so that a corpus is a test and no dead file.
//!
//! In scope: finding and reading `fuzz/corpus`. Not in scope: any property, which stands beside what
//! it is about.

use std::path::Path;
use std::{fs, io};

/// Holds a property against every kept input of a fuzz target, and says how many there were.
///
/// # Errors
///
/// A corpus that cannot be read.
pub fn replay(target: &str, holds: impl Fn(&[u8])) -> io::Result<usize> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut inputs = 0;
    for entry in fs::read_dir(folder.join(target))? {
        holds(&fs::read(entry?.path())?);
        inputs += 1;
    }
    Ok(inputs)
}
