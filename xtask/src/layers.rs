//! Imports run one way, and the core stays pure: what the house forbids, by file.

use crate::process::root;
use crate::stamp;
use anyhow::{Result, bail};
use std::path::Path;

/// Each layer may use those before it, and itself.
const ORDER: [&str; 7] = [
    "words",
    "map",
    "error",
    "definition",
    "saga",
    "decide",
    "kill",
];
/// Stands beside `kill`, on `error` and `map` alone.
const BESIDE: &str = "rate_limiter";
/// Stands on nothing, and only the bindings stand on it.
const ENTROPY: &str = "entropy";

/// On top, beside one another: the bindings, each with the names that it alone may use.
const BINDINGS: [(&str, &[&str]); 2] = [
    (
        "wasm",
        &[
            "wasm_bindgen",
            "js_sys",
            "serde_wasm_bindgen",
            "JsValue",
            "tsify",
        ],
    ),
    ("component", &["wit_bindgen"]),
];
const IMPURE: [&str; 9] = [
    "SystemTime",
    "Instant",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "rand",
    "getrandom",
];

pub fn check() -> Result<String> {
    let mut faults = Vec::new();
    let mut count = 0;
    for (folder, judge) in [
        ("src", judge_source as fn(&str, &str) -> Vec<String>),
        ("www", judge_studio),
    ] {
        for file in stamp::files(&root().join(folder))? {
            let place = file.strip_prefix(root())?.to_string_lossy().into_owned();
            if let Ok(text) = std::fs::read_to_string(&file) {
                count += 1;
                faults.extend(
                    judge(&place, &text)
                        .into_iter()
                        .map(|fault| format!("{place}: {fault}")),
                );
            }
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(format!("{count} files"))
}

fn judge_source(place: &str, text: &str) -> Vec<String> {
    match place.rsplit_once('.') {
        Some((_, "rs")) => judge_rust(place, text),
        Some((_, "ts")) => judge_face(place, text),
        _ => Vec::new(),
    }
}

fn judge_rust(place: &str, text: &str) -> Vec<String> {
    let layer = layer_of(place);
    let mut faults = Vec::new();
    for line in &code(text) {
        for used in crate_paths(line) {
            if !may_use(layer, used) {
                faults.push(format!("{layer} must not use {used}: `{line}`"));
            }
        }
        let types_only = line.contains("cfg_attr(") && line.contains(r#"feature = "js""#);
        for (bindings, names) in BINDINGS {
            if layer != bindings && !types_only {
                faults.extend(
                    named(line, names)
                        .map(|name| format!("only src/{bindings} may name {name}: `{line}`")),
                );
            }
        }
        if !is_bindings(layer) && line.contains("target_arch") {
            faults.push(format!("the core must not ask for the target: `{line}`"));
        }
        // The rest of a file after its test module is test code.
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        if !is_bindings(layer) && layer != ENTROPY {
            faults.extend(
                named(line, &IMPURE).map(|name| format!("the core must not name {name}: `{line}`")),
            );
        }
    }
    faults
}

fn is_bindings(layer: &str) -> bool {
    BINDINGS.iter().any(|(bindings, _)| *bindings == layer)
}

fn named<'a>(line: &'a str, names: &'a [&'a str]) -> impl Iterator<Item = &'a &'a str> {
    names.iter().filter(move |name| mentions(line, name))
}

/// Whether a name or path stands in the line as such, not as a part of a longer one.
fn mentions(line: &str, name: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, found)| {
        let (before, after) = (&line[..at], &line[at + found.len()..]);
        !before.ends_with(inside) && !after.starts_with(inside)
    })
}

/// Lines that are neither comment nor empty; an attribute over several lines is one.
fn code(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = 0;
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
    {
        match lines.last_mut() {
            Some(attribute) if open > 0 => attribute.push_str(line),
            _ => lines.push(line.to_owned()),
        }
        if open > 0 || line.starts_with("#[") {
            let count = |bracket| line.matches(bracket).count();
            open = (open + count('[')).saturating_sub(count(']'));
        }
    }
    lines
}

fn layer_of(place: &str) -> &str {
    let inside = place.strip_prefix("src/").unwrap_or(place);
    inside.split(['/', '.']).next().unwrap_or_default()
}

/// The modules that a line names by `crate::…`, also `crate::{a, b}`.
fn crate_paths(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").flat_map(|(at, found)| {
        let rest = &line[at + found.len()..];
        let (list, separators): (&str, &[char]) = match rest.strip_prefix('{') {
            Some(list) => (list.split('}').next().unwrap_or_default(), &[',']),
            None => (
                rest.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .next()
                    .unwrap_or_default(),
                &[','],
            ),
        };
        list.split(separators)
            .map(|path| path.trim().split("::").next().unwrap_or_default())
    })
}

