//! The studio: built only when something of it changed, then served on loopback.

use crate::process::{output, root, run, tool};
use crate::stamp;
use anyhow::{Result, bail};
use std::path::PathBuf;

const CONFIG: &str = "www/vite.config.ts";

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
        "dist",
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
