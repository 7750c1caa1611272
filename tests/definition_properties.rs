//! What holds for every document, not only for the examples.

use proptest::prelude::*;
use proptest::sample::select;
use sagaward::definition::{
    Diagnostic, Rule, Severity, ValidateOptions, is_valid, validate_text, validate_value,
};
use serde_json::{Value, json};

/// Values that schemas, parsers and hash tables have tripped over before.
fn nasty() -> impl Strategy<Value = Value> {
    select(vec![
        json!(null),
        json!(true),
        json!(""),
        json!("a"),
        json!("b"),
        json!("\u{0}\u{1f600}\u{e000}"),
        json!("__proto__"),
        json!(0),
        json!(1.0),
        json!(1.5),
        json!(-1),
        json!(1e300),
        json!(86_400.0),
        json!(u64::MAX),
        json!([]),
        json!(["a", "a"]),
        json!(["a", 1, null]),
        json!({}),
        json!({"id": "a"}),
        json!([[[[{"deep": []}]]]]),
    ])
}

fn step() -> impl Strategy<Value = Value> {
    let id = select(vec!["a", "b", "c", "d", "e\u{1f600}", "f\"\\\n"]);
    let action = select(vec!["deploy.x", "data.y", "dploy.x", "deploy"]);
    let undo = select(vec![json!("/undo"), json!(null), json!(" ")]);
    let depends_on = prop::collection::vec(select(vec!["a", "b", "c", "d", "z"]), 0..3);
    (
        id,
        action,
        undo,
        prop::option::of(depends_on),
        prop::option::of(0u32..12),
    )
        .prop_map(|(id, action, undo, depends_on, retries)| {
            let mut step =
                json!({"id": id, "action_id": action, "agent": "did:a", "undo_api": undo});
            if let Some(depends_on) = depends_on {
                step["depends_on"] = json!(depends_on);
            }
            if let Some(retries) = retries {
                step["retries"] = json!(retries);
            }
            step
        })
}

fn group() -> impl Strategy<Value = Value> {
    let policy = select(vec!["any_must_succeed", "any", "all_must_succeed"]);
    let branches = prop::collection::vec(select(vec!["a", "b", "c", "zz"]), 0..4);
    (policy, branches)
        .prop_map(|(policy, branches)| json!({"policy": policy, "branches": branches}))
}

fn definition() -> impl Strategy<Value = Value> {
    let steps = prop::collection::vec(step(), 1..6);
    let fan_out = prop::option::of(prop::collection::vec(group(), 0..3));
    (steps, fan_out, prop::option::of(nasty())).prop_map(|(steps, fan_out, metadata)| {
        let mut definition = json!({"name": "n", "session_id": "s", "steps": steps});
        if let Some(fan_out) = fan_out {
            definition["fan_out"] = json!(fan_out);
        }
        if let Some(metadata) = metadata {
            definition["metadata"] = json!({"m": metadata});
        }
        definition
    })
}

/// Puts `value` somewhere into `target`, as chosen by `way`.
fn mutate(target: &mut Value, mut way: impl Iterator<Item = usize>, value: Value) {
    let Some(turn) = way.next() else {
        *target = value;
        return;
    };
    match target {
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(turn % map.len()).cloned().unwrap();
            match turn % 7 {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert("undo_apii".to_owned(), value)),
                _ => mutate(&mut map[&key], way, value),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = turn % items.len();
            mutate(&mut items[index], way, value);
        }
        _ => *target = value,
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let mutations = prop::collection::vec((prop::collection::vec(0usize..60, 1..5), nasty()), 0..3);
    (definition(), mutations).prop_map(|(mut definition, mutations)| {
        for (way, value) in mutations {
            mutate(&mut definition, way.into_iter(), value);
        }
        definition
    })
}

