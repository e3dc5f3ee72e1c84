//! One call: a fresh instance, within its bounds, and no trace of it afterwards.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use tokio::time::Instant;
use wasmtime::{Engine, Store, Trap, UpdateDeadline, WasmBacktrace};

use crate::bindings::{CredentialPlugin, CredentialPluginPre};
use crate::error::{CallFailure, Cause};
use crate::limits::{Limit, Limits};
use crate::outlet::Outlet;
use crate::slots::{Caller, Lane, Slots};
use crate::state::CallState;
use crate::witness::Recorder;

/// A call in progress.
pub(crate) type Calling<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

/// Where calls are made.
pub(crate) struct Sandbox {
    pub(crate) engine: Engine,
    pub(crate) limits: Limits,
    pub(crate) slots: Slots,
    pub(crate) recorder: Option<Arc<Recorder>>,
}

impl Sandbox {
    /// Calls one export of a fresh instance, whose way out is `outlet`.
    pub(crate) async fn call<T: Debug>(
        &self,
        plugin: &CredentialPluginPre<CallState>,
        (export, caller): (&'static str, &Caller),
        outlet: &Arc<Outlet>,
        call: impl for<'a> FnOnce(&'a CredentialPlugin, &'a mut Store<CallState>) -> Calling<'a, T>
        + Send,
    ) -> Result<T, CallFailure> {
        let state = CallState::new(&self.limits, Arc::clone(outlet));
        let turn = (export, outlet.lane(), caller);
        let outcome = self.call_within(plugin, turn, state, call).await;
        outcome.map_err(|error| {
            let cause = cause(&error);
            if let (Cause::Trap(_), Some(functions)) = (&cause, functions(&error)) {
                tracing::info!(export, %functions, "where the plugin crashed, the innermost function first");
            }
            let request_sent = outlet.has_sent();
            let failure = CallFailure {
                export,
                cause,
                request_sent,
            };
            tracing::warn!(%failure, "a plugin's call failed");
            failure
        })
    }

    async fn call_within<T: Debug>(
        &self,
        plugin: &CredentialPluginPre<CallState>,
        (export, lane, caller): (&'static str, Lane, &Caller),
        state: CallState,
        call: impl for<'a> FnOnce(&'a CredentialPlugin, &'a mut Store<CallState>) -> Calling<'a, T>,
    ) -> wasmtime::Result<T> {
        let deadline = Instant::now() + self.limits.call_deadline;
        let turn = async {
            let slot = self.slots.take(lane, caller).await?;
            let recording = match &self.recorder {
                Some(recorder) => Some(recorder.begin().await),
                None => None,
            };
            Ok((slot, recording))
        };
        let _turn = before(deadline, Limit::ConcurrentCalls, turn).await?;
        let mut store = self.store(state);
        let outcome = before(deadline, Limit::CallDeadline, async {
            let instance = plugin.instantiate_async(&mut store).await?;
            call(&instance, &mut store).await
        })
        .await;
        // A call that was cut short has a memory too.
        if let Some(recorder) = &self.recorder {
            recorder.testify(export, &format!("{outcome:?}"));
        }
        outcome
    }

    fn store(&self, state: CallState) -> Store<CallState> {
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| state);
        store.set_hostcall_fuel(self.limits.hostcall_bytes);
        store.set_max_component_handles(self.limits.handles);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| {
            store.data_mut().tick()?;
            Ok(UpdateDeadline::Yield(1))
        });
        store
    }
}

/// The work's outcome, or what it ran into where it took too long. The work is dropped then, and
/// with it a request that is under way.
async fn before<T>(
    deadline: Instant,
    otherwise: Limit,
    work: impl Future<Output = wasmtime::Result<T>>,
) -> wasmtime::Result<T> {
    match tokio::time::timeout_at(deadline, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(otherwise.into()),
    }
}

/// What an error of the engine means. Its own text may quote a plugin's strings and is shown only
/// where it is one of the engine's fixed sentences.
fn cause(error: &wasmtime::Error) -> Cause {
    if let Some(limit) = error.downcast_ref::<Limit>() {
        return Cause::Limit(*limit);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => Cause::Limit(Limit::Stack),
        Some(trap) => Cause::Trap(trap.to_string()),
        None => untyped(&error.root_cause().to_string()),
    }
}

/// The plugin's functions at a trap, by their names where the component has a name section, else by index. Names
/// are the component's own: shortened, and without control characters.
fn functions(error: &wasmtime::Error) -> Option<String> {
    const MOST: usize = 32;
    const LONGEST_NAME: usize = 120;
    let trace = error.downcast_ref::<WasmBacktrace>()?;
    let names = trace.frames().iter().take(MOST).map(|frame| {
        let name = frame.func_name().map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("function {}", frame.func_index()));
        let name = name.chars().filter(|it| !it.is_control());
        name.take(LONGEST_NAME).collect::<String>()
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(" < "))
}

/// The bounds for which the engine has no type, by its wording; a test holds each.
const BY_WORDING: [(&str, Limit); 3] = [
    (
        "fuel allocated for hostcalls has been exhausted",
        Limit::Hostcall,
    ),
    ("store handle limit exceeded", Limit::Handles),
    ("resource limit exceeded", Limit::Parts),
];

fn untyped(said: &str) -> Cause {
    BY_WORDING
        .iter()
        .find(|(wording, _)| said.contains(wording))
        .map_or_else(
            || Cause::Contract(said.to_owned()),
            |(_, limit)| Cause::Limit(*limit),
        )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;
    use crate::{Allocation, Policy, Proof, Runtime, Settings, Witness};

    fn runtime(allocation: Allocation) -> Runtime {
        let limits = Limits {
            concurrent_calls: 1,
            call_deadline: Duration::from_secs(60),
            ..Limits::default()
        };
        let builder = Runtime::builder().limits(limits);
        let builder = match allocation {
            Allocation::Pooling => builder,
            Allocation::OnDemand => builder.witness(Arc::new(Proof::default()) as Arc<dyn Witness>),
        };
        let runtime = builder.build().unwrap();
        assert_eq!(runtime.allocation(), allocation);
        runtime
    }

    #[rstest]
    #[tokio::test(start_paused = true)]
    async fn a_call_whose_turn_does_not_come_says_so(
        #[values(Allocation::Pooling, Allocation::OnDemand)] allocation: Allocation,
    ) {
        let runtime = runtime(allocation);
        let plugin = runtime.load(test_guests::MISBEHAVING).await.unwrap();
        let policy = Arc::new(Policy::nothing());
        let operation = plugin.operation(&Settings::new(), &policy);
        let caller = Caller {
            plugin: plugin.digest(),
            tenant: None,
        };
        let slots = &plugin.0.runtime.sandbox.slots;
        let in_progress = slots.take(Lane::Offline, &caller).await.unwrap();
        let failure = operation.validate().await.unwrap_err();
        assert_eq!(failure.cause, Cause::Limit(Limit::ConcurrentCalls));
        assert!(!failure.request_sent, "{failure}");
        drop(in_progress);
        operation.validate().await.unwrap();
    }
}
