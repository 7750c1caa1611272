//! The structural rules: the one JSON Schema, compiled in, and its findings in our words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use serde_json::Value;

use super::diagnostic::{Anchor, Diagnostic, Fix, Path, Related, Rule};
use super::findings::Findings;
use super::json;
use super::quote;
use super::suggest::{did_you_mean, nearest};
use crate::map::{Map, sorted};

/// The text of the JSON Schema (2020-12) of a saga definition, the reference's field for field.
pub const SAGA_DEFINITION_SCHEMA: &str = include_str!("saga.schema.json");

#[jsonschema::validator(path = "src/definition/saga.schema.json")]
struct Schema;

/// The most places that are named beside one finding.
const MOST_RELATED: usize = 100;

pub(crate) fn check(definition: &Value, findings: &mut Findings) {
    let errors: Vec<ValidationError> = Schema::iter_errors(definition).collect();
    // As the reference sorts: by path, and at one path in the order of the schema's keywords.
    let keys: Vec<(Path, usize)> = errors
        .iter()
        .map(|error| (path(error), rank(error)))
        .collect();
    let order = sorted(keys.len(), &mut |a, b| keys.get(a).cmp(&keys.get(b)));
    let found = order
        .into_iter()
        .filter_map(|place| Some((keys.get(place)?.0.clone(), errors.get(place)?)));
    for (path, error) in found {
        let rule = rule(error.kind());
        findings.add(rule, |suggest| {
            let step_id = step_id(definition, &path);
            let mut finding = describe(rule, path, error, suggest);
            finding.step_id = step_id;
            finding
        });
    }
}

fn path(error: &ValidationError) -> Path {
    let mut path = Path::root();
    for segment in error.instance_path() {
        path = match segment {
            LocationSegment::Index(index) => path.index(index),
            LocationSegment::Property(key) => path.key(key),
        };
    }
    path
}

fn rule(kind: &ValidationErrorKind) -> Rule {
    match kind {
        ValidationErrorKind::Type { .. } => Rule::Type,
        ValidationErrorKind::Required { .. } => Rule::Required,
        ValidationErrorKind::MinLength { .. } => Rule::MinLength,
        ValidationErrorKind::Minimum { .. } => Rule::Minimum,
        ValidationErrorKind::Maximum { .. } => Rule::Maximum,
        ValidationErrorKind::MinItems { .. } => Rule::MinItems,
        ValidationErrorKind::UniqueItems => Rule::UniqueItems,
        ValidationErrorKind::AdditionalProperties { .. } => Rule::AdditionalProperties,
        // Keywords that the schema does not use; a test asserts that it uses no others.
        _ => Rule::Type,
    }
}

fn rank(error: &ValidationError) -> usize {
    match error.kind() {
        ValidationErrorKind::Type { .. } => 0,
        ValidationErrorKind::Required { .. } => 1,
        ValidationErrorKind::AdditionalProperties { .. } => 3,
        _ => 2,
    }
}

/// The id of the step that holds `path`, where it has one.
fn step_id(definition: &Value, path: &Path) -> Option<String> {
    use super::diagnostic::Segment::{Index, Key};
    let [Key(steps), Index(index), ..] = path.0.as_slice() else {
        return None;
    };
    let id = definition.get(steps)?.get(index)?.get("id")?.as_str()?;
    (!id.is_empty() && steps == "steps").then(|| id.to_owned())
}

fn describe(rule: Rule, path: Path, error: &ValidationError, suggest: bool) -> Diagnostic {
    let value = error.instance();
    let finding = |message: String| Diagnostic::new(rule, path.clone(), message);
    match error.kind() {
        ValidationErrorKind::Type { kind } => {
            let expected: Vec<String> = match kind {
                TypeKind::Single(one) => vec![one.to_string()],
                TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect(),
            };
            let names: Vec<String> = expected.iter().map(|name| format!("'{name}'")).collect();
            let mut finding = finding(format!(
                "{} is not of type {}",
                quote(&json::text(value)),
                names.join(", ")
            ));
            finding.fixes = retyped(value, &expected)
                .map(|value| {
                    Fix::replace(format!("Write {}", json::text(&value)), path.clone(), value)
                })
                .into_iter()
                .collect();
            finding
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let mut finding = finding(format!("'{name}' is a required property"));
            finding.help = Some(format!("add the key \"{name}\""));
            finding
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unknown_keys(finding, &path, value, unexpected, suggest)
        }
        ValidationErrorKind::MinLength { .. } => finding("'' should be non-empty".to_owned()),
        ValidationErrorKind::MinItems { .. } => finding("[] should be non-empty".to_owned()),
        ValidationErrorKind::Minimum { limit } => {
            let text = format!(
                "{} is less than the minimum of {}",
                json::text(value),
                json::text(limit)
            );
            with_bound(finding(text), path.clone(), limit)
        }
        ValidationErrorKind::Maximum { limit } => {
            let text = format!(
                "{} is greater than the maximum of {}",
                json::text(value),
                json::text(limit)
            );
            with_bound(finding(text), path.clone(), limit)
        }
        ValidationErrorKind::UniqueItems => {
            let text = quote(&json::text(value)).into_owned();
            with_twin(
                finding(format!("{text} has non-unique elements")),
                &path,
                value,
            )
        }
        // Not `error.to_string()`: it would bring the words for every keyword there is.
        _ => finding(format!("breaks the keyword '{}'", error.kind().keyword())),
    }
}

