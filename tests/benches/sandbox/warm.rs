//! An instance that is kept, which the runtime never does: to see what a call alone costs.

use wasmtime::component::{Component, Func, InstancePre, Linker, Val};
use wasmtime::{Config, Engine, Store};

/// Calls of one instance. The plugin frees nothing (`plugin/src/allocator.rs`), so it is not kept for
/// ever; a fresh one for so many calls costs each next to nothing.
const CALLS: u32 = 10_000;

pub struct Instance {
    ready: InstancePre<()>,
    store: Store<()>,
    validate: Func,
    calls: u32,
}

impl Instance {
    pub fn new() -> Self {
        let mut config = Config::new();
        config.concurrency_support(false);
        let engine = Engine::new(&config).unwrap();
        let component = Component::from_binary(&engine, intacct_component::COMPONENT).unwrap();
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component).unwrap();
        let ready = linker.instantiate_pre(&component).unwrap();
        let (store, validate) = fresh(&ready);
        Self {
            ready,
            store,
            validate,
            calls: 0,
        }
    }

    pub fn validate_nothing(&mut self) -> Val {
        if self.calls == CALLS {
            (self.store, self.validate) = fresh(&self.ready);
            self.calls = 0;
        }
        self.calls += 1;
        let mut problems = [Val::Bool(false)];
        self.validate
            .call(&mut self.store, &[Val::List(Vec::new())], &mut problems)
            .unwrap();
        let [problems] = problems;
        problems
    }
}

fn fresh(ready: &InstancePre<()>) -> (Store<()>, Func) {
    let mut store = Store::new(ready.engine(), ());
    let instance = ready.instantiate(&mut store).unwrap();
    let interface = "connector:credential/credential@0.2.0";
    let interface = instance
        .get_export_index(&mut store, None, interface)
        .unwrap();
    let validate = instance
        .get_export_index(&mut store, Some(&interface), "validate")
        .unwrap();
    let validate = instance.get_func(&mut store, validate).unwrap();
    (store, validate)
}
