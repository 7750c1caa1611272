//! `dist/`, the package's content: the compiled TypeScript face, the generated
//! modules, the CLI in a bundle, and the studio that it serves.

use crate::process::{node, output, root, run, tool};
use crate::{component, stamp, studio, wasm};
use anyhow::Result;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

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
        "xtask/licences.mjs",
    ];
    stamp::fresh("pack", &inputs, &["dist"], || {
        compile()?;
        assemble()?;
        run(node().arg("xtask/bundle_browser.mjs"))?;
        bundle_cli()?;
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

fn bundle_cli() -> Result<()> {
    if root().join("src/js/cli/bundle.mjs").exists() {
        run(node().arg("src/js/cli/bundle.mjs"))?;
    }
    Ok(())
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

pub fn print_sizes() -> Result<()> {
    println!("{:<28}{:>10}{:>10}", "", "raw", "gzip");
    for (name, file) in [
        ("sagaward.wasm", "dist/sagaward.wasm"),
        ("component.wasm", "dist/component.wasm"),
        ("sagaward, bundled", "target/xtask/entry.js"),
    ] {
        let bytes = std::fs::read(root().join(file))?;
        println!(
            "{name:<28}{:>10}{:>10}",
            kilobytes(bytes.len()),
            kilobytes(gzip(&bytes)?)
        );
    }
    let (mut raw, mut zipped) = (0, 0);
    for file in stamp::files(&root().join(studio::PACKED))? {
        let bytes = std::fs::read(file)?;
        raw += bytes.len();
        zipped += gzip(&bytes)?;
    }
    println!(
        "{:<28}{:>10}{:>10}",
        "the studio beside them",
        kilobytes(raw),
        kilobytes(zipped)
    );
    Ok(())
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn kilobytes(bytes: usize) -> String {
    format!("{:.1} KB", bytes as f64 / 1000.0)
}
