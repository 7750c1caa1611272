//! `npm test`: every part is run and named, whatever the other parts said.

use crate::parts::{PARTS, Part};
use anyhow::{Result, anyhow, bail};
use std::panic::catch_unwind;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Instant;

/// So many parts run at a time: each waits now and then, for a process or a page.
const LANES: usize = 2;
const PACKAGE: &str = "package";

/// Runs the parts whose name contains one of `wanted`, or all of them.
pub fn run(long: bool, wanted: &[&String]) -> Result<bool> {
    let named = |part: &Part| match wanted {
        [] => long || !part.is_only_long,
        words => words.iter().any(|word| part.name.contains(word.as_str())),
    };
    let on_package = PARTS.iter().any(|part| named(part) && part.needs_package);
    let mut waiting: Vec<&Part> = PARTS
        .iter()
        .filter(|part| named(part) || (part.name == PACKAGE && on_package))
        .collect();
    if waiting.is_empty() {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        bail!(
            "no part of the tests has such a name; there are: {}",
            names.join(", ")
        );
    }
    let count = waiting.len();
    let mut running: Vec<&str> = Vec::new();
    let mut failed = Vec::new();
    let (done, results) = channel();
    loop {
        // Tests of an old package, or of half a new one, would say nothing.
        let is_packed =
            !running.contains(&PACKAGE) && waiting.iter().all(|part| part.name != PACKAGE);
        let ready = |part: &&Part| is_packed || !part.needs_package;
        if running.len() < LANES
            && let Some(next) = waiting.iter().position(ready)
        {
            let part = waiting.remove(next);
            running.push(part.name);
            let done = done.clone();
            thread::spawn(move || done.send((part.name, timed(part, long))));
            continue;
        }
        if running.is_empty() {
            break;
        }
        let (name, (result, seconds)) = results.recv()?;
        running.retain(|other| *other != name);
        match result {
            Ok(detail) => println!(
                "{:.<30} ok {detail:>18} {seconds:>7.1} s",
                format!("{name} ")
            ),
            Err(error) => {
                println!(
                    "{:.<30} FAILED {:>14} {seconds:>7.1} s",
                    format!("{name} "),
                    ""
                );
                println!("{error:#}\n");
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!("{} passed, {} failed", count - failed.len(), failed.len());
    Ok(failed.is_empty())
}

fn timed(part: &Part, long: bool) -> (Result<String>, f32) {
    let start = Instant::now();
    let result = catch_unwind(|| (part.run)(long));
    let result = result.unwrap_or_else(|_| Err(anyhow!("the part panicked")));
    (result, start.elapsed().as_secs_f32())
}
