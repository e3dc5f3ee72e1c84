//! A worker as a process of its own: this test binary, started again by a test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use credential_connections::record::{Fingerprint, Name, Timestamp};
use credential_connections::service::{Clock as _, Connections};
use credential_connections::store::Store;

use crate::clock::TestClock;
use crate::relay;
use crate::stage::{World, builder, open_store, tenant};
use crate::steps::{End, SteppingClock, SteppingZeros, Steps};
use crate::wrapped_store::WrappedStore;

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
    /// At which step it is killed: a number, `none`, or `no steps`.
    steps: String,
}

/// Where the steps of a worker do not matter.
const NO_STEPS: &str = "no steps";

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
            steps,
        } = self;
        format!(
            "{who}\n{location}\n{}\n{origin}\n{name}\n{now}\n{callers}\n{steps}",
            key.display()
        )
    }

    fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let [who, location, key, origin, name, now, callers, steps] = lines[..] else {
            panic!("an order has eight lines: {text}");
        };
        Self {
            who: who.to_owned(),
            location: location.to_owned(),
            key: key.into(),
            origin: origin.to_owned(),
            name: name.to_owned(),
            now: now.parse().unwrap(),
            callers: callers.parse().unwrap(),
            steps: steps.to_owned(),
        }
    }

    async fn carry_out(self) {
        let steps = Steps::new(self.end(), |step| say(&format!("step {step}")));
        let connections = match self.steps.as_str() {
            NO_STEPS => self.connections().await,
            _ => self.stepping_connections(&steps).await,
        };
        say("ready");
        let mut go = String::new();
        std::io::stdin().read_line(&mut go).unwrap();
        steps.begin();
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

    fn end(&self) -> End {
        self.steps.parse().map_or(End::None, End::Killed)
    }

    fn clock(&self) -> TestClock {
        TestClock::at(Timestamp::from_millis(self.now))
    }

    async fn connections(&self) -> Connections {
        let store = open_store(&self.location, &self.key).await;
        let builder = builder(&store, &self.origin, &self.clock(), &self.who).await;
        builder.build().unwrap()
    }

    async fn stepping_connections(&self, steps: &Arc<Steps>) -> Connections {
        let store: Arc<dyn Store> = Arc::new(WrappedStore {
            store: open_store(&self.location, &self.key).await,
            around: Arc::<Steps>::clone(steps),
        });
        let origin = relay::start(&self.origin, steps).await;
        let clock = SteppingClock {
            clock: self.clock(),
            steps: Arc::clone(steps),
        };
        let builder = builder(&store, &origin, &clock.clock, &self.who).await;
        let builder = builder
            .clock(clock)
            .randomness(SteppingZeros(Arc::clone(steps)));
        builder.build().unwrap()
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
        Self::start_with(world, who, name, callers, NO_STEPS.to_owned())
    }

    /// Starts one that will ask for the token once, tells every step, and kills itself at one.
    pub fn start_stepping(world: &World, name: &Name, killed_at: Option<usize>) -> Self {
        let steps = killed_at.map_or("none".to_owned(), |it| it.to_string());
        Self::start_with(world, "stepping", name, 1, steps)
    }

    fn start_with(world: &World, who: &str, name: &Name, callers: usize, steps: String) -> Self {
        let order = Order {
            who: who.to_owned(),
            location: world.location.clone(),
            key: world.key(),
            origin: world.mock.origin(),
            name: name.to_string(),
            now: world.clock.now().as_millis(),
            callers,
            steps,
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

    /// Which process it is.
    pub fn id(&self) -> u32 {
        self.process.id()
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
