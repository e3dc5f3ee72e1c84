//! The steps of a renewal: the instants at which a worker hands something over or takes something
//! in. Each can be the last.
//!
//! Nothing in the library knows of them. A worker's store, clock, randomness and network are
//! wrapped, so a step that is added to the library is one here without anybody thinking of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use credential_connections::record::Timestamp;
use credential_connections::service::Clock;
use credential_runtime::Randomness;
use rustix::process::{Signal, getpid, kill_process};

use crate::clock::TestClock;
use crate::stage::Zeros;

/// What comes of reaching a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing.
    None,
    /// The process is killed at the step of that number, counted from 1.
    Killed(usize),
    /// Whoever reaches the step of that number panics.
    Panic(usize),
}

/// Counts the steps that are reached, and makes one of them the last.
pub struct Steps {
    begun: AtomicBool,
    reached: AtomicUsize,
    end: End,
    told: Box<dyn Fn(&str) + Send + Sync>,
}

impl Steps {
    /// Tells of each step that is reached, before it may be the last.
    pub fn new(end: End, told: impl Fn(&str) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            begun: AtomicBool::new(false),
            reached: AtomicUsize::new(0),
            end,
            told: Box::new(told),
        })
    }

    /// From now on they count.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::SeqCst);
    }

    pub fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }

    pub fn reach(&self, step: &str) {
        if !self.begun.load(Ordering::SeqCst) {
            return;
        }
        (self.told)(step);
        let number = self.reached.fetch_add(1, Ordering::SeqCst) + 1;
        match self.end {
            End::Killed(at) if at == number => die(),
            End::Panic(at) if at == number => panic!("it panics on purpose: {step}"),
            End::None | End::Killed(_) | End::Panic(_) => {}
        }
    }
}

/// Nothing is tidied up, and nobody is told.
fn die() -> ! {
    kill_process(getpid(), Signal::KILL).unwrap();
    loop {
        std::thread::park();
    }
}

/// Reading it is a step.
#[derive(Clone)]
pub struct SteppingClock {
    pub clock: TestClock,
    pub steps: Arc<Steps>,
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        self.steps.reach("the clock is read");
        self.clock.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.clock.sleep(duration)
    }
}

/// Drawing from it is a step.
pub struct SteppingZeros(pub Arc<Steps>);

impl Randomness for SteppingZeros {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.reach("randomness is drawn");
        Zeros.fill(buffer);
    }
}
