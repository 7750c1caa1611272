//! The core as WebAssembly: cargo, then wasm-bindgen, then wasm-opt, and the
//! JavaScript modules written from the result, all into `target/generated`.

use crate::process::{cargo, node, output, remapped, root, run, tool};
use crate::stamp;
use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

const COMPILED: &str = "target/wasm32-unknown-unknown/release/sagaward.wasm";
pub const GENERATED: &str = "target/generated";

pub fn build() -> Result<()> {
    compile()?;
    let schema = "src/definition/saga.schema.json";
    stamp::fresh(
        "wasm",
        &[
            COMPILED,
            schema,
            "xtask/constants.mjs",
            "xtask/src/wasm.rs",
            "package-lock.json",
        ],
        &[GENERATED],
        || {
            let folder = root().join(GENERATED);
            stamp::remove(&folder)?;
            std::fs::create_dir_all(&folder)?;
            bind(&folder)?;
            optimize(&folder)?;
            inline(&folder)?;
            // A constant has one source, the core; the module itself is asked for it.
            run(node().args(["xtask/constants.mjs", GENERATED, schema]))
        },
    )
}

fn compile() -> Result<()> {
    run(cargo()
        .args(["build", "--quiet", "--release", "--lib", "--features", "js"])
        .args(["--target", "wasm32-unknown-unknown", "--config"])
        .arg(remapped()?))
}

fn bind(folder: &Path) -> Result<()> {
    let pkg = root().join("target/bindgen");
    stamp::remove(&pkg)?;
    Bindgen::new()
        .input_path(root().join(COMPILED))
        .out_name("sagaward")
        .bundler(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&pkg)?;
    for (from, to) in [
        ("sagaward_bg.js", "sagaward_bg.js"),
        ("sagaward.d.ts", "sagaward_bg.d.ts"),
    ] {
        stamp::copy(&pkg.join(from), &folder.join(to))?;
    }
    Ok(())
}

fn optimize(folder: &Path) -> Result<()> {
    output(
        tool("wasm-opt")
            .args(["-Os", "target/bindgen/sagaward_bg.wasm", "-o"])
            .arg(folder.join("sagaward.wasm")),
    )
    .map(drop)
}

fn inline(folder: &Path) -> Result<()> {
    let bytes = std::fs::read(folder.join("sagaward.wasm")).context("wasm-opt wrote nothing")?;
    let text = BASE64_STANDARD.encode(bytes);
    std::fs::write(
        folder.join("inlined.js"),
        format!("export const base64 = '{text}';\n"),
    )?;
    std::fs::write(
        folder.join("inlined.d.ts"),
        "export declare const base64: string;\n",
    )?;
    Ok(())
}
