//! Every rule has a section in docs/rules.md, a bad and a good example in tests/fixtures/rules, and
//! an exact report for the bad one. `BLESS=1 cargo test --test rules` writes the reports anew.

use std::path::{Path, PathBuf};

use sagaward::definition::{
    Report, Rule, ValidateOptions, is_valid, validate_text, validate_value,
};

const RULES: [Rule; 22] = [
    Rule::InvalidJson,
    Rule::DocumentTooLarge,
    Rule::DocumentTooDeep,
    Rule::TooManySteps,
    Rule::Type,
    Rule::Required,
    Rule::MinLength,
    Rule::Minimum,
    Rule::Maximum,
    Rule::MinItems,
    Rule::UniqueItems,
    Rule::AdditionalProperties,
    Rule::DuplicateStepId,
    Rule::UnknownActionPrefix,
    Rule::MissingUndoApi,
    Rule::EmptyUndoApi,
    Rule::UnknownDependency,
    Rule::DependencyCycle,
    Rule::UnknownFanOutPolicy,
    Rule::UnknownFanOutBranch,
    Rule::BranchInTwoGroups,
    Rule::DuplicateKey,
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn name(rule: Rule) -> String {
    serde_json::to_value(rule)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn folder(rule: Rule) -> PathBuf {
    root().join("tests/fixtures/rules").join(name(rule))
}

fn options(rule: Rule, example: &str) -> ValidateOptions {
    let Ok(text) = std::fs::read_to_string(folder(rule).join("options.json")) else {
        return ValidateOptions::default();
    };
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    match all.get(example) {
        Some(options) => ValidateOptions::from_json(&options.to_string()).unwrap(),
        None => ValidateOptions::default(),
    }
}

fn judge(rule: Rule, example: &str) -> Report {
    let text = std::fs::read(folder(rule).join(format!("{example}.json"))).unwrap();
    let options = options(rule, example);
    let report = validate_text(&text, &options);
    assert_eq!(is_valid(&text, &options), report.valid, "{}", name(rule));
    let mut without_ranges = report.clone();
    for finding in &mut without_ranges.diagnostics {
        finding.range = None;
        finding
            .related
            .iter_mut()
            .for_each(|related| related.range = None);
    }
    let as_value = validate_value(&text, &options);
    assert_eq!(
        serde_json::to_value(as_value).unwrap(),
        serde_json::to_value(without_ranges).unwrap()
    );
    report
}

#[test]
fn the_bad_example_gets_exactly_its_report() {
    for rule in RULES {
        let report = judge(rule, "bad");
        assert!(
            report
                .diagnostics
                .iter()
                .all(|finding| finding.rule == rule),
            "the bad example of {} breaks one rule only",
            name(rule)
        );
        assert!(!report.diagnostics.is_empty(), "{}", name(rule));
        let file = folder(rule).join("bad.report.json");
        let report = serde_json::to_string_pretty(&report).unwrap() + "\n";
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &report).unwrap();
        }
        assert_eq!(
            report,
            std::fs::read_to_string(&file).unwrap(),
            "{}",
            name(rule)
        );
    }
}

#[test]
fn the_good_example_has_no_finding() {
    for rule in RULES {
        let report = judge(rule, "good");
        assert_eq!(report.diagnostics, [], "{}", name(rule));
        assert!(report.valid);
    }
}

#[test]
fn every_rule_is_documented_with_its_examples() {
    let docs = std::fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let mut headings: Vec<&str> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'))
        .collect();
    for rule in RULES {
        let (_, section) = docs.split_once(&format!("## `{}`\n", name(rule))).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let level = options(rule, "none").rules.severity(rule).unwrap();
        let level = serde_json::to_value(level).unwrap();
        assert!(section.starts_with(&format!("\n**{}** · ", level.as_str().unwrap())));
        for example in ["bad", "good"] {
            let text =
                std::fs::read_to_string(folder(rule).join(format!("{example}.json"))).unwrap();
            assert!(
                section.contains(&format!("```json\n{text}```")),
                "{} {example}",
                name(rule)
            );
        }
        headings.retain(|heading| *heading != name(rule));
    }
    assert!(headings.is_empty(), "sections of no rule: {headings:?}");
}
