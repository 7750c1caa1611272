//! The core as WebAssembly: cargo, then wasm-bindgen, then wasm-opt, and the
//! JavaScript modules written from the result, all into `target/generated`.

use crate::inlined;
use crate::process::{cargo, node, output, remapped, root, run, tool};
use crate::stamp;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
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
            "xtask/src/inlined.rs",
            "package-lock.json",
        ],
        &[GENERATED],
        || {
            let folder = root().join(GENERATED);
            stamp::remove(&folder)?;
            std::fs::create_dir_all(&folder)?;
            let bound = bind(false)?;
            for (from, to) in [
                ("sagaward_bg.js", "sagaward_bg.js"),
                ("sagaward.d.ts", "sagaward_bg.d.ts"),
            ] {
                stamp::copy(&bound.join(from), &folder.join(to))?;
            }
            optimize(&bound, &folder.join("sagaward.wasm"), &[])?;
            inline(&folder)?;
            // A constant has one source, the core; the module itself is asked for it.
            run(node().args(["xtask/constants.mjs", GENERATED, schema]))
        },
    )
}

/// Where the compiler optimizes for speed, it inlines no more than where it optimizes for size.
const INLINING: &str =
    "target.wasm32-unknown-unknown.rustflags=['-Cllvm-args=-inline-threshold=30']";

fn compile() -> Result<()> {
    run(cargo()
        .args(["build", "--quiet", "--release", "--lib", "--features", "js"])
        .args(["--target", "wasm32-unknown-unknown", "--config", INLINING])
        .arg("--config")
        .arg(remapped()?))
}

/// What is shipped, but with the names of its functions.
pub fn named() -> Result<Vec<u8>> {
    let file = root().join("target/xtask/named.wasm");
    optimize(&bind(true)?, &file, &["--debuginfo"])?;
    Ok(std::fs::read(file)?)
}

fn bind(keep_names: bool) -> Result<PathBuf> {
    let bound = root().join("target/bindgen");
    stamp::remove(&bound)?;
    Bindgen::new()
        .input_path(root().join(COMPILED))
        .out_name("sagaward")
        .bundler(true)?
        .typescript(true)
        .remove_name_section(!keep_names)
        .remove_producers_section(true)
        .generate(&bound)?;
    Ok(bound)
}

/// A function that is moved into its one caller no longer looks like others, which gzip would have
/// used. And nothing lies below the first kilobyte but the end of the stack: an address and an
/// offset need no addition of their own, for their sum does not wrap around.
pub const BRIEF: [&str; 3] = [
    "--one-caller-inline-max-function-size",
    "0",
    "--low-memory-unused",
];

fn optimize(bound: &Path, to: &Path, flags: &[&str]) -> Result<()> {
    output(
        tool("wasm-opt")
            .arg("-Os")
            .args(BRIEF)
            .args(flags)
            .arg(bound.join("sagaward_bg.wasm"))
            .arg("-o")
            .arg(to),
    )
    .map(drop)
}

fn inline(folder: &Path) -> Result<()> {
    let bytes = std::fs::read(folder.join("sagaward.wasm")).context("wasm-opt wrote nothing")?;
    std::fs::write(folder.join("inlined.js"), inlined::module(&bytes))?;
    std::fs::write(
        folder.join("inlined.d.ts"),
        "export declare const meant: number[];\nexport declare const text: string;\n",
    )?;
    Ok(())
}