/// The same value in one of the expected types, where nothing is guessed: `"30"` → `30`.
fn retyped(value: &Value, expected: &[String]) -> Option<Value> {
    let wants = |name: &str| expected.iter().any(|one| one == name);
    match value {
        Value::String(text) if wants("integer") => text.trim().parse::<u32>().ok().map(Value::from),
        Value::String(text) if wants("array") => Some(Value::from(vec![text.as_str()])),
        Value::Number(number) if wants("string") => Some(Value::from(number.to_string())),
        _ => None,
    }
}

fn with_bound(mut finding: Diagnostic, path: Path, limit: &Value) -> Diagnostic {
    finding.fixes = vec![Fix::replace(
        format!("Use {}", json::text(limit)),
        path,
        limit.clone(),
    )];
    finding
}

/// One finding an object, as in the reference; its related places are the keys.
fn unknown_keys(
    finding: impl Fn(String) -> Diagnostic,
    path: &Path,
    object: &Value,
    unexpected: &[String],
    suggest: bool,
) -> Diagnostic {
    let known: &[&str] = if path.0.is_empty() {
        &[
            "name",
            "session_id",
            "saga_id",
            "steps",
            "fan_out",
            "metadata",
        ]
    } else {
        &[
            "id",
            "action_id",
            "agent",
            "execute_api",
            "undo_api",
            "timeout",
            "retries",
            "checkpoint_goal",
            "depends_on",
        ]
    };
    let names: Vec<String> = unexpected.iter().map(|key| format!("'{key}'")).collect();
    let verb = if names.len() == 1 { "was" } else { "were" };
    let names = names.join(", ");
    let mut finding = finding(format!(
        "Additional properties are not allowed ({} {verb} unexpected)",
        quote(&names)
    ));
    let mut helps = Vec::new();
    for key in unexpected.iter().take(MOST_RELATED) {
        let place = path.clone().key(key);
        let free = known
            .iter()
            .copied()
            .filter(|name| object.get(name).is_none());
        let meant = if suggest { nearest(key, free) } else { None };
        finding.fixes.push(match meant {
            Some(name) => {
                helps.push(name);
                Fix::rename(
                    format!("Rename \"{}\" to \"{name}\"", quote(key)),
                    place.clone(),
                    name,
                )
            }
            None => Fix::remove(format!("Remove \"{}\"", quote(key)), place.clone()),
        });
        let message = match meant {
            Some(name) => did_you_mean(name),
            None => "unknown key".to_owned(),
        };
        finding
            .related
            .push(Related::new(message, place, Anchor::Key));
    }
    finding.help = match helps.as_slice() {
        [] => Some(format!("the known keys are {}", known.join(", "))),
        [one] => Some(did_you_mean(one)),
        many => Some(format!("did you mean {}?", many.join(", "))),
    };
    finding.anchor = Anchor::FirstRelated;
    finding
}

/// Points at an item that stands twice, and at its first twin.
fn with_twin(mut finding: Diagnostic, path: &Path, array: &Value) -> Diagnostic {
    let Some(items) = array.as_array() else {
        return finding;
    };
    let mut seen = Map::new();
    let mut items = items.iter().enumerate();
    let twins =
        items.find_map(|(index, item)| Some((seen.insert(json::text(item), index)?, index)));
    if let Some((first, second)) = twins {
        let place = |index| path.clone().index(index);
        finding.related = vec![
            Related::new("this item", place(first), Anchor::Value),
            Related::new("is here again", place(second), Anchor::Value),
        ];
        finding.fixes = vec![Fix::remove("Remove the second", place(second))];
    }
    finding
}
