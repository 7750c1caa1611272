//! Installs what is missing, or names it with the command that would.

use crate::process::{cargo, command, find, output, root, run, succeeds};
use crate::stamp;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::path::PathBuf;

const TARGET: &str = "wasm32-unknown-unknown";

pub fn for_build() -> Result<()> {
    rust_target()?;
    node_modules()
}

fn rust_target() -> Result<()> {
    let folder = output(command("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if PathBuf::from(folder.trim()).is_dir() {
        return Ok(());
    }
    install(
        "the Rust target for WebAssembly",
        &["rustup", "target", "add", TARGET],
    )
}

pub fn rust_component(subcommand: &str) -> Result<()> {
    if succeeds(cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    install(
        &format!("`cargo {subcommand}`"),
        &[
            "rustup",
            "component",
            "add",
            if subcommand == "fmt" {
                "rustfmt"
            } else {
                subcommand
            },
        ],
    )
}

/// npm writes down what it put into `node_modules`: a lock file that asks for more
/// or for other versions makes it stale, and so does a folder that is not there.
fn node_modules() -> Result<()> {
    let wanted = packages("package-lock.json")?
        .context("package-lock.json is missing: run `npm install`.")?;
    let present = packages("node_modules/.package-lock.json")?.unwrap_or_default();
    let version = |package: Option<&Value>| package.map(|package| package["version"].clone());
    let stale = wanted.iter().any(|(place, package)| {
        !place.is_empty()
            && (present.contains_key(place) || package["optional"] != true)
            && (version(present.get(place)) != version(Some(package))
                || !root().join(place).exists())
    });
    if stale {
        install(
            "the npm packages",
            &[
                "npm",
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ],
        )?;
    }
    Ok(())
}

fn packages(lock_file: &str) -> Result<Option<Map<String, Value>>> {
    let Ok(text) = std::fs::read_to_string(root().join(lock_file)) else {
        return Ok(None);
    };
    let mut lock: Value = serde_json::from_str(&text).with_context(|| lock_file.to_owned())?;
    Ok(lock["packages"].as_object_mut().map(std::mem::take))
}

pub fn chromium() -> Result<PathBuf> {
    let installed = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find_map(find)
    };
    if installed().is_none() {
        apt_install("Chromium", "chromium")?;
    }
    installed().context("Chromium was installed, but `chromium` is not on the PATH.")
}

pub fn firefox() -> Result<PathBuf> {
    let installed = || ["firefox-esr", "firefox"].into_iter().find_map(find);
    if installed().is_none() {
        apt_install("Firefox", "firefox-esr")?;
    }
    installed().context("Firefox was installed, but `firefox-esr` is not on the PATH.")
}

/// Other versions of Node and other runtimes, too large to lie among the npm packages.
pub fn runtimes() -> Result<PathBuf> {
    let folder = root().join("target/runtimes");
    let lock_file = "tests/runtimes/package-lock.json";
    stamp::fresh("runtimes", &[lock_file], &["target/runtimes"], || {
        for file in ["package.json", "package-lock.json"] {
            stamp::copy(
                &root().join("tests/runtimes").join(file),
                &folder.join(file),
            )?;
        }
        install(
            "other runtimes",
            &[
                "npm",
                "ci",
                "--prefix",
                &folder.to_string_lossy(),
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ],
        )
    })?;
    Ok(folder)
}

/// Python with the reference package, which the oracle tests ask.
pub fn oracle_python() -> Result<PathBuf> {
    let python = root().join("target/oracle-venv/bin/python");
    let requirements = "tests/oracle/requirements.txt";
    stamp::fresh(
        "oracle-venv",
        &[requirements],
        &["target/oracle-venv/bin/python"],
        || {
            if find("python3").is_none()
                || !succeeds(command("python3").args(["-c", "import ensurepip"]))
            {
                apt_install("Python 3 with venv", "python3-venv")?;
            }
            run(command("python3").args(["-m", "venv", "--clear", "target/oracle-venv"]))?;
            install(
                "the reference package",
                &[
                    &python.to_string_lossy(),
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "-r",
                    requirements,
                ],
            )
        },
    )?;
    Ok(python)
}

fn apt_install(what: &str, package: &str) -> Result<()> {
    let root_user = output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root_user || find("apt-get").is_none() {
        bail!("{what} is missing: install it, on Debian with `sudo apt-get install {package}`.");
    }
    let wanted = [
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
        package,
    ];
    if succeeds(command("apt-get").args(["install", "--simulate", package])) {
        return install(what, &wanted);
    }
    install("the list of Debian packages", &["apt-get", "update"])?;
    install(what, &wanted)
}

fn install(what: &str, words: &[&str]) -> Result<()> {
    eprintln!("\n  installing {what} …");
    let [program, arguments @ ..] = words else {
        bail!("nothing to run for {what}");
    };
    output(
        command(program)
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
    .map(drop)
    .with_context(|| {
        format!(
            "Cannot install {what}: run `{}` yourself and look at what it says.",
            words.join(" ")
        )
    })
}
