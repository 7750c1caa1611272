//! What a page or an edge function has to load: how much it is, how much it may be, and what makes
//! it so much.

use crate::functions::Module;
use crate::process::root;
use crate::{stamp, studio, wasm};
use anyhow::{Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::path::{Path, PathBuf};

struct Gate {
    name: &'static str,
    file: &'static str,
    /// Kilobytes after gzip: a little more than it is now. Lower it with each gain.
    most: f64,
    /// Where it should get.
    target: f64,
}

const GATES: [Gate; 2] = [
    Gate {
        name: "sagaward.wasm",
        file: "dist/sagaward.wasm",
        most: 228.0,
        target: 110.0,
    },
    Gate {
        name: "sagaward, bundled",
        file: "target/xtask/entry.js",
        most: 252.5,
        target: 150.0,
    },
];
const LARGEST: usize = 20;

/// Fails where something has grown past its gate.
pub fn check() -> Result<String> {
    let mut said = Vec::new();
    for Gate {
        name,
        file,
        most,
        target,
    } in GATES
    {
        let size = kilobytes(gzip(&root().join(file))?);
        if size > most {
            bail!(
                "{name} has {size:.1} KB after gzip, and may have {most} (the target is {target}): `npm run size` names what takes the room."
            );
        }
        said.push(format!("{size:.0}/{target}"));
    }
    Ok(format!("{} KB", said.join(", ")))
}

pub fn print_totals() -> Result<()> {
    println!("{:<28}{:>10}{:>10}", "", "raw", "gzip");
    for (name, file) in [
        ("sagaward.wasm", "dist/sagaward.wasm"),
        ("component.wasm", "dist/component.wasm"),
        ("sagaward, bundled", "target/xtask/entry.js"),
    ] {
        print_total(name, &[root().join(file)])?;
    }
    // Each file of it goes over the wire by itself.
    print_total("studio", &stamp::files(&studio::folder())?)
}

/// `npm run size`.
pub fn report() -> Result<()> {
    for Gate {
        name, most, target, ..
    } in GATES
    {
        println!("{name}: at most {most} KB after gzip, the target is {target} KB");
    }
    let module = Module::read(&wasm::named()?)?;
    println!("\nsagaward.wasm before gzip, by crate:");
    for (name, bytes) in module.by_crate() {
        println!("{bytes:>8}  {name}");
    }
    println!("\nIts {LARGEST} largest functions, and the shortest way from an export to each:");
    for (function, way) in module.largest(LARGEST) {
        println!("{:>8}  {}", function.bytes, function.name);
        for caller in way {
            println!("{:>10}← {caller}", "");
        }
    }
    Ok(())
}

fn print_total(name: &str, files: &[PathBuf]) -> Result<()> {
    let (mut raw, mut packed) = (0, 0);
    for file in files {
        raw += std::fs::metadata(file)?.len() as usize;
        packed += gzip(file)?;
    }
    println!(
        "{name:<28}{:>7.1} KB{:>7.1} KB",
        kilobytes(raw),
        kilobytes(packed)
    );
    Ok(())
}

fn gzip(file: &Path) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&std::fs::read(file)?)?;
    Ok(encoder.finish()?.len())
}

fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}
