//! Tracing to stderr, for whoever looks for a fault.
//!
//! Only this program's own crates are shown, at any level: what a library logs of a request is not
//! ours to vouch for, and it may hold a secret.

use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::output::talk;
use crate::proving::Log;
use crate::text::Page;

/// The crates whose events are shown.
const OURS: [&str; 3] = [
    "harness_cli",
    "credential_connections",
    "credential_runtime",
];

/// Begins to log. The level is the command line's where it asks for one, else the environment's.
/// What any crate says on any thread is `kept` besides, at every level, where that is asked for.
pub(crate) fn begin(verbose: u8, from_environment: Option<Level>, kept: Option<Log>) {
    let level = level(verbose, from_environment);
    let targets = OURS.iter().fold(Targets::new(), |targets, name| {
        targets.with_target(*name, level)
    });
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(|| Harmless)
        .with_ansi(false)
        .with_filter(targets);
    let kept = kept.map(|log| {
        tracing_subscriber::fmt::layer()
            .with_writer(log)
            .with_ansi(false)
    });
    tracing_subscriber::registry().with(layer).with(kept).init();
}

/// Stderr, for text that a plugin or a service may have had a hand in. Gets an event at a time.
struct Harmless;

impl Write for Harmless {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        talk(&Page::new().verbatim(&String::from_utf8_lossy(event)));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn level(verbose: u8, from_environment: Option<Level>) -> LevelFilter {
    match (verbose, from_environment) {
        (0, Some(level)) => LevelFilter::from_level(level),
        (0, None) => LevelFilter::WARN,
        (1, _) => LevelFilter::INFO,
        (2, _) => LevelFilter::DEBUG,
        (_, _) => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_goes_before_the_environment() {
        assert_eq!(level(0, None), LevelFilter::WARN);
        assert_eq!(level(0, Some(Level::ERROR)), LevelFilter::ERROR);
        assert_eq!(level(1, Some(Level::TRACE)), LevelFilter::INFO);
        assert_eq!(level(2, None), LevelFilter::DEBUG);
    }
}
