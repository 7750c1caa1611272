//! The build tool: `node xtask/run.mjs <verb>` or the npm scripts.

mod component;
mod consumer;
mod functions;
mod inlined;
mod layers;
mod pack;
mod parts;
mod process;
mod setup;
mod size;
mod stamp;
mod studio;
mod suite;
mod wasm;

use anyhow::{Result, bail};
use process::node;
use std::process::ExitCode;

const USAGE: &str =
    "usage: node xtask/run.mjs build | start | test [--long] [PART …] | bench [ARGUMENT …] | size";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<bool> {
    let Some((verb, rest)) = arguments.split_first() else {
        bail!("{USAGE}");
    };
    match verb.as_str() {
        "build" => build().map(|()| true),
        "start" => {
            build()?;
            studio::serve(rest).map(|()| true)
        }
        "test" => {
            build()?;
            let long = rest.iter().any(|argument| argument == "--long");
            let wanted: Vec<&String> = rest
                .iter()
                .filter(|argument| *argument != "--long")
                .collect();
            suite::run(long, &wanted)
        }
        "bench" => {
            build()?;
            let python = setup::oracle_python()?;
            let mut bench = node();
            bench.env("SAGAWARD_PYTHON", python);
            process::run(bench.arg("benches/run.mjs").args(rest)).map(|()| true)
        }
        "size" => {
            build()?;
            size::report().map(|()| true)
        }
        _ => bail!("there is no verb `{verb}`; {USAGE}"),
    }
}

fn build() -> Result<()> {
    // Two builds at a time would write over each other's files.
    let lock = std::fs::File::create(stamp::folder()?.join("lock"))?;
    lock.lock()?;
    setup::for_build()?;
    wasm::build()?;
    component::build()?;
    pack::build()?;
    studio::pack()?;
    size::print_totals()
}
