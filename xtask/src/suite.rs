//! `npm test`: every part is run and named, whatever the parts before it said.

use crate::parts::{PARTS, Part};
use anyhow::{Result, bail};
use std::io::Write;
use std::time::Instant;

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
    for part in &chosen {
        print!("{:.<30} ", format!("{} ", part.name));
        std::io::stdout().flush()?;
        let start = Instant::now();
        let result = (part.run)(long);
        let seconds = start.elapsed().as_secs_f32();
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
