//! Renewals over real HTTP on loopback, through the sandbox and without it.

use std::time::{Duration, Instant};

use credential_runtime::{Grant, Secret, Sender, Settings};
use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use end_to_end::{World, web_services_user};
use intacct_core as core;
use mock_intacct::{MockIntacct, Rotation};
use tokio::runtime::Runtime;

use crate::native;

/// Pairs of rounds in the comparison: alternating, so that a machine's moods hit both alike.
const ROUNDS: usize = 30;
/// Renewals in a round.
const IN_A_ROUND: u32 = 100;

/// A platform's own loop: the same core, the same HTTP settings, no sandbox.
struct Native {
    client: reqwest::Client,
    settings: Vec<core::Setting>,
    client_secret: String,
    url: String,
}

impl Native {
    fn new(mock: &MockIntacct, settings: &Settings) -> Self {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .tcp_nodelay(true)
            .build()
            .unwrap();
        Self {
            client,
            settings: native::settings(settings),
            client_secret: mock.company().applications[0].client_secret.clone(),
            url: format!("{}/oauth2/token", mock.base_url()),
        }
    }

    async fn renew(&self, refresh: &str) {
        let request = core::token_request(&self.settings, &native::grant()).unwrap();
        let secret = |name: &str| match name {
            "client_secret" => self.client_secret.as_str(),
            _ => refresh,
        };
        let answer = self
            .client
            .post(&self.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(native::encode(&request, &secret))
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        let response = native::read(status, &answer.text().await.unwrap());
        core::parse_token_response(&self.settings, &native::grant(), &Ok(response)).unwrap();
    }
}

fn tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

struct Bench {
    world: World,
    settings: Settings,
    refresh: Secret,
    native: Native,
}

impl Bench {
    /// Rotation is off, so that one refresh token renews as often as one likes.
    async fn start() -> Self {
        let world = World::start().await;
        world
            .mock
            .change(|company| company.tokens.rotation = Rotation::Off);
        let settings = web_services_user(&world.mock.company());
        let operation = world.operation(&settings);
        let tokens = operation
            .obtain_tokens(&Grant::ClientCredentials, Sender::Host)
            .await
            .unwrap();
        let native = Native::new(&world.mock, &settings);
        Self {
            refresh: tokens.refresh.unwrap(),
            world,
            settings,
            native,
        }
    }

    async fn renew(&self, sender: Sender) {
        let operation = self.world.operation(&self.settings);
        let grant = Grant::RefreshToken(self.refresh.clone());
        operation.obtain_tokens(&grant, sender).await.unwrap();
    }

    async fn renew_natively(&self) {
        self.native.renew(self.refresh.expose()).await;
    }
}

pub fn bench(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("renewal over loopback HTTP");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    measure(&mut group, &runtime);
    group.finish();
    compare(&runtime);
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime) {
    let bench = runtime.block_on(Bench::start());
    group.bench_function("native", |it| {
        it.to_async(runtime).iter(|| bench.renew_natively());
    });
    let bench = runtime.block_on(Bench::start());
    group.bench_function("sandbox, the host sends", |it| {
        it.to_async(runtime).iter(|| bench.renew(Sender::Host));
    });
    let bench = runtime.block_on(Bench::start());
    group.bench_function("sandbox, the plugin sends", |it| {
        it.to_async(runtime).iter(|| bench.renew(Sender::Plugin));
    });
}

/// Round by round in turns, the median of each: one line for each way of sending.
fn compare(runtime: &Runtime) {
    for (name, sender) in [("host", Sender::Host), ("plugin", Sender::Plugin)] {
        let bench = runtime.block_on(Bench::start());
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let native = runtime.block_on(round(|| bench.renew_natively()));
            let sandboxed = runtime.block_on(round(|| bench.renew(sender)));
            rounds.push((native, sandboxed));
        }
        report(name, &rounds);
    }
}

async fn round<F: Future<Output = ()>>(renew: impl Fn() -> F) -> Duration {
    let start = Instant::now();
    for _ in 0..IN_A_ROUND {
        renew().await;
    }
    start.elapsed()
}

#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn report(sender: &str, rounds: &[(Duration, Duration)]) {
    let per_second = |time: Duration| f64::from(IN_A_ROUND) / time.as_secs_f64();
    let native = per_second(median(rounds.iter().map(|it| it.0)));
    let sandboxed = per_second(median(rounds.iter().map(|it| it.1)));
    println!(
        "renewals per second, in turns, the {sender} sends: native {native:.0}, sandbox \
         {sandboxed:.0}: {:+.1} %\n",
        (sandboxed / native - 1.0) * 100.0
    );
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}