/// Texts, most of them JSON: pretty or compact, then bytes put in, taken out or changed.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let pieces = select(vec![
        "",
        ",",
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ":",
        "1e400",
        "-",
        "0",
        "01",
        "1.",
        "\\ud800",
        "\\ud83d\\ude00",
        "\\u00e9",
        "\"steps\":[],",
        "\"name\":1,",
        "/*",
        "\u{feff}",
        "\0",
        "null",
        " ",
        "\n",
        "\r\n",
        "tru",
        "é",
    ]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0usize..3, pieces), 0..3);
    (documents(), any::<bool>(), edits).prop_map(|(document, pretty, edits)| {
        let text = if pretty {
            serde_json::to_string_pretty(&document)
        } else {
            serde_json::to_string(&document)
        };
        let mut bytes = text.unwrap().into_bytes();
        for (at, cut, piece) in edits {
            let at = at.index(bytes.len() + 1);
            let end = bytes.len().min(at + cut);
            bytes.splice(at..end, piece.bytes());
        }
        bytes
    })
}

fn option_sets() -> impl Strategy<Value = ValidateOptions> {
    select(vec![
        "{}",
        r#"{"collectAll": true}"#,
        r#"{"rules": {"missing_undo_api": "off", "unknown_action_prefix": "warning"}}"#,
        r#"{"rules": {"duplicate_key": "error", "branch_in_two_groups": "error"}}"#,
        r#"{"limits": {"maxDepth": 3}}"#,
        r#"{"limits": {"maxSteps": 2, "maxDiagnostics": 2}}"#,
    ])
    .prop_map(|json| ValidateOptions::from_json(json).unwrap())
}

/// The part of the text that the finding marks.
fn marked(text: &str, finding: &Diagnostic) -> String {
    let range = finding.range.unwrap();
    let units: Vec<u16> = text.encode_utf16().collect();
    let marked = &units[range.start.offset as usize..range.end.offset as usize];
    String::from_utf16(marked).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_verdict_is_the_full_validators(text in texts(), options in option_sets()) {
        prop_assert_eq!(is_valid(&text, &options), validate_text(&text, &options).valid);
    }

    #[test]
    fn a_text_is_json_when_serde_json_says_so(text in texts()) {
        let report = validate_text(&text, &ValidateOptions::default());
        let refused = report.diagnostics.iter().any(|finding| finding.rule == Rule::InvalidJson);
        prop_assert_eq!(refused, serde_json::from_slice::<Value>(&text).is_err());
    }

    #[test]
    fn a_finding_marks_the_value_at_its_path(document in documents(), pretty in any::<bool>()) {
        let text = if pretty {
            serde_json::to_string_pretty(&document).unwrap()
        } else {
            document.to_string()
        };
        let report = validate_text(text.as_bytes(), &ValidateOptions::default());
        for finding in &report.diagnostics {
            let marked: Value = serde_json::from_str(&marked(&text, finding)).unwrap();
            if finding.rule == Rule::AdditionalProperties {
                let object = document.pointer(&finding.pointer).unwrap();
                prop_assert!(object.get(marked.as_str().unwrap()).is_some());
            } else {
                prop_assert_eq!(Some(&marked), document.pointer(&finding.pointer));
            }
        }
    }

    #[test]
    fn a_bounded_report_is_the_head_of_the_whole_one(document in documents(), most in 0usize..6) {
        let text = document.to_string();
        let mut options = ValidateOptions { collect_all: true, ..ValidateOptions::default() };
        let whole = validate_text(text.as_bytes(), &options);
        options.limits.max_diagnostics = most;
        let bounded = validate_text(text.as_bytes(), &options);
        prop_assert_eq!(bounded.valid, whole.valid);
        prop_assert_eq!(bounded.truncated, whole.diagnostics.len() > most);
        let head = whole.diagnostics.iter().take(most);
        prop_assert!(bounded.diagnostics.iter().eq(head));
    }

    #[test]
    fn valid_means_no_error(text in texts(), options in option_sets()) {
        let report = validate_value(&text, &options);
        let errors = report.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
        let errors = errors.count();
        prop_assert_eq!(report.errors.len(), errors);
        prop_assert!(report.truncated || report.valid == (errors == 0));
        prop_assert!(!report.valid || errors == 0);
    }
}
