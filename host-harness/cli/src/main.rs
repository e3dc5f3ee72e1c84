//! The `harness` command; everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    harness_cli::main()
}
