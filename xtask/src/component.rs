//! The core as a WebAssembly component that imports nothing: cargo, then wasm-opt, then
//! wit-component, into `target/encoded` with its WIT beside it.

use crate::process::{cargo, output, remapped, root, run, tool};
use crate::stamp;
use crate::wasm::BRIEF;
use anyhow::{Context, Result};
use wit_component::ComponentEncoder;

const COMPILED: &str = "target/wasm32-unknown-unknown/component/sagaward.wasm";
const CORE: &str = "target/xtask/component.core.wasm";
const WIT: &str = "wit/sagaward.wit";
pub const FOLDER: &str = "target/encoded";

pub fn build() -> Result<()> {
    compile()?;
    let inputs = [
        COMPILED,
        WIT,
        "xtask/src/component.rs",
        "xtask/src/wasm.rs",
        "package-lock.json",
    ];
    stamp::fresh("component", &inputs, &[FOLDER], || {
        optimize()?;
        encode()?;
        stamp::copy(&root().join(WIT), &root().join(FOLDER).join("sagaward.wit"))
    })
}

/// In a profile of its own, so that its file and that of the JavaScript bindings do not replace
/// one another.
fn compile() -> Result<()> {
    run(cargo()
        .args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib"])
        .args(["--profile", "component", "--features", "component"])
        .args(["--target", "wasm32-unknown-unknown", "--config"])
        .arg(remapped()?))
}

fn optimize() -> Result<()> {
    output(tool("wasm-opt").arg("-Os").args(BRIEF).args([
        "--strip-debug",
        "--strip-producers",
        COMPILED,
        "-o",
        CORE,
    ]))
    .map(drop)
}

fn encode() -> Result<()> {
    let core = std::fs::read(root().join(CORE)).context("wasm-opt wrote nothing")?;
    let component = ComponentEncoder::default().module(&core)?.encode()?;
    let folder = root().join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("component.wasm"), component)?;
    Ok(())
}
