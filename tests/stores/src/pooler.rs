//! PgBouncer in front of a server: on a free port of the loopback address, stopped when the process that
//! started it ends, however it ends.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::program::as_nobody;
use crate::server::{Server, free_port};

/// Debian's package and its program.
const PACKAGE: &str = "pgbouncer";
const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// Where a port was taken by someone else between choosing and using it.
const ATTEMPTS: u32 = 5;

/// A pooler that runs. Its folder goes with the server's.
pub struct Pooler {
    port: u16,
    /// Ends when its standard input does, which is when this process does; then it stops the pooler.
    _watchdog: Child,
}

impl Pooler {
    /// Starts one in this mode (`session`, `transaction`, `statement`), with so many connections to the
    /// server.
    pub fn start(server: &Server, mode: &str, connections: u32) -> Self {
        assert!(
            Path::new(PROGRAM).exists(),
            "PgBouncer is not at {PROGRAM}; `apt-get install {PACKAGE}`"
        );
        for _ in 0..ATTEMPTS {
            let port = free_port();
            let file = configure(server, mode, connections, port);
            let mut watchdog = watch(&file);
            if is_up(&mut watchdog) {
                return Self {
                    port,
                    _watchdog: watchdog,
                };
            }
        }
        panic!("PgBouncer did not start");
    }

    /// Where it listens, on the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database behind it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://owner@127.0.0.1:{}/{database}", self.port)
    }
}

fn configure(server: &Server, mode: &str, connections: u32, port: u16) -> PathBuf {
    let folder = server.folder();
    let (users, file) = (
        folder.join(format!("users-{port}")),
        folder.join(format!("pgbouncer-{port}.ini")),
    );
    std::fs::write(&users, "\"owner\" \"\"\n").unwrap();
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\n\
         admin_users = owner\npool_mode = {mode}\ndefault_pool_size = {connections}\n\
         max_client_conn = 500\n",
        server.port(),
        users.display(),
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn watch(file: &Path) -> Child {
    let script = "exec 3<&0; \"$1\" \"$2\" 2>&1 </dev/null & exec >/dev/null; cat <&3 >/dev/null; \
                  kill $!; wait";
    as_nobody("sh")
        .args(["-c", script, "watchdog", PROGRAM])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// It says so in its log, and goes on saying things, which nobody reads.
fn is_up(watchdog: &mut Child) -> bool {
    let mut log = BufReader::new(watchdog.stdout.take().unwrap()).lines();
    let up = log.any(|line| line.is_ok_and(|it| it.contains("process up")));
    std::thread::spawn(move || log.for_each(drop));
    up
}
