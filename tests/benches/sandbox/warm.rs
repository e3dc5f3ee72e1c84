//! An instance that is kept, which the runtime never does: to see what a call alone costs.

use wasmtime::component::{Component, Func, Linker, Val};
use wasmtime::{Config, Engine, Store};

pub struct Instance {
    store: Store<()>,
    validate: Func,
}

impl Instance {
    pub fn new() -> Self {
        let mut config = Config::new();
        config.concurrency_support(false);
        let engine = Engine::new(&config).unwrap();
        let component = Component::from_binary(&engine, intacct_component::COMPONENT).unwrap();
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let interface = "connector:credential/credential@0.1.0";
        let interface = instance
            .get_export_index(&mut store, None, interface)
            .unwrap();
        let validate = instance
            .get_export_index(&mut store, Some(&interface), "validate")
            .unwrap();
        let validate = instance.get_func(&mut store, validate).unwrap();
        Self { store, validate }
    }

    pub fn validate_nothing(&mut self) -> Val {
        let mut problems = [Val::Bool(false)];
        self.validate
            .call(&mut self.store, &[Val::List(Vec::new())], &mut problems)
            .unwrap();
        let [problems] = problems;
        problems
    }
}
