//! All that is said, by where it was said.

use std::backtrace::Backtrace;
use std::fmt::Debug;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use credential_connections::service::Error;
use test_stores::{Server, execute, read_all};
use tracing_subscriber::filter::LevelFilter;

use super::CONTROL;
use crate::log::Buffer;
use crate::stage::World;

/// Libraries that speak through the crate `log`.
impl log::Log for Buffer {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.clone(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// Everything that was said in this process, and what it left.
pub struct Heard {
    traced: Buffer,
    logged: Buffer,
    panicked: Buffer,
    printed: Buffer,
    processes: Buffer,
    files: Mutex<Vec<(String, Vec<u8>)>>,
    /// Where this process's own output goes.
    output: PathBuf,
}

impl Heard {
    /// Listens to every thread from now on.
    pub fn begin(output: &Path) -> Self {
        let heard = Self {
            traced: Buffer::default(),
            logged: Buffer::default(),
            panicked: Buffer::default(),
            printed: Buffer::default(),
            processes: Buffer::default(),
            files: Mutex::default(),
            output: output.to_owned(),
        };
        heard.listen();
        heard
    }

    fn listen(&self) {
        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
        subscriber.with_writer(self.traced.clone()).init();
        log::set_boxed_logger(Box::new(self.logged.clone())).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        let (panicked, usual) = (self.panicked.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            writeln!(panicked.clone(), "{panic}\n{}", Backtrace::force_capture()).unwrap();
            usual(panic);
        }));
    }

    pub fn print(&self, value: impl Debug) {
        writeln!(self.printed.clone(), "{value:?} {value:#?}").unwrap();
    }

    pub fn error(&self, error: &Error) {
        self.print(error);
        writeln!(self.printed.clone(), "{error}").unwrap();
    }

    /// What anybody on the machine may see of a process, or its own user.
    pub fn process(&self, id: u32) {
        for file in ["cmdline", "environ", "comm", "status"] {
            let bytes = std::fs::read(format!("/proc/{id}/{file}")).unwrap();
            self.processes.clone().write_all(&bytes).unwrap();
        }
    }

    /// Says the control from wherever this process can say something.
    pub async fn say_control(&self) {
        let blocking = tokio::task::spawn_blocking(|| {
            tracing::trace!("{CONTROL}");
            log::trace!("{CONTROL}");
            eprintln!("{CONTROL}");
        });
        blocking.await.unwrap();
        let panicking = tokio::spawn(async { panic!("{CONTROL}") });
        self.print(panicking.await.unwrap_err());
    }

    /// Keeps what the database has written, and what this process has.
    pub async fn keep_files(&self, world: &World) {
        let folder = match Path::new(&world.location).parent() {
            Some(folder) if !world.location.starts_with("postgres://") => {
                let beside = rusqlite::Connection::open(&world.location).unwrap();
                let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
                beside.query_row(checkpoint, (), |_| Ok(())).unwrap();
                folder.to_owned()
            }
            _ => {
                execute(&world.location, "CHECKPOINT").await;
                Server::shared().folder().to_owned()
            }
        };
        let found = read_all(&folder).into_iter();
        let kept = found.filter(|(path, _)| *path != world.key());
        let named = kept.map(|(path, bytes)| (path.display().to_string(), bytes));
        *self.files.lock().unwrap() = named.collect();
    }

    /// What was said, place by place.
    pub fn all(&self) -> Vec<(String, Vec<u8>)> {
        let places = [
            ("traces", &self.traced),
            ("logs", &self.logged),
            ("panics", &self.panicked),
            ("prints, errors, histories and exports", &self.printed),
            ("processes", &self.processes),
        ];
        let said = places.map(|(name, medium)| (name.to_owned(), medium.bytes()));
        let stderr = std::fs::read(self.output.join("stderr")).unwrap();
        let mut all = said.to_vec();
        all.push(("stderr".to_owned(), stderr));
        all.extend(self.files.lock().unwrap().clone());
        all
    }
}
