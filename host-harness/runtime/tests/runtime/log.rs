//! The operator's log, kept: what this thread says while it is held.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

pub struct Log {
    kept: Kept,
    _guard: DefaultGuard,
}

impl Log {
    /// Begins to keep what is logged, warnings and worse.
    pub fn keep() -> Self {
        Self::keep_at(Level::WARN)
    }

    /// The same from this level on.
    pub fn keep_at(level: Level) -> Self {
        let kept = Kept::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(kept.clone())
            .finish();
        Self {
            kept,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Every line so far.
    pub fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.kept.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Exactly one line, and it says this.
    #[track_caller]
    pub fn says_once(&self, expected: &str) {
        let lines = self.lines();
        assert!(
            lines.len() == 1 && lines[0].contains(expected),
            "expected {expected:?} once, got {lines:#?}"
        );
    }
}
