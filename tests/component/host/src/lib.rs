//! A host of the component in Rust: it loads `component.wasm` and calls it by the types that
//! `bindgen!` makes of its WIT. Nothing is linked, for the component imports nothing.
//!
//! `tests/cases` runs the cases of every host through it: `npm run test:long -- component`.

use std::path::Path;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};

wasmtime::component::bindgen!({
    path: "../../../wit",
    world: "sagaward",
    additional_derives: [serde::Serialize, serde::Deserialize],
});

/// The component, compiled.
pub struct Host {
    engine: Engine,
    component: Component,
    linked: SagawardPre<()>,
}

/// What is kept apart: a trap, or memory exhausted, ends one instance and no other.
pub struct Instance {
    /// The memory, and all sagas, switches and limiters in it.
    pub store: Store<()>,
    /// The functions.
    pub exports: Sagaward,
}

impl Host {
    /// Compiles the component; a component that wants anything of its host is refused.
    pub fn load(file: &Path) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::from_file(&engine, file)?;
        let linked = Linker::new(&engine).instantiate_pre(&component)?;
        Ok(Self {
            linked: SagawardPre::new(linked)?,
            engine,
            component,
        })
    }

    /// What the component wants of its host.
    pub fn imports(&self) -> Vec<String> {
        let component = self.component.component_type();
        let imports = component.imports(&self.engine);
        imports.map(|(name, _)| name.to_owned()).collect()
    }

    /// A further instance: it costs its memory, and nothing is compiled.
    pub fn instance(&self) -> Result<Instance> {
        let mut store = Store::new(&self.engine, ());
        let exports = self.linked.instantiate(&mut store)?;
        Ok(Instance { store, exports })
    }
}
