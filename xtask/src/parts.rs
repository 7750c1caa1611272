//! The parts of the tests. Each says in a few words what it did, or fails with
//! all that its program printed.

use crate::process::{cargo, node, output, root, tool};
use crate::{consumer, layers, setup, size, stamp, studio};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Part {
    pub name: &'static str,
    /// Looks at the installed package, which the part `package` makes.
    pub needs_package: bool,
    /// Is left out of the normal mode, unless it is asked for by name.
    pub is_only_long: bool,
    pub run: fn(long: bool) -> Result<String>,
}

/// In the order in which they start: soon what is quick to say no and what others
/// need, then the longest first, so that none is left to run alone at the end.
pub const PARTS: [Part; 25] = [
    part("rustfmt", |_| {
        lint("fmt", "--all --check")?;
        lint("fmt", &format!("--manifest-path={RUST_HOST} --check"))
    }),
    part("layers", |_| layers::check()),
    part("size", |_| size::check()),
    part("package", |_| consumer::install().map(|()| String::new())),
    part("clippy", |_| {
        lint(
            "clippy",
            "--workspace --all-targets --quiet -- --deny=warnings",
        )
    }),
    part("typescript", |_| typescript()),
    on_package("studio", studio_tests),
    part("clippy, wasm32", |_| {
        lint(
            "clippy",
            "--features=js,component --target=wasm32-unknown-unknown --quiet -- --deny=warnings",
        )
    }),
    on_package("node", |long| tests("tests/js", long, &[])),
    on_package("oracle", |long| {
        tests(
            "tests/oracle",
            long,
            &[("SAGAWARD_PYTHON", setup::oracle_python()?)],
        )
    }),
    part("rust tests", rust_tests),
    part("rust doc examples", |_| {
        counted(cargo().args(["test", "--package=sagaward", "--doc"]))
    }),
    part("rust docs", |_| {
        quiet(
            cargo()
                .args(["doc", "--package=sagaward", "--no-deps", "--quiet"])
                .env("RUSTDOCFLAGS", "--deny=warnings"),
        )
    }),
    // In the long mode the packed crate is built too, from nothing.
    part("crate", |long| {
        let dry = if long {
            "publish --dry-run"
        } else {
            "package --no-verify"
        };
        quiet(
            cargo()
                .args(dry.split(' '))
                .args(["--package=sagaward", "--allow-dirty"]),
        )
    }),
    // In the profile that has built this tool, so that nothing is built twice.
    part("build tool", |_| {
        counted(cargo().args(["test", "--package=xtask", "--profile=dev"]))
    }),
    on_package("examples", |long| {
        tests(
            "tests/examples",
            long,
            &[("SAGAWARD_CHROMIUM", setup::chromium()?)],
        )
    }),
    on_package("documents", |long| tests("tests/documents", long, &[])),
    on_package("benches", |long| tests("benches", long, &[])),
    on_package("chromium", |long| {
        tests(
            "tests/browser/package",
            long,
            &[("SAGAWARD_CHROMIUM", setup::chromium()?)],
        )
    }),
    on_package("published types", |_| published_types()),
    on_package("attw", |_| attw()),
    on_package("publint", |_| {
        quiet(
            tool("publint")
                .args(["run", "--strict", "--pack=false"])
                .arg(installed()),
        )
    }),
    on_package("component", component),
    on_package("runtimes", runtimes),
    only_long(on_package("firefox", firefox)),
];

const fn part(name: &'static str, run: fn(long: bool) -> Result<String>) -> Part {
    Part {
        name,
        needs_package: false,
        is_only_long: false,
        run,
    }
}

const fn on_package(name: &'static str, run: fn(long: bool) -> Result<String>) -> Part {
    Part {
        needs_package: true,
        ..part(name, run)
    }
}

const fn only_long(part: Part) -> Part {
    Part {
        is_only_long: true,
        ..part
    }
}

/// A package of its own, so that all other parts do without wasmtime, which takes minutes to compile.
const RUST_HOST: &str = "tests/component/host/Cargo.toml";

fn lint(subcommand: &str, arguments: &str) -> Result<String> {
    setup::rust_component(subcommand)?;
    quiet(cargo().arg(subcommand).args(arguments.split(' ')))
}

fn rust_tests(long: bool) -> Result<String> {
    let mut command = cargo();
    command.args([
        "test",
        "--package=sagaward",
        "--lib",
        "--tests",
        "--examples",
    ]);
    if long {
        command.args(["--", "--include-ignored"]);
    }
    counted(&mut command)
}

fn component(long: bool) -> Result<String> {
    let python = setup::oracle_python()?;
    let done = tests("tests/component", long, &[("SAGAWARD_PYTHON", python)])?;
    if !long {
        return Ok(done);
    }
    let options = format!("--manifest-path={RUST_HOST} --target-dir=target/rust-host --locked");
    lint(
        "clippy",
        &format!("{options} --all-targets --quiet -- --deny=warnings"),
    )?;
    let mut test = cargo();
    test.arg("test").args(options.split(' '));
    test.env(
        "SAGAWARD_COMPONENT",
        installed().join("dist/component.wasm"),
    );
    Ok(format!("{done}; {} in Rust", counted(&mut test)?))
}

