//! The kill switch where its host misuses it or kills join.

use sagaward::kill::{
    HandoffStatus, KillRequest, KillSwitch, KillSwitchOptions, TerminationOutcome,
};
use sagaward::saga::Timestamp;

fn request(steps: &str) -> KillRequest {
    let text = format!(
        r#"{{"agent_did": "a", "session_id": "s", "reason": "manual", "in_flight_steps": {steps}}}"#
    );
    KillRequest::from_json(&text).unwrap()
}

fn begun(steps: &str) -> (KillSwitch, Timestamp) {
    let mut switch = KillSwitch::new(KillSwitchOptions::default()).unwrap();
    let now = Timestamp::from_epoch_ms(0.0).unwrap();
    switch.register_substitute("s", "b", true);
    switch.begin(request(steps), "kill:1", now);
    (switch, now)
}

#[test]
fn an_answer_that_nobody_asked_for_changes_nothing() {
    let (mut switch, now) = begun(r#"[{"step_id": "1"}]"#);
    switch.answer("kill:1", 0, true, None);
    switch.terminated("kill:1", TerminationOutcome::NoHandler, None);
    assert_eq!(switch.offers("kill:1").len(), 1);
    switch.answer("kill:1", 0, true, None);
    switch.answer("kill:1", 0, false, None);
    assert!(switch.offers("kill:1").is_empty());
    let record = switch.finish("kill:1", now).unwrap();
    assert_eq!(record.handoffs[0].status, HandoffStatus::HandedOff);
}

#[test]
fn a_malformed_step_hides_no_step_without_ids_that_joins() {
    let (mut switch, now) = begun("[7]");
    switch.join(&request("[{}]"), "kill:1");
    let record = switch.finish("kill:1", now).unwrap();
    assert_eq!(record.handoffs.len(), 2);
}
