//! The studio: built only when something of it changed, served on loopback, and
//! put into the package, where the CLI serves it.

use crate::process::{output, root, run, tool};
use crate::{stamp, wasm};
use anyhow::{Result, bail};
use std::path::PathBuf;

const CONFIG: &str = "www/vite.config.ts";
pub const PACKED: &str = "dist/studio";

pub fn folder() -> PathBuf {
    root().join("target/studio")
}

pub fn build() -> Result<()> {
    if !root().join(CONFIG).exists() {
        bail!("there is no studio: {CONFIG} is missing.");
    }
    let inputs = [
        "www",
        "examples",
        "docs/rules.md",
        // What it imports of the package lies in `dist`, put together from these.
        "target/tsc",
        wasm::GENERATED,
        "package-lock.json",
        "xtask/src/studio.rs",
    ];
    stamp::fresh("studio", &inputs, &["target/studio/index.html"], || {
        output(
            tool("vite")
                .args(["build", "--config", CONFIG, "--outDir"])
                .arg(folder())
                .args(["--emptyOutDir", "--logLevel", "warn"]),
        )
        .map(drop)
    })
}

/// All of it but the WebAssembly, which the package has already.
pub fn pack() -> Result<()> {
    build()?;
    let packed = root().join(PACKED);
    stamp::fresh(
        "packed studio",
        &["target/studio"],
        &["dist/studio/index.html"],
        || {
            stamp::remove(&packed)?;
            for file in stamp::files(&folder())? {
                if file.extension().is_none_or(|extension| extension != "wasm") {
                    stamp::copy(&file, &packed.join(file.strip_prefix(folder())?))?;
                }
            }
            Ok(())
        },
    )
}

/// Runs until it is interrupted. `arguments` go to Vite: `--port 8080`.
pub fn serve(arguments: &[String]) -> Result<()> {
    build()?;
    println!("The studio (Ctrl-C ends it):");
    run(tool("vite")
        .args([
            "preview",
            "--config",
            CONFIG,
            "--host",
            "127.0.0.1",
            "--outDir",
        ])
        .arg(folder())
        .args(arguments))
}
