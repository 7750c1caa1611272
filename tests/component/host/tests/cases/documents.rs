//! The component's values, as serde writes their types, and the documents that every host of the
//! core knows.

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The fields that hold the text of any JSON value.
const JSON_TEXT: [&str; 6] = [
    "result",
    "metadata",
    "fan_out",
    "execute_result",
    "compensation_result",
    "replace",
];
/// The fields whose own fields stand beside them in a document.
const FLAT: [&str; 3] = ["fact", "told", "failure"];
/// Those of them that are one of several, told apart by `type`.
const VARIANTS: [&str; 2] = ["fact", "told"];
/// The cases of variants that carry nothing.
const EMPTY: [&str; 5] = ["pause", "resume", "escalate", "run_paused", "run_resumed"];
const TIMES: [&str; 6] = [
    "at",
    "timestamp",
    "created_at",
    "completed_at",
    "started_at",
    "retry_at",
];
const NAMES: [&str; 18] = [
    "code",
    "rule",
    "severity",
    "state",
    "to",
    "outcome",
    "action",
    "activity",
    "backoff",
    "in_doubt",
    "on_undo_failure",
    "timer",
    "effect",
    "reason",
    "termination",
    "status",
    "on_unconfirmed",
    "substitutes",
];
/// The option bags: their names are camelCase, as everywhere.
const OPTIONS: [&str; 2] = ["settings", "options"];

/// What the component gave.
pub fn document(value: &impl Serialize) -> Value {
    written(serde_json::to_value(value).unwrap(), "", false)
}

fn written(value: Value, key: &str, is_option: bool) -> Value {
    match value {
        Value::String(text) if JSON_TEXT.contains(&key) => serde_json::from_str(&text).unwrap(),
        Value::String(name) if NAMES.contains(&key) => snake(&name).into(),
        Value::Number(time) if TIMES.contains(&key) => {
            let time = DateTime::from_timestamp_millis(time.as_f64().unwrap() as i64).unwrap();
            time.to_rfc3339_opts(SecondsFormat::Millis, true).into()
        }
        Value::Array(items) => {
            let items = items.into_iter();
            items.map(|item| written(item, "", is_option)).collect()
        }
        Value::Object(fields) => {
            let mut document = Map::new();
            for (key, field) in fields {
                let in_options = is_option || OPTIONS.contains(&key.as_str());
                if VARIANTS.contains(&key.as_str()) {
                    document.extend(object(case(field)));
                } else if FLAT.contains(&key.as_str()) {
                    document.extend(object(written(field, &key, in_options)));
                } else {
                    let name = if is_option { camel(&key) } else { key.clone() };
                    document.insert(name, written(field, &key, in_options));
                }
            }
            document.into()
        }
        other => other,
    }
}

/// One case of a variant.
pub fn case_document(value: &impl Serialize) -> Value {
    case(serde_json::to_value(value).unwrap())
}

fn case(value: Value) -> Value {
    let (name, fields) = match value {
        Value::String(name) => (name, json!({})),
        other => object(other).into_iter().next().unwrap(),
    };
    let mut document = object(written(fields, "", false));
    document.insert("type".into(), snake(&name).into());
    document.into()
}

/// The same back.
pub fn typed<T: DeserializeOwned>(document: &Value) -> T {
    serde_json::from_value(read(document, "")).unwrap()
}

fn read(document: &Value, key: &str) -> Value {
    match document {
        Value::Null => Value::Null,
        any if JSON_TEXT.contains(&key) => any.to_string().into(),
        Value::String(name) if NAMES.contains(&key) => pascal(name).into(),
        Value::String(time) if TIMES.contains(&key) => {
            let time = DateTime::parse_from_rfc3339(time).unwrap();
            time.timestamp_millis().into()
        }
        Value::Array(items) => items.iter().map(|item| read(item, "")).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, field)| {
                let key = snake(key);
                let field = read(field, &key);
                (key, field)
            });
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

/// One of several names.
pub fn name<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(pascal(name).into()).unwrap()
}

/// An event, or an input: what is flat in a document is a case of a variant.
pub fn typed_case<T: DeserializeOwned>(document: &Value, key: &str) -> T {
    let mut fields = object(document.clone());
    let name = fields.remove("type").unwrap();
    let name = name.as_str().unwrap();
    let mut whole = Map::new();
    for key in ["seq", "at"] {
        whole.extend(
            fields
                .remove(key)
                .map(|field| (key.into(), read(&field, key))),
        );
    }
    if key == "told" && ["attempt_failed", "undo_failed"].contains(&name) {
        let attempt_key = fields.remove("attempt_key");
        let failure = json!({ "retryable": true, "effect": "none" });
        let failure: Map<_, _> = object(failure).into_iter().chain(fields).collect();
        fields = object(json!({ "attempt_key": attempt_key, "failure": failure }));
    }
    let fields = match name {
        empty if EMPTY.contains(&empty) => Value::Null,
        // Its `reason` is any text.
        "cancel" => fields.into(),
        _ => read(&fields.into(), ""),
    };
    whole.insert(key.into(), json!({ pascal(name): fields }));
    serde_json::from_value(whole.into()).unwrap()
}

/// The defaults, changed where something is given. Every text in options is one of several names.
pub fn merged<T: Serialize + DeserializeOwned>(defaults: T, given: &Value) -> T {
    let mut options = serde_json::to_value(defaults).unwrap();
    change(&mut options, given);
    serde_json::from_value(options).unwrap()
}

fn change(options: &mut Value, given: &Value) {
    match given {
        Value::Object(fields) => {
            for (key, field) in fields {
                change(&mut options[snake(key)], field);
            }
        }
        Value::String(name) => *options = pascal(name).into(),
        other => *options = other.clone(),
    }
}

/// What can be compared: no value and an empty list are the same as no key, and 5 is 5.0. The
/// component gives places as JSON pointers alone.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, field)| match key.as_str() {
                "path" => ("pointer".into(), pointer(field)),
                _ => (key.clone(), plain(field)),
            });
            Value::Object(fields.filter(|(_, field)| says_something(field)).collect())
        }
        other => other.clone(),
    }
}

fn says_something(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
}

fn pointer(path: &Value) -> Value {
    let parts = path.as_array().unwrap().iter().map(|part| {
        let part = part
            .as_str()
            .map_or_else(|| part.to_string(), str::to_owned);
        format!("/{}", part.replace('~', "~0").replace('/', "~1"))
    });
    parts.collect::<String>().into()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("no object: {other}"),
    }
}

fn snake(name: &str) -> String {
    let letters = name.chars().enumerate().flat_map(|(at, letter)| {
        let parts = at > 0 && letter.is_ascii_uppercase();
        parts
            .then_some('_')
            .into_iter()
            .chain([letter.to_ascii_lowercase()])
    });
    letters.collect()
}

fn pascal(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

fn camel(name: &str) -> String {
    let name = pascal(name);
    name[..1].to_ascii_lowercase() + &name[1..]
}
