//! `npm test`: every part is run and named, whatever the parts before it said.

use crate::parts::{PARTS, Part};
use anyhow::{Result, anyhow, bail};
use std::io::Write;
use std::time::Instant;

const LONGEST: &str = "studio";

fn timed(part: &Part, long: bool) -> (Result<String>, f32) {
    let start = Instant::now();
    let result = (part.run)(long);
    (result, start.elapsed().as_secs_f32())
}

/// Runs the parts whose name contains one of `wanted`, or all of them.
pub fn run(long: bool, wanted: &[&String]) -> Result<bool> {
    let named = |part: &Part| {
        wanted.is_empty() || wanted.iter().any(|word| part.name.contains(word.as_str()))
    };
    let last = PARTS.iter().rposition(named);
    let package = PARTS.iter().position(|part| part.name == "package");
    let chosen: Vec<&Part> = PARTS
        .iter()
        // The parts after it would look at an old package.
        .filter(|part| named(part) || (part.name == "package" && package < last))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        bail!(
            "no part of the tests has such a name; there are: {}",
            names.join(", ")
        );
    }
    let mut failed = Vec::new();
    let mut beside = None;
    for (index, part) in chosen.iter().enumerate() {
        // As soon as the package is there, the longest part runs beside the others.
        if beside.is_none() && chosen[..index].iter().any(|part| part.name == "package") {
            let longest = chosen[index..].iter().find(|part| part.name == LONGEST);
            beside = longest.map(|part| {
                let part = *part;
                std::thread::spawn(move || timed(part, long))
            });
        }
        print!("{:.<30} ", format!("{} ", part.name));
        std::io::stdout().flush()?;
        let (result, seconds) = match beside.take_if(|_| part.name == LONGEST) {
            Some(thread) => thread.join().map_err(|_| anyhow!("{LONGEST} panicked"))?,
            None => timed(part, long),
        };
        match result {
            Ok(detail) => println!("ok {:>18} {seconds:>7.1} s", detail),
            Err(error) => {
                println!("FAILED {:>14} {seconds:>7.1} s\n{error:#}\n", "");
                failed.push(part.name);
            }
        }
    }
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!(
        "{} passed, {} failed",
        chosen.len() - failed.len(),
        failed.len()
    );
    Ok(failed.is_empty())
}
