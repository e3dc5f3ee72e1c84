//! What a person has to agree to before it happens.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use credential_runtime::Actor;

use crate::exit::Exit;
use crate::output::talk;
use crate::report::Report;
use crate::text::Page;

/// Says what would happen and asks whether it shall, unless that was said with `--yes`. Without a
/// terminal there is nobody to ask.
pub(crate) fn confirm(what: &Page, yes: bool) -> Result<(), Report> {
    talk(what);
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Report::new(
            Exit::Refused,
            "this has to be confirmed, and there is no terminal to ask at; nothing was done",
        )
        .hint("if it shall be done, say so with --yes")
        .actor(Actor::User));
    }
    if agreed(&ask()?) {
        return Ok(());
    }
    Err(Report::new(Exit::Refused, "not confirmed; nothing was done").actor(Actor::User))
}

fn ask() -> io::Result<String> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(b"Go on? [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer)
}

/// Only a clear yes is one.
fn agreed(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::yes("y\n", true)]
    #[case::in_full("Yes\n", true)]
    #[case::no("n\n", false)]
    #[case::nothing_typed("\n", false)]
    #[case::end_of_input("", false)]
    #[case::something_else("yellow\n", false)]
    fn only_a_clear_yes_is_one(#[case] answer: &str, #[case] expected: bool) {
        assert_eq!(agreed(answer), expected);
    }
}