fn may_use(layer: &str, used: &str) -> bool {
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    match (layer, used) {
        ("lib", _) => true,
        _ if layer == used => true,
        (BESIDE, _) => ["error", "map"].contains(&used),
        (_, BESIDE | ENTROPY) => is_bindings(layer),
        (ENTROPY, _) => false,
        _ if is_bindings(layer) => rank(used).is_some(),
        _ => match (rank(layer), rank(used)) {
            (Some(own), Some(other)) => other < own,
            // A module that is not in the list has no place in the house yet.
            _ => false,
        },
    }
}

/// The face knows nothing of the studio, and only its Node part knows Node.
fn judge_face(place: &str, text: &str) -> Vec<String> {
    let portable = !place.starts_with("src/js/node/") && !place.starts_with("src/js/cli/");
    imports(text)
        .into_iter()
        .filter(|import| import.contains("www/") || (portable && import.starts_with("node:")))
        .map(|import| format!("must not import {import}"))
        .collect()
}

/// The studio uses the public package as any page would.
fn judge_studio(place: &str, text: &str) -> Vec<String> {
    if !place.starts_with("www/src/") {
        return Vec::new();
    }
    let depth = Path::new(place).components().count() - 2;
    let outside = "../".repeat(depth);
    imports(text)
        .into_iter()
        .filter(|import| {
            let private = import.starts_with("sagaward/dist");
            let escapes = import.starts_with(&outside)
                && !import.starts_with(&format!("{outside}../examples/"));
            private || escapes
        })
        .map(|import| format!("must not import {import}: only the package's public entries"))
        .collect()
}

/// What follows `from`, `import` or `import(`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in code(text) {
        for keyword in ["from ", "import ", "import("] {
            let Some(at) = line.find(keyword) else {
                continue;
            };
            let rest = &line[at + keyword.len()..];
            let quoted = rest.chars().next().filter(|c| ['\'', '"'].contains(c));
            found.extend(
                quoted
                    .and_then(|quote| rest[1..].split(quote).next())
                    .map(str::to_owned),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{judge_face, judge_rust, judge_studio};

    #[test]
    fn each_line_is_forbidden_where_it_stands() {
        let cases = [
            ("src/definition/model.rs", "use crate::saga::State;", true),
            ("src/saga/state.rs", "use crate::definition::Model;", false),
            (
                "src/saga/state.rs",
                "use crate::{error::Error, kill};",
                true,
            ),
            ("src/kill/plan.rs", "use crate::rate_limiter::Bucket;", true),
            ("src/rate_limiter.rs", "use crate::error::Error;", false),
            ("src/wasm/mod.rs", "use wasm_bindgen::JsValue;", false),
            ("src/saga/step.rs", "use wasm_bindgen::JsValue;", true),
            ("src/component/mod.rs", "wit_bindgen::generate!({});", false),
            ("src/component/mod.rs", "use wasm_bindgen::JsValue;", true),
            ("src/component/mod.rs", "use crate::wasm::json;", true),
            ("src/component/mod.rs", "use crate::kill::Offer;", false),
            ("src/wasm/saga.rs", "wit_bindgen::generate!({});", true),
            ("src/wasm/entropy.rs", "crate::entropy::seed(seed);", false),
            ("src/saga/step.rs", "use crate::entropy::seed;", true),
            (
                "src/saga/step.rs",
                r#"#[cfg_attr(feature = "js", derive(tsify::Tsify))]"#,
                false,
            ),
            (
                "src/saga/step.rs",
                r#"#[cfg(target_arch = "wasm32")]"#,
                true,
            ),
            (
                "src/saga/step.rs",
                "let now = std::time::Instant::now();",
                true,
            ),
            ("src/saga/step.rs", "use std::time::Duration;", false),
            ("src/saga/step.rs", "fn operand(&self) {}", false),
            ("src/saga/step.rs", "// Instant would be wrong here.", false),
            ("src/unknown/step.rs", "use crate::error::Error;", true),
        ];
        for (place, line, forbidden) in cases {
            assert_eq!(
                !judge_rust(place, line).is_empty(),
                forbidden,
                "{place}: {line}"
            );
        }
    }

    #[test]
    fn the_face_and_the_studio_keep_their_places() {
        let studio = |line| !judge_studio("www/src/editor/lint.ts", line).is_empty();
        assert!(studio("import { text } from 'sagaward/dist/inlined.js';"));
        assert!(studio("import { core } from '../../../dist/core.js';"));
        assert!(!studio("import { validate } from 'sagaward';"));
        assert!(!studio("import text from '../../../examples/a.json?raw';"));
        assert!(!studio("import { state } from '../state/document';"));
        assert!(!judge_face("src/js/core.ts", "import fs from 'node:fs';").is_empty());
        assert!(judge_face("src/js/node/index.ts", "import fs from 'node:fs';").is_empty());
    }
}
