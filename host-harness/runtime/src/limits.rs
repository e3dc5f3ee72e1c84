//! The bounds that a call runs within: each a named number with its reason.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// How long one tick of the engine's epoch is: the grain in which CPU time is counted, and the
/// longest that a plugin computes before other tasks of the thread get their turn.
pub(crate) const EPOCH_TICK: Duration = Duration::from_millis(10);

/// The bounds that every call runs within. Change what you must with struct update syntax:
/// `Limits { memory_bytes: 32 << 20, ..Limits::default() }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the start of a call to its end, waiting for the service included. Two requests at the
    /// full HTTP deadline, and a little for the rest.
    pub call_deadline: Duration,
    /// Time that a plugin may compute in one call, in steps of 10 ms. Signing in takes well under
    /// one; this leaves room for a busy machine.
    pub cpu_time: Duration,
    /// Linear memory, over all memories of a call. A form, a request and an answer at their largest
    /// fit several times over.
    pub memory_bytes: usize,
    /// Elements in one table. A compiled plugin has a few hundred function pointers.
    pub table_elements: usize,
    /// WebAssembly stack. Rust's own default for a wasm thread is 1 MiB, of which little is used.
    pub stack_bytes: usize,
    /// Component-model handles. The contract has no resources, so none is needed; a component may
    /// have resources among its own parts.
    pub handles: usize,
    /// What a plugin may hand to the host in one go: a request, or a result such as the descriptor.
    pub hostcall_bytes: usize,
    /// The size of a component. One written in Rust or C is 50 to 200 KB; one with a JavaScript engine
    /// inside is 14 MB.
    pub component_bytes: usize,
    /// What a component may be made of.
    pub component: ComponentLimits,
    /// What compiling a component may take.
    pub compile: CompileLimits,
    /// Calls that may send, in progress at a time; more wait for their turn, until their deadline. A
    /// quarter as many again are for calls that send nothing. One plugin, and one tenant, has a quarter
    /// of each at the most, and one tenant a quarter of one plugin's share: of 128, each tenant has 8 calls
    /// of a plugin in progress. Each call takes a slot of the pool.
    pub concurrent_calls: u32,
    /// What a request to the service is bounded by.
    pub http: HttpLimits,
}

/// What a component may be made of: counted in its binary, before anything is compiled. A plugin compiled from
/// Rust stays below a tenth of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentLimits {
    /// Functions, over all core modules. Each costs some 70 µs and 6 KB to compile, however short it is.
    pub functions: u64,
    /// Bytes of code in one function: what the compiler holds in memory at a time.
    pub function_bytes: u64,
    /// Local variables of one function.
    pub function_locals: u64,
    /// Parameters and results of one function or block type. A call or a block takes two bytes and handles
    /// all of them. The component model's own calls have 17 at most.
    pub function_values: u64,
    /// Blocks within each other. Values are carried through each of them.
    pub block_depth: u64,
    /// Targets of one `br_table`. A large `match` has some hundreds.
    pub branch_targets: u64,
    /// Processor time that compiling it takes, as estimated from its code: loops times variables, places where
    /// control flow meets again, values that are passed. A plugin takes a fifth of a second; on a fast machine
    /// and with an optimized host, compiling takes a fraction of the estimate.
    pub compile_time: Duration,
    /// Types, imports, exports, aliases, globals, segments and whatever else stands in a list.
    pub items: u64,
}

/// What compiling a component may take. In a child process ([`Compiler::Child`](crate::Compiler::Child)) the
/// operating system holds it to all of them; in this process none of them holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// Processor time, over all threads, in whole seconds: some times the estimate that is allowed.
    pub cpu_time: Duration,
    /// From the start of the child to its end.
    pub deadline: Duration,
    /// Address space of the child: its own program, its threads' stacks and what the compiler allocates.
    pub memory_bytes: u64,
    /// The compiled component. Machine code is some four times as large as WebAssembly.
    pub compiled_bytes: u64,
}

/// What a request to the service is bounded by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpLimits {
    /// To a connection, TLS included.
    pub connect_timeout: Duration,
    /// From the first attempt to connect to the last byte of the answer. Token endpoints answer
    /// within seconds, but some hold a throttled request for half a minute before they refuse it. A
    /// lease that guards a renewal has to be longer than this.
    pub answer_deadline: Duration,
    /// Requests in one call. A plugin needs one or two.
    pub requests_per_call: u32,
    /// A request's body. A JWT of a few kilobytes is the largest thing in it.
    pub request_bytes: usize,
    /// An answer's body. Token responses are a few kilobytes.
    pub answer_bytes: usize,
    /// An answer's headers, in number.
    pub answer_headers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call_deadline: Duration::from_secs(125),
            cpu_time: Duration::from_millis(500),
            memory_bytes: 16 << 20,
            table_elements: 10_000,
            stack_bytes: 512 << 10,
            handles: 16,
            hostcall_bytes: 1 << 20,
            component_bytes: 1 << 20,
            component: ComponentLimits::default(),
            compile: CompileLimits::default(),
            concurrent_calls: 128,
            http: HttpLimits::default(),
        }
    }
}

impl Default for ComponentLimits {
    fn default() -> Self {
        Self {
            functions: 20_000,
            function_bytes: 256 << 10,
            function_locals: 1_000,
            function_values: 32,
            block_depth: 256,
            branch_targets: 4_096,
            compile_time: Duration::from_secs(5),
            items: 20_000,
        }
    }
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            cpu_time: Duration::from_secs(20),
            deadline: Duration::from_secs(60),
            memory_bytes: 1 << 30,
            compiled_bytes: 64 << 20,
        }
    }
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            answer_deadline: Duration::from_secs(60),
            requests_per_call: 4,
            request_bytes: 64 << 10,
            answer_bytes: 256 << 10,
            answer_headers: 64,
        }
    }
}

impl Limits {
    pub(crate) fn cpu_ticks(&self) -> u64 {
        let ticks = self.cpu_time.as_millis() / EPOCH_TICK.as_millis();
        u64::try_from(ticks).unwrap_or(u64::MAX).max(1)
    }
}

/// A bound that a call ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// [`Limits::call_deadline`].
    CallDeadline,
    /// [`Limits::cpu_time`].
    CpuTime,
    /// [`Limits::memory_bytes`].
    Memory,
    /// [`Limits::table_elements`].
    Table,
    /// [`Limits::stack_bytes`].
    Stack,
    /// [`Limits::handles`].
    Handles,
    /// Core instances, memories or tables of one component: a compiled plugin has a handful.
    Parts,
    /// [`Limits::concurrent_calls`]: none of those in progress ended in time.
    ConcurrentCalls,
    /// [`Limits::hostcall_bytes`].
    Hostcall,
    /// [`HttpLimits::requests_per_call`].
    Requests,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CallDeadline => "the deadline for a call",
            Self::CpuTime => "the CPU time for a call",
            Self::Memory => "the memory for a call",
            Self::Table => "the table size for a call",
            Self::Stack => "the stack for a call",
            Self::Handles => "the number of handles in a call",
            Self::Parts => "the number of instances, memories and tables in a component",
            Self::ConcurrentCalls => "the number of calls in progress at a time",
            Self::Hostcall => "the size of what a plugin hands to the host",
            Self::Requests => "the number of requests in a call",
        })
    }
}

impl std::error::Error for Limit {}
