//! Writes the component to a file: `target/sage-intacct-rest.wasm`, or the path given.

use std::path::PathBuf;

#[expect(clippy::print_stdout, reason = "the path is the result")]
fn main() -> std::io::Result<()> {
    let default = || PathBuf::from("target").join(intacct_component::FILE_NAME);
    let path = std::env::args_os()
        .nth(1)
        .map_or_else(default, PathBuf::from);
    std::fs::write(&path, intacct_component::COMPONENT)?;
    println!("{}", path.display());
    Ok(())
}
