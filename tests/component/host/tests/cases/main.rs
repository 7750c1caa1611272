//! The cases that every host of the core runs, here in Rust through wasmtime:
//! `tests/fixtures/cases/*.json`. `SAGAWARD_COMPONENT` names the component.

mod documents;
mod killing;
mod lifecycle;
mod limiting;
mod validation;

use documents::{document, plain};
use sagaward_host::exports::sagaward::saga::types::{Code, Error};
use sagaward_host::{Host, Instance};
use serde_json::{Value, json};
use std::sync::LazyLock;

static HOST: LazyLock<Host> = LazyLock::new(|| {
    let file = std::env::var_os("SAGAWARD_COMPONENT");
    let file = file.expect("SAGAWARD_COMPONENT must name the component");
    Host::load(file.as_ref()).unwrap()
});

fn instance() -> Instance {
    HOST.instance().unwrap()
}

#[test]
fn it_imports_nothing() {
    assert_eq!(HOST.imports(), Vec::<String>::new());
}

fn cases(file: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(file).unwrap();
    let cases: Vec<Value> = serde_json::from_value(file["cases"].take()).unwrap();
    assert!(!cases.is_empty());
    cases
}

fn list<'a>(case: &'a Value, key: &str) -> &'a [Value] {
    case[key].as_array().unwrap()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

fn number(case: &Value, key: &str) -> f64 {
    case[key].as_f64().unwrap()
}

/// What a call returned, or its error as the cases have it.
fn answer(done: Result<Value, Error>, key: &str) -> Value {
    let error = match done {
        Ok(value) => return json!({ key: value }),
        Err(error) => error,
    };
    let code = document(&error)["code"].take();
    if error.code == Code::InvalidDefinition {
        let details: Value = serde_json::from_str(&error.details).unwrap();
        return json!({ "error": { "code": code, "errors": details["errors"] } });
    }
    json!({ "error": { "code": code, "message": error.message } })
}

/// Whether these fields of what was found are those of the case.
fn same(found: &Value, case: &Value, fields: &[&str]) {
    for field in fields {
        let (found, expected) = (plain(&found[field]), plain(&case[field]));
        assert_eq!(found, expected, "{field} of {case}");
    }
}
