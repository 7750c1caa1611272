//! `dist/`, the package's content: the compiled TypeScript face, the generated
//! modules, the CLI in a bundle, and the studio that it serves.

use crate::process::{node, output, root, run, tool};
use crate::{component, stamp, wasm};
use anyhow::Result;

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
        "xtask/bundle_browser.mjs",
        "xtask/bundle_cli.mjs",
        "xtask/licences.mjs",
    ];
    stamp::fresh("pack", &inputs, &["dist"], || {
        compile()?;
        assemble()?;
        run(node().arg("xtask/bundle_browser.mjs"))?;
        run(node().arg("xtask/bundle_cli.mjs"))?;
        bundle_entry()
    })
}

fn compile() -> Result<()> {
    stamp::remove(&root().join("target/tsc"))?;
    for project in ["tsconfig.json", "tsconfig.node.json"] {
        output(tool("tsc").args(["--project", project]))?;
    }
    Ok(())
}

fn assemble() -> Result<()> {
    let dist = root().join("dist");
    stamp::remove(&dist)?;
    stamp::copy(&root().join("target/tsc"), &dist)?;
    // The CLI is shipped as one bundle.
    stamp::remove(&dist.join("cli"))?;
    stamp::copy(&root().join(wasm::GENERATED), &dist)?;
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
