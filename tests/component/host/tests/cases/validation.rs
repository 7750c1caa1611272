use super::{answer, cases, instance, same, text};
use crate::documents::{document, merged};
use sagaward_host::Instance;

#[test]
fn validation() {
    let Instance { mut store, exports } = instance();
    let validation = exports.sagaward_saga_validation();
    for case in cases(include_str!("../../../../fixtures/cases/validation.json")) {
        let written = text(&case, "document").to_owned();
        let options = case.get("options").map(|given| {
            let defaults = validation.call_default_options(&mut store).unwrap();
            merged(defaults, given)
        });
        let report = match text(&case, "source") {
            "text" => validation.call_validate_text(&mut store, &written, options.as_ref()),
            _ => validation.call_validate_value(&mut store, &written, options.as_ref()),
        };
        let report = report.unwrap().map(|report| document(&report));
        same(&answer(report, "report"), &case, &["report", "error"]);
        if options.is_none() {
            let verdict = validation.call_is_valid(&mut store, &written).unwrap();
            assert_eq!(case["report"]["valid"], verdict, "{}", case["name"]);
        }
    }
}
