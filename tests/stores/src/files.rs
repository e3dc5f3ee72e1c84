//! What a database has written.

use std::path::{Path, PathBuf};

/// Every file below a folder, with what is in it. A server may delete a file meanwhile; such a file
/// has nothing to tell.
#[must_use]
pub fn read_all(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(read_all(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            files.push((path, bytes));
        }
    }
    files
}
