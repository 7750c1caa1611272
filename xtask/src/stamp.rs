//! What did not change is not made again: a step's inputs are hashed by content,
//! and the hash of the last success lies beside the results.

use crate::process::root;
use anyhow::{Context, Result};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

pub fn folder() -> Result<PathBuf> {
    let folder = root().join("target/xtask");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Runs `make` unless a run over the same `inputs` (files or folders, missing
/// ones count as such) has succeeded and all `results` are still there.
pub fn fresh(
    name: &str,
    inputs: &[&str],
    results: &[&str],
    make: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = folder()?.join(name);
    let hash = hash(inputs)?;
    let unchanged = std::fs::read_to_string(&stamp).is_ok_and(|last| last == hash);
    if unchanged && results.iter().all(|result| root().join(result).exists()) {
        return Ok(());
    }
    // A step that fails half-way must not look finished.
    remove(&stamp)?;
    make()?;
    std::fs::write(&stamp, hash)?;
    Ok(())
}

fn hash(inputs: &[&str]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        let path = root().join(input);
        for file in files(&path)? {
            file.strip_prefix(root())?.hash(&mut hasher);
            std::fs::read(&file)
                .with_context(|| file.display().to_string())?
                .hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// All files at or below a path, in a stable order; none where nothing is.
pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    WalkDir::new(path)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "node_modules")
        .filter(|entry| {
            entry
                .as_ref()
                .map_or(true, |entry| entry.file_type().is_file())
        })
        .map(|entry| Ok(entry?.into_path()))
        .collect()
}

pub fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        std::fs::remove_dir_all(path)
    } else {
        std::fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Copies a file or a folder's whole content.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in files(from)? {
        let target = to.join(file.strip_prefix(from)?);
        // Joining an empty rest would add a slash.
        let target = if from.is_file() {
            to.to_path_buf()
        } else {
            target
        };
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(&file, &target)
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}
