//! `dist/`, the package's content: the compiled TypeScript face and the generated modules in few
//! files, their types, the CLI in a bundle, and the studio that it serves.

use crate::process::{node, output, root, run, tool};
use crate::{component, stamp, wasm};
use anyhow::Result;

const COMPILED: &str = "target/tsc";

pub fn build() -> Result<()> {
    let inputs = [
        "src/js",
        wasm::GENERATED,
        component::FOLDER,
        "docs/rules.md",
        "docs/cli.md",
        "package.json",
        "package-lock.json",
        "tsconfig.json",
        "tsconfig.node.json",
        "src/definition/saga.schema.json",
        "xtask/src/pack.rs",
        "xtask/bundle.mjs",
        "xtask/bundle_cli.mjs",
        "xtask/licences.mjs",
    ];
    stamp::fresh("pack", &inputs, &["dist"], || {
        compile()?;
        assemble()?;
        run(node().args(["xtask/bundle.mjs", COMPILED, "dist"]))?;
        run(node().arg("xtask/bundle_cli.mjs"))?;
        bundle_entry()
    })
}

/// All modules beside each other, as they import each other.
fn compile() -> Result<()> {
    let compiled = root().join(COMPILED);
    stamp::remove(&compiled)?;
    for project in ["tsconfig.json", "tsconfig.node.json"] {
        output(tool("tsc").args(["--project", project]))?;
    }
    stamp::copy(&root().join(wasm::GENERATED), &compiled)
}

/// Everything but the code, which comes in bundles.
fn assemble() -> Result<()> {
    let dist = root().join("dist");
    stamp::remove(&dist)?;
    let compiled = root().join(COMPILED);
    for file in stamp::files(&compiled)? {
        let name = file.strip_prefix(&compiled)?;
        let is_code = name.extension().is_some_and(|extension| extension == "js");
        if !is_code && !name.starts_with("cli") {
            stamp::copy(&file, &dist.join(name))?;
        }
    }
    stamp::copy(&root().join(component::FOLDER), &dist)?;
    stamp::copy(
        &root().join("src/definition/saga.schema.json"),
        &dist.join("schema.json"),
    )
}

/// What a page loads that imports the default entry, WebAssembly included.
fn bundle_entry() -> Result<()> {
    output(tool("esbuild").args([
        "dist/index.js",
        "--bundle",
        "--minify",
        "--format=esm",
        "--outfile=target/xtask/entry.js",
    ]))
    .map(drop)
}