fn typescript() -> Result<String> {
    let mut projects = vec!["tsconfig.json", "tsconfig.node.json"];
    projects.extend(Some("www/tsconfig.json").filter(|project| root().join(project).exists()));
    for project in &projects {
        output(tool("tsc").args(["--noEmit", "--project", project]))?;
    }
    Ok(format!("{} projects", projects.len()))
}

fn attw() -> Result<String> {
    // The files that are no module have no types to be wrong.
    let others = [
        "sagaward.wasm",
        "component.wasm",
        "sagaward.wit",
        "schema.json",
        "package.json",
    ];
    quiet(
        tool("attw")
            .arg(consumer::tarball()?)
            .args([
                "--profile=esm-only",
                "--no-emoji",
                "--no-color",
                "--exclude-entrypoints",
            ])
            .args(others),
    )
}

/// As the two kinds of project that the users have: Node's own resolution and a bundler's.
fn published_types() -> Result<String> {
    for project in ["tsconfig.json", "tsconfig.bundler.json"] {
        output(
            tool("tsc")
                .args(["--project", project])
                .current_dir(consumer::folder().join("tests/types")),
        )?;
    }
    Ok(String::new())
}

fn studio_tests(long: bool) -> Result<String> {
    studio::build()?;
    tests(
        "tests/browser/studio",
        long,
        &[
            ("SAGAWARD_CHROMIUM", setup::chromium()?),
            ("SAGAWARD_STUDIO", studio::folder()),
        ],
    )
}

/// What runs in Chromium each time, but for the looks of the studio, in another engine.
fn firefox(long: bool) -> Result<String> {
    studio::build()?;
    let environment = [
        ("SAGAWARD_BROWSER", "firefox".into()),
        ("SAGAWARD_FIREFOX", setup::firefox()?),
        ("SAGAWARD_STUDIO", studio::folder()),
    ];
    let package = tests("tests/browser/package", long, &environment)?;
    let studio = tests("tests/browser/firefox", long, &environment)?;
    Ok(format!("{package}, {studio}"))
}

fn runtimes(long: bool) -> Result<String> {
    let folder = if long {
        setup::runtimes()?
    } else {
        PathBuf::new()
    };
    tests("tests/runtimes", long, &[("SAGAWARD_RUNTIMES", folder)])
}

/// Runs the Node tests below a folder, as they lie beside the installed package.
fn tests(folder: &str, long: bool, environment: &[(&str, PathBuf)]) -> Result<String> {
    let consumer = consumer::folder();
    let wanted = |file: &Path| {
        let name = file.to_string_lossy();
        name.ends_with(".test.mjs") && (long || !name.ends_with(".long.test.mjs"))
    };
    let files: Vec<PathBuf> = stamp::files(&consumer.join(folder))?
        .into_iter()
        .filter(|file| wanted(file))
        .collect();
    if files.is_empty() {
        bail!("no test lies in {folder}: the part `package` copies them.");
    }
    let mut command = node();
    command
        .current_dir(&consumer)
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .args(files);
    command
        .env("SAGAWARD_PACKAGE", installed())
        .envs(environment.iter().cloned());
    if long {
        command.env("SAGAWARD_LONG", "1");
    }
    counted(&mut command)
}

fn installed() -> PathBuf {
    consumer::folder().join("node_modules/sagaward")
}

fn quiet(command: &mut Command) -> Result<String> {
    output(command).map(|_| String::new())
}

/// A run of tests that ran none, or skipped one without a word, has not passed.
fn counted(command: &mut Command) -> Result<String> {
    let text = output(command)?;
    let passed = sum(&text, "passed") + sum(&text, "ℹ pass");
    let skipped = sum(&text, "ℹ skipped") + sum(&text, "ℹ todo");
    if passed == 0 || skipped > 0 {
        bail!("{passed} tests passed, {skipped} were skipped\n{text}");
    }
    Ok(format!("{passed} tests"))
}

/// Adds the numbers of `12 passed` (cargo) or `ℹ pass 12` (node) over all lines.
fn sum(text: &str, label: &str) -> usize {
    text.lines()
        .filter_map(|line| {
            let (before, after) = line.split_once(label)?;
            let number = if before.is_empty() {
                after.split_whitespace().next()
            } else {
                before.split_whitespace().last()
            };
            number?.parse::<usize>().ok()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_what_the_runners_say() {
        let cargo = "test result: ok. 12 passed; 0 failed\n\ntest result: ok. 3 passed; 1 failed";
        assert_eq!(super::sum(cargo, "passed"), 15);
        assert_eq!(super::sum("ℹ tests 9\nℹ pass 7\nℹ skipped 2", "ℹ pass"), 7);
    }
}
