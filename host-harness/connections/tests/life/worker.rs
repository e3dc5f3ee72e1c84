//! A worker as a process of its own: this test binary, started again by a test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use credential_connections::record::{Fingerprint, Name, Timestamp};
use credential_connections::service::Clock as _;

use crate::clock::TestClock;
use crate::stage::{World, builder, open_store, tenant};

/// What every line that a worker says begins with, so that the test harness's own are told apart.
const SAYS: &str = "worker:";

/// The order to begin, and to ask for tokens.
const VARIABLE: &str = "CREDENTIAL_TEST_WORKER";

/// Runs as a worker where it was started as one, and is nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own, which other tests start"]
async fn work() {
    if let Ok(order) = std::env::var(VARIABLE) {
        Order::read(&order).carry_out().await;
    }
}

/// What a worker is told.
struct Order {
    who: String,
    location: String,
    key: PathBuf,
    origin: String,
    name: String,
    now: i64,
    callers: usize,
}

impl Order {
    fn write(&self) -> String {
        let Self {
            who,
            location,
            key,
            origin,
            name,
            now,
            callers,
        } = self;
        format!(
            "{who}\n{location}\n{}\n{origin}\n{name}\n{now}\n{callers}",
            key.display()
        )
    }

    fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let [who, location, key, origin, name, now, callers] = lines[..] else {
            panic!("an order has seven lines: {text}");
        };
        Self {
            who: who.to_owned(),
            location: location.to_owned(),
            key: key.into(),
            origin: origin.to_owned(),
            name: name.to_owned(),
            now: now.parse().unwrap(),
            callers: callers.parse().unwrap(),
        }
    }

    async fn carry_out(self) {
        let store = open_store(&self.location, &self.key).await;
        let clock = TestClock::at(Timestamp::from_millis(self.now));
        let connections = builder(&store, &self.origin, &clock, &self.who).await;
        let connections = connections.build().unwrap();
        say("ready");
        let mut go = String::new();
        std::io::stdin().read_line(&mut go).unwrap();
        let name: Name = self.name.parse().unwrap();
        let callers = (0..self.callers).map(|_| {
            let (connections, name) = (connections.clone(), name.clone());
            tokio::spawn(async move { connections.access_token(tenant(), &name).await })
        });
        let callers: Vec<_> = callers.collect();
        say("calling");
        for caller in callers {
            match caller.await.unwrap() {
                Ok(token) => say(&format!("token {}", Fingerprint::of(token.secret()))),
                Err(error) => say(&format!("error {error:?}")),
            }
        }
    }
}

fn say(what: &str) {
    println!("\n{SAYS}{what}");
}

/// A worker that was started.
pub struct Worker {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts one that will ask for the token of this credential so many times at once.
    pub fn start(world: &World, who: &str, name: &Name, callers: usize) -> Self {
        let order = Order {
            who: who.to_owned(),
            location: world.location.clone(),
            key: world.key(),
            origin: world.mock.origin(),
            name: name.to_string(),
            now: world.clock.now().as_millis(),
            callers,
        };
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "worker::work", "--nocapture"])
            .env(VARIABLE, order.write())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// Waits until it says this.
    pub fn wait_for(&mut self, what: &str) {
        assert_eq!(self.says(), what);
    }

    /// What it says next.
    pub fn says(&mut self) -> String {
        self.next_line().unwrap()
    }

    /// Lets it ask.
    pub fn go(&mut self) {
        writeln!(self.input, "go").unwrap();
        self.input.flush().unwrap();
    }

    /// Everything that it still says, to its end.
    pub fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.next_line()).collect()
    }

    /// Kills it, which it does not notice.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn next_line(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap() > 0 {
            if let Some(said) = line.trim_end().strip_prefix(SAYS) {
                return Some(said.to_owned());
            }
            line.clear();
        }
        None
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
