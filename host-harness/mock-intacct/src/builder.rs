//! How to start a mock.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::clock::Clock;
use crate::company::Company;
use crate::mock::{MockIntacct, Running};
use crate::randomness::Randomness;
use crate::server::{self, Shared};
use crate::world::World;

/// What to start with; each setting has a default.
#[derive(Debug)]
pub struct Builder {
    company: Company,
    clock: Clock,
    seed: Option<u64>,
    address: SocketAddr,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            company: Company::sample(),
            clock: Clock::system(),
            seed: None,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }
}

impl Builder {
    /// The company to sign in to; [`Company::sample`], where not said.
    #[must_use]
    pub fn company(mut self, company: Company) -> Self {
        self.company = company;
        self
    }

    /// The mock's time; the system's, where not said.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The same tokens in every run. Without a seed nobody can guess them.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Where to listen; a free port of 127.0.0.1, where not said.
    #[must_use]
    pub fn listen_on(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Starts it on this runtime.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn start(self) -> std::io::Result<MockIntacct> {
        let listener = TcpListener::bind(self.address)?;
        self.start_with(listener).await
    }

    /// Starts it on this runtime, on a listener that is bound already.
    ///
    /// # Errors
    /// Where the listener cannot be used.
    // Async although nothing is awaited: it needs a runtime, and says so by its kind.
    pub async fn start_with(self, listener: TcpListener) -> std::io::Result<MockIntacct> {
        let address = listener.local_addr()?;
        let listener = server::ready(listener)?;
        let shared = self.shared(address);
        let task = tokio::spawn(server::serve(listener, shared.clone()));
        Ok(MockIntacct::new(shared, address, Running::Task(task)))
    }

    /// Starts it on a thread of its own, for callers without a runtime or that block theirs.
    ///
    /// # Errors
    /// Where the address cannot be listened on, or there is no thread to be had.
    pub fn start_on_own_thread(self) -> std::io::Result<MockIntacct> {
        let listener = TcpListener::bind(self.address)?;
        let address = listener.local_addr()?;
        let shared = self.shared(address);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            server::ready(listener)?
        };
        let serving = shared.clone();
        let run = move || runtime.block_on(server::serve(listener, serving));
        let thread = std::thread::Builder::new()
            .name("mock-intacct".to_owned())
            .spawn(run)?;
        Ok(MockIntacct::new(shared, address, Running::Thread(thread)))
    }

    /// Runs it until `stop` is done, for a command. `started` is called once it listens, to print its
    /// banner.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()>,
        started: impl FnOnce(&MockIntacct),
    ) -> std::io::Result<()> {
        let mock = self.start().await?;
        started(&mock);
        stop.await;
        mock.shutdown().await;
        Ok(())
    }

    fn shared(self, address: SocketAddr) -> std::sync::Arc<Shared> {
        let mut company = self.company;
        company.number_users();
        let randomness = self
            .seed
            .map_or_else(Randomness::unguessable, Randomness::seeded);
        Shared::new(World::new(
            company,
            self.clock,
            randomness,
            format!("http://{address}"),
        ))
    }
}
