//! The package as a user has it: packed, and installed in a project of its own.

use crate::process::{command, output, root};
use crate::stamp;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Beside the installed package lie the tests and what they read, so that they
/// import it by name as any user does.
const CONTENT: [&str; 5] = ["tests", "examples", "benches", "docs", "README.md"];

pub fn folder() -> PathBuf {
    root().join("target/consumer")
}

pub fn install() -> Result<()> {
    let folder = folder();
    stamp::remove(&folder)?;
    std::fs::create_dir_all(&folder)?;
    for content in CONTENT {
        stamp::copy(&root().join(content), &folder.join(content))?;
    }
    let manifest = r#"{ "name": "consumer", "private": true, "type": "module" }"#;
    std::fs::write(folder.join("package.json"), manifest)?;

    std::fs::create_dir_all(folder.join("tarball"))?;
    output(
        command("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(folder.join("tarball")),
    )?;
    output(
        command("npm")
            .current_dir(&folder)
            .args([
                "install",
                "--offline",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ])
            .arg(tarball()?),
    )
    .map(drop)
}

pub fn tarball() -> Result<PathBuf> {
    stamp::files(&folder().join("tarball"))?
        .pop()
        .context("the package is not packed: the part `package` does it.")
}
