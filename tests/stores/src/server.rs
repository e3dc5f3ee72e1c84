//! A PostgreSQL server for tests: in a folder of its own, on a free port of the loopback address,
//! stopped and deleted when the process that started it ends, however it ends.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use crate::disk::{SmallDisk, on_small_disk};
use crate::program::{NOBODY, PACKAGE, PROGRAMS, anywhere, as_nobody, run, words_of_nobody};

/// A file system in memory, where there is one: a new database writes megabytes, and nobody cuts the
/// power here.
const MEMORY: &str = "/dev/shm";

/// What a run of all tests fills at most, in bytes, with much to spare.
const ROOM: u64 = 4 << 30;

/// Where a port was taken by someone else between choosing and using it.
const ATTEMPTS: u32 = 5;

/// What a server's disks are like.
#[derive(Clone, Copy)]
enum Disk {
    Usual,
    /// One of so many bytes besides the usual one.
    SmallBeside(u64),
    /// One of so many bytes that holds the write-ahead log.
    SmallForLog(u64),
}

/// A server that runs.
pub struct Server {
    folder: PathBuf,
    port: u16,
    databases: AtomicU32,
    log_disk: Option<SmallDisk>,
    /// Ends when its standard input does, which is when this process does; then it stops the server
    /// and deletes the folder.
    _watchdog: Child,
}

impl Server {
    /// The one that all tests share that do not stop it.
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Mutex<Option<Arc<Server>>>> = LazyLock::new(Mutex::default);
        let mut shared = SHARED.lock().unwrap();
        Arc::clone(shared.get_or_insert_with(|| Arc::new(Server::start(&[]))))
    }

    /// Starts one with these settings besides the usual ones.
    pub fn start(settings: &[&str]) -> Self {
        Self::start_with(settings, Disk::Usual)
    }

    /// Starts one that has a disk of so many bytes besides its usual one, where
    /// [`Server::new_database_on_small_disk`] puts databases. Only where
    /// [`disk::may_mount`](crate::disk::may_mount). To be stopped no more than once.
    pub fn start_with_small_disk(bytes: u64) -> Self {
        Self::start_with(&[], Disk::SmallBeside(bytes))
    }

    /// Starts one whose write-ahead log has a disk of its own of so many bytes, in segments of a
    /// megabyte. Only where [`disk::may_mount`](crate::disk::may_mount).
    pub fn start_with_small_log(bytes: u64) -> Self {
        Self::start_with(&[], Disk::SmallForLog(bytes))
    }

    /// Starts a hot standby: a copy of this server that takes no writes until it is promoted.
    pub fn start_standby(&self) -> Self {
        let folder = make_folder();
        let watchdog = watch(&folder);
        let (port, data) = (self.port.to_string(), data(&folder));
        let source = ["-h", "127.0.0.1", "-p", &port, "-U", "owner"];
        run(
            "pg_basebackup",
            &[&source[..], &["-R", "-c", "fast", "-D", &data]].concat(),
        );
        Self::run_at(folder, Disk::Usual, None, watchdog)
    }

    fn start_with(settings: &[&str], disk: Disk) -> Self {
        assert!(
            Path::new(PROGRAMS).join("postgres").exists(),
            "PostgreSQL's programs are not in {PROGRAMS}; `apt-get install {PACKAGE}`"
        );
        let folder = make_folder();
        let watchdog = watch(&folder);
        run(
            "initdb",
            &[
                "-D",
                &data(&folder),
                "-U",
                "owner",
                "-E",
                "UTF8",
                "--locale=C",
                "--wal-segsize",
                if matches!(disk, Disk::SmallForLog(_)) {
                    "1"
                } else {
                    "16"
                },
                "-N",
            ],
        );
        std::fs::write(
            folder.join("data/postgresql.auto.conf"),
            format!(
                "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\n\
                 max_connections = 300\n{}\n",
                folder.display(),
                settings.join("\n")
            ),
        )
        .unwrap();
        let log_disk = match disk {
            Disk::SmallForLog(bytes) => Some(move_log(&folder, bytes)),
            _ => None,
        };
        Self::run_at(folder, disk, log_disk, watchdog)
    }

    fn run_at(folder: PathBuf, disk: Disk, log_disk: Option<SmallDisk>, watchdog: Child) -> Self {
        let port = (0..ATTEMPTS)
            .map(|_| free_port())
            .find(|port| try_start(starter(&folder, disk, log_disk.as_ref()), &folder, *port))
            .unwrap_or_else(|| panic!("{}", log(&folder)));
        Self {
            folder,
            port,
            databases: AtomicU32::new(0),
            log_disk,
            _watchdog: watchdog,
        }
    }

    /// Ends all connections and stops.
    pub fn stop(&self) {
        run(
            "pg_ctl",
            &["stop", "-w", "-m", "fast", "-D", &data(&self.folder)],
        );
    }

    /// Starts again where it was.
    pub fn start_again(&self) {
        let starter = starter(&self.folder, Disk::Usual, self.log_disk.as_ref());
        let started = try_start(starter, &self.folder, self.port);
        assert!(started, "{}", log(&self.folder));
    }

    /// Stops at once, if it has not already, and starts again where it was.
    pub fn recover(&self) {
        let mut stop = as_nobody(&format!("{PROGRAMS}/pg_ctl"));
        stop.args(["stop", "-w", "-m", "immediate", "-D", &data(&self.folder)]);
        // There may be nothing to stop.
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        self.start_again();
    }

    /// The disk of its write-ahead log, where it has one of its own.
    pub fn log_disk(&self) -> Option<PathBuf> {
        self.log_disk.as_ref().map(SmallDisk::folder)
    }

    /// Where it keeps everything, its log included.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it listens, on the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes a database and gives its URL.
    pub async fn new_database(&self) -> String {
        self.make_database("").await
    }

    /// Makes a database on the small disk, which holds some eight megabytes when it is new.
    pub async fn new_database_on_small_disk(&self) -> String {
        let folder = small(&self.folder).display().to_string();
        let sql = format!("CREATE TABLESPACE small LOCATION '{folder}'");
        execute(&self.url("postgres"), &sql).await;
        self.make_database(" TABLESPACE small").await
    }

    async fn make_database(&self, options: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let sql = format!("CREATE DATABASE {name}{options}");
        execute(&self.url("postgres"), &sql).await;
        self.url(&name)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://owner@127.0.0.1:{}/{database}", self.port)
    }
}

