//! Loading what may be a component.

use std::sync::OnceLock;
use std::time::Duration;

use credential_runtime::{Limits, LoadError, Runtime};

/// Any bytes: the host comes back with a plugin or with why it is none, in a text of bounded length.
pub fn component(input: &[u8]) {
    static HOST: OnceLock<Host> = OnceLock::new();
    let host = HOST.get_or_init(Host::start);
    let outcome = host.tasks.block_on(host.runtime.load(input));
    match outcome {
        Ok(plugin) => assert!(!plugin.descriptor().id.is_empty()),
        Err(LoadError::TooLarge { .. }) => panic!("{} bytes are not many", input.len()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

struct Host {
    tasks: tokio::runtime::Runtime,
    runtime: Runtime,
}

impl Host {
    fn start() -> Self {
        let limits = Limits {
            cpu_time: Duration::from_millis(20),
            concurrent_calls: 2,
            ..Limits::default()
        };
        Self {
            tasks: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            runtime: Runtime::builder().limits(limits).build().unwrap(),
        }
    }
}
