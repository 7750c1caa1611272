//! The fast verdict is the full validator's, whatever it is given: sound definitions, definitions
//! with every kind of fault, and texts in which tokens or bytes were changed. The inputs follow from
//! the seed, so a failure comes again; what is printed of it is cut down to what still fails.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::catch_unwind;
use std::path::Path;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use sagaward::definition::{Rule, ValidateOptions, is_valid, validate_text};

const SEED: u64 = 20_261_123;

/// What changes a document's fate, beside the tokens of the documents themselves.
const DICTIONARY: [&str; 60] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\r\n\t",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "1.0",
    "1e0",
    "10",
    "10.0",
    "11",
    "-1",
    "0.5",
    "86400",
    "864e2",
    "86401",
    "86400.0000000000000001",
    "01",
    "1.",
    "1e400",
    "1e-400",
    "9007199254740993",
    "18446744073709551616",
    "\"\"",
    "\" \"",
    "\"a\"",
    "\"\\u0061\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\ud83d\\ude00\"",
    "\"😀\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\u0000\"",
    "\"\u{1}\"",
    "\"\u{7f}\u{2028}\u{e000}\"",
    "\"deploy.x\"",
    "\"data.\\u0078\"",
    "\"d\\u0061ta.x\"",
    "\"dploy.x\"",
    "\"id\"",
    "\"\\u0069d\"",
    "\"depends_on\"",
    "\"undo_api\"",
    "\"steps\"",
    "\"policy\"",
    "\"metadata\"",
    "\"__proto__\"",
    "\"majority_must_succeed\"",
    "\"any\"",
    "\u{feff}",
    "/**/",
];

const OPTIONS: [&str; 9] = [
    "{}",
    "{}",
    "{}",
    r#"{"collectAll": true}"#,
    r#"{"rules": {"missing_undo_api": "off", "unknown_action_prefix": "warning"}}"#,
    r#"{"rules": {"duplicate_key": "error", "branch_in_two_groups": "error", "empty_undo_api": "error"}}"#,
    r#"{"actionPrefixes": ["own.", "deploy."]}"#,
    r#"{"limits": {"maxDepth": 4, "maxSteps": 2}}"#,
    r#"{"limits": {"maxBytes": 300, "maxDiagnostics": 1}}"#,
];

#[test]
fn twenty_thousand_documents() {
    fuzz(20_000);
}

#[test]
#[ignore = "takes minutes"]
fn a_million_documents() {
    fuzz(1_000_000);
}

fn fuzz(executions: usize) {
    let corpus = corpus();
    let options = OPTIONS.map(|json| ValidateOptions::from_json(json).unwrap());
    let mut chance = Chance::new(SEED);
    let mut seen: BTreeMap<Rule, usize> = BTreeMap::new();
    let mut valid = 0;
    for execution in 0..executions {
        let options = chance.pick(&options);
        let text = chance.document(&corpus);
        if !agree(&text, options) {
            let least = cut_down(&text, |text| !agree(text, options));
            panic!(
                "execution {execution}: the verdicts on b\"{}\" with {options:?} differ",
                least.escape_ascii()
            );
        }
        let report = validate_text(&text, options);
        valid += usize::from(report.valid);
        for finding in report.diagnostics {
            *seen.entry(finding.rule).or_default() += 1;
        }
    }
    // Inputs that reach only some of the rules, or only one of the verdicts, would prove little.
    let rare: BTreeSet<Rule> = Rule::ALL
        .iter()
        .copied()
        .filter(|rule| seen.get(rule).is_none_or(|count| *count < 20))
        .collect();
    assert!(rare.is_empty(), "hardly ever found: {rare:?}");
    assert!(
        (executions / 10..executions * 9 / 10).contains(&valid),
        "{valid} of {executions} are valid"
    );
}

fn agree(text: &[u8], options: &ValidateOptions) -> bool {
    catch_unwind(|| is_valid(text, options) == validate_text(text, options).valid).unwrap_or(false)
}

/// A shortest text, as far as leaving out pieces goes, that still fails.
fn cut_down(text: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut least = text.to_vec();
    let mut size = least.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < least.len() {
            let mut shorter = least.clone();
            shorter.drain(start..least.len().min(start + size));
            if fails(&shorter) {
                least = shorter;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    least
}

type Tokens = Vec<Vec<u8>>;

/// The examples of the rules, good and bad, and those for users.
fn corpus() -> Vec<Tokens> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = Rule::ALL.iter().flat_map(|rule| {
        let folder = root.join("tests/fixtures/rules").join(rule.name());
        [folder.join("good.json"), folder.join("bad.json")]
    });
    let examples = [
        "travel-booking",
        "data-pipeline",
        "model-evaluation",
        "every-mistake",
    ];
    let examples = examples.map(|name| root.join(format!("examples/{name}.json")));
    rules
        .chain(examples)
        .map(|file| tokens(&std::fs::read(file).unwrap()))
        .collect()
}

fn tokens(text: &[u8]) -> Tokens {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let [first, ..] = rest {
        let length = match first {
            b'"' => string_length(rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => rest
                .iter()
                .position(|byte| b"\"{}[],:".contains(byte))
                .unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_vec());
        rest = after;
    }
    tokens
}

fn string_length(text: &[u8]) -> usize {
    let mut escaped = true;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 1)
}

struct Chance(TestRng);

impl Chance {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Chance(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A document of the corpus, as it is or with some tokens changed, now and then some bytes too.
    fn document(&mut self, corpus: &[Tokens]) -> Vec<u8> {
        let mut document = self.pick(corpus).clone();
        for _ in 0..self.below(4) {
            self.change(&mut document, corpus);
        }
        let mut text = document.concat();
        if self.below(8) == 0 && !text.is_empty() {
            let at = self.below(text.len());
            match self.below(3) {
                0 => text[at] ^= 1 << self.below(8),
                1 => text.truncate(at),
                _ => drop(text.remove(at)),
            }
        }
        text
    }

    fn change(&mut self, document: &mut Tokens, corpus: &[Tokens]) {
        let at = self.below(document.len() + 1);
        let end = document.len().min(at + self.below(6));
        let other = match self.below(6) {
            // Often of the same kind, so that the text stays JSON and only its meaning changes.
            0..3 if at < document.len() => {
                let kind = document[at].first().copied();
                let alike: Vec<usize> = (0..document.len())
                    .filter(|i| document[*i].first().copied() == kind)
                    .collect();
                let from = *self.pick(&alike);
                document[at] = document[from].clone();
                return;
            }
            3 => vec![self.pick(&DICTIONARY).as_bytes().to_vec()],
            4 => {
                if let Some(token) = document.get_mut(at) {
                    *token = self.pick(&DICTIONARY).as_bytes().to_vec();
                }
                return;
            }
            5 => {
                let donor = self.pick(corpus);
                let start = self.below(donor.len());
                donor[start..donor.len().min(start + self.below(12))].to_vec()
            }
            _ => Vec::new(),
        };
        document.splice(at..end, other);
    }
}