/// Runs SQL on a connection of its own.
pub async fn execute(url: &str, sql: &str) {
    let client = connect(url).await;
    client
        .batch_execute(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// A connection of its own.
pub async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

fn make_folder() -> PathBuf {
    let mut builder = tempfile::Builder::new();
    builder.prefix("credential-postgres-");
    let folder = match has_room(MEMORY) {
        true => builder.tempdir_in(MEMORY),
        false => builder.tempdir(),
    };
    let folder = folder.unwrap().keep();
    std::fs::create_dir(small(&folder)).unwrap();
    if rustix::process::geteuid().is_root() {
        for path in [&folder, &small(&folder)] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    folder
}

/// Where the small disk is, in the server's eyes.
fn small(folder: &Path) -> PathBuf {
    folder.join("small")
}

fn has_room(folder: &str) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|it| it.f_bavail * it.f_frsize > ROOM)
}

fn data(folder: &Path) -> String {
    folder.join("data").display().to_string()
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// What a server is started with, where it sees its disks.
fn starter(folder: &Path, disk: Disk, log_disk: Option<&SmallDisk>) -> Command {
    let words = words_of_nobody(&format!("{PROGRAMS}/pg_ctl"));
    let mut command = match (disk, log_disk) {
        (_, Some(log)) => log.command(),
        (Disk::SmallBeside(bytes), None) => on_small_disk(&small(folder), bytes),
        _ => return as_nobody(&format!("{PROGRAMS}/pg_ctl")),
    };
    command.args(words);
    anywhere(command)
}

/// Puts the write-ahead log on a disk of its own.
fn move_log(folder: &Path, bytes: u64) -> SmallDisk {
    let disk = SmallDisk::new(&small(folder), bytes);
    let script = "cp -a \"$1/data/pg_wal/.\" \"$1/small\" && rm -r \"$1/data/pg_wal\" \
                  && ln -s \"$1/small\" \"$1/data/pg_wal\"";
    let mut command = disk.command();
    command
        .args(words_of_nobody("sh"))
        .args(["-c", script, "move"]);
    let moved = anywhere(command).arg(folder).status().unwrap();
    assert!(moved.success(), "the write-ahead log was not moved");
    disk
}

fn try_start(mut command: Command, folder: &Path, port: u16) -> bool {
    command
        .args(["start", "-w", "-s", "-D", &data(folder)])
        .args(["-o", &format!("-p {port}"), "-l"])
        .arg(folder.join("log"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
}

fn watch(folder: &Path) -> Child {
    let script = "cat >/dev/null; \"$1/pg_ctl\" stop -w -m immediate -D \"$2/data\"; rm -rf \"$2\"";
    as_nobody("sh")
        .args(["-c", script, "watchdog", PROGRAMS])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
