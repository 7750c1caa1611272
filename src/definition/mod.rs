//! Saga definitions: may this one run?

pub mod diagnostic;
pub mod model;
pub mod options;

pub(crate) mod components;
mod document;
mod findings;
mod ids;
pub(crate) mod input;
pub(crate) mod json;
pub(crate) mod objects;
mod outline;
mod packed;
mod position;
pub(crate) mod reader;
mod rule;
mod rules;
mod schema;
mod structure;
mod suggest;
mod writer;

use std::borrow::Cow;

use serde_json::Value;

pub use diagnostic::{Diagnostic, Path, Report, Rule, Segment, Severity};
pub use json::Json;
pub use model::{SagaDefinition, StepDefinition};
pub use options::{VALID_ACTION_PREFIXES, ValidateOptions};
pub use schema::SAGA_DEFINITION_SCHEMA;

use crate::error::{Code, Error};
use diagnostic::Anchor;
use findings::Findings;
use objects::Wrong;
use outline::Outline;
use packed::Packed;
use reader::Reader;
use structure::Source;

/// Judges JSON text in UTF-8; every finding has its range.
///
/// ```
/// use sagaward::definition::{validate_text, Rule};
///
/// let text = br#"{"name": "x", "session_id": "s", "steps": [], "fan_outs": []}"#;
/// let report = validate_text(text, &Default::default());
/// let unknown = &report.diagnostics[0];
/// assert_eq!(unknown.rule, Rule::AdditionalProperties);
/// assert_eq!(unknown.help.as_deref(), Some("did you mean \"fan_out\"?"));
/// assert_eq!(unknown.range.unwrap().start.column, 47);
/// ```
pub fn validate_text(text: &[u8], options: &ValidateOptions) -> Report {
    let (findings, truncated, valid) = judge(text, options, Findings::new(options));
    let mut diagnostics = findings;
    position::locate(text, &mut diagnostics);
    report(diagnostics, truncated, valid)
}

/// Judges a value that was written as JSON text only to get here: like [`validate_text`], but
/// findings have no range, for nobody ever saw that text.
pub fn validate_value(text: &[u8], options: &ValidateOptions) -> Report {
    let (diagnostics, truncated, valid) = judge(text, options, Findings::new(options));
    report(diagnostics, truncated, valid)
}

/// Judges one step by itself, as JSON: its structure, not what it means in a saga.
pub fn validate_step(step: &[u8]) -> Report {
    let options = ValidateOptions::default();
    let mut findings = Findings::new(&options);
    match document::read(step, &options.limits) {
        Err(finding) => findings.add(finding.rule, |_| *finding),
        Ok(document) => {
            let mut definition = serde_json::Map::new();
            definition.insert("name".to_owned(), "-".into());
            definition.insert("session_id".to_owned(), "-".into());
            definition.insert("steps".to_owned(), vec![document.value].into());
            schema::check(&definition.into(), &mut findings);
        }
    }
    let (mut diagnostics, truncated, valid) = findings.finish();
    for finding in &mut diagnostics {
        finding.within("/steps/0");
    }
    report(diagnostics, truncated, valid)
}

/// The definition that a text holds, once it was judged.
///
/// ```
/// use sagaward::definition::parse_definition;
///
/// let error = parse_definition(r#"{"name": "x"}"#, &Default::default()).unwrap_err();
/// assert_eq!(error.details["errors"][0], "[(root)] 'session_id' is a required property");
/// ```
pub fn parse_definition(text: &str, options: &ValidateOptions) -> Result<SagaDefinition, Error> {
    if !is_valid(text.as_bytes(), options) {
        return Err(invalid(&validate_text(text.as_bytes(), options)));
    }
    objects::from_str(text).map_err(unreadable)
}

/// The step that a text holds, once it was judged by itself.
pub fn parse_step(text: &str) -> Result<StepDefinition, Error> {
    let report = validate_step(text.as_bytes());
    if !report.valid {
        return Err(invalid(&report));
    }
    objects::from_str(text).map_err(unreadable)
}

fn invalid(report: &Report) -> Error {
    Error::new(Code::InvalidDefinition, report.errors.join("\n"))
        .with("errors", report.errors.clone())
        .with("diagnostics", diagnostic::as_value(&report.diagnostics))
}

pub(crate) fn unreadable(wrong: Box<Wrong>) -> Error {
    Error::new(
        Code::InvalidDefinition,
        format!("not a definition: {wrong}"),
    )
}

/// The verdict alone, the fast path: always equal to `validate_text(…).valid`.
pub fn is_valid(text: &[u8], options: &ValidateOptions) -> bool {
    surely_valid(text, options) || {
        let (_, _, valid) = judge(text, options, Findings::verdict_only(options));
        valid
    }
}

/// Whether the one fast pass is sure. `false` means: ask the full validator.
fn surely_valid(text: &[u8], options: &ValidateOptions) -> bool {
    let twins_matter = options.rules.severity(Rule::DuplicateKey) == Some(Severity::Error);
    if text.len() > options.limits.max_bytes || twins_matter {
        return false;
    }
    let text = std::str::from_utf8(text);
    text.is_ok_and(|text| surely_sound(Reader::new(text), options))
}

/// Whether the fast pass is sure of a value that its host packed. `false` means: write it as JSON
/// and ask [`is_valid`].
#[cfg_attr(not(any(feature = "js", test)), expect(dead_code))]
pub(crate) fn packed_is_surely_valid(packed: &[u8], options: &ValidateOptions) -> bool {
    surely_sound(Packed::new(packed), options)
}

fn surely_sound<'a>(source: impl Source<'a>, options: &ValidateOptions) -> bool {
    let Ok(outline) = structure::outline(source, &options.limits) else {
        return false;
    };
    let mut findings = Findings::verdict_only(options);
    rules::apply(&outline, options, &mut findings);
    findings.valid()
}

fn judge(
    text: &[u8],
    options: &ValidateOptions,
    mut findings: Findings,
) -> (Vec<Diagnostic>, bool, bool) {
    match document::read(text, &options.limits) {
        Err(finding) => findings.add(finding.rule, |_| *finding),
        Ok(document) => {
            let value = &document.value;
            check(value, options, &mut findings);
            for finding in document.duplicate_keys {
                findings.add(Rule::DuplicateKey, |_| finding);
            }
        }
    }
    findings.finish()
}

fn check(definition: &Value, options: &ValidateOptions, findings: &mut Findings) {
    let steps = definition
        .get("steps")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if steps > options.limits.max_steps {
        findings.add(Rule::TooManySteps, |_| {
            let most = options.limits.max_steps;
            let message = format!("{steps} steps are more than {most}");
            let mut finding =
                Diagnostic::new(Rule::TooManySteps, Path::root().key("steps"), message);
            finding.anchor = Anchor::Key;
            finding.help = Some("raise limits.maxSteps if that is meant".to_owned());
            finding
        });
        return;
    }
    schema::check(definition, findings);
    if findings.valid() || options.collect_all {
        rules::apply(&Outline::of(definition), options, findings);
    }
}

fn report(diagnostics: Vec<Diagnostic>, truncated: bool, valid: bool) -> Report {
    let errors = diagnostics
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(Diagnostic::reference_line)
        .collect();
    Report {
        valid,
        diagnostics,
        truncated,
        errors,
    }
}

/// A quoted part of a document, cut at 120 characters.
pub(crate) fn quote(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(120) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}
