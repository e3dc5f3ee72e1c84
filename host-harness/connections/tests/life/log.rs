//! What a test hears of the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What is written to it, from any thread.
#[derive(Clone, Default)]
pub struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Buffer {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The warnings of this thread.
#[derive(Clone, Default)]
pub struct Log(Buffer);

impl Log {
    /// A test's tasks all run on its own thread.
    pub fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_writer(self.0.clone())
            .with_max_level(LevelFilter::WARN)
            .with_ansi(false);
        tracing::subscriber::set_default(subscriber.finish())
    }

    /// The lines that hold this.
    pub fn lines(&self, text: &str) -> Vec<String> {
        let heard = String::from_utf8(self.0.bytes()).unwrap();
        let lines = heard.lines().filter(|line| line.contains(text));
        lines.map(str::to_owned).collect()
    }
}

/// Waits, while other tasks go on.
pub async fn until(done: impl Fn() -> bool) {
    while !done() {
        tokio::task::yield_now().await;
    }
}
