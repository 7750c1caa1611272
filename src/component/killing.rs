//! The interface `killing`.

use std::cell::RefCell;

use serde_json::json;

use super::Component;
use super::convert::{Answer, Out, Taken, names, record_out, records};
use super::interfaces::killing as host;
use crate::error::Error;
use crate::kill::{Found, KillRequest, KillSwitch, KillSwitchOptions};
use crate::saga::Timestamp;

/// The core's types by the names of the interface.
mod own {
    pub use crate::kill::{
        HandoffStatus, KillReason, KillResult, KillSwitchOptions, KillSwitchSnapshot, KilledAgent,
        Move, Offer, OnUnconfirmed, StepHandoff, SubstituteOrder, TerminationOutcome,
    };
}

/// A switch that the host holds.
pub struct Held(RefCell<KillSwitch>);

impl host::Guest for Component {
    type KillSwitch = Held;

    fn default_options() -> host::KillSwitchOptions {
        KillSwitchOptions::default().out()
    }
}

impl host::GuestKillSwitch for Held {
    fn create(options: Option<host::KillSwitchOptions>) -> Answer<host::KillSwitch> {
        let options: Option<KillSwitchOptions> = options.taken()?;
        held(KillSwitch::new(options.unwrap_or_default()))
    }

    fn restore(snapshot: host::KillSwitchSnapshot) -> Answer<host::KillSwitch> {
        held(snapshot.taken().and_then(KillSwitch::restore))
    }

    fn snapshot(&self) -> host::KillSwitchSnapshot {
        self.0.borrow().snapshot().out()
    }

    fn revive(&self, agent_did: String) -> bool {
        self.0.borrow_mut().revive(&agent_did)
    }

    fn is_killed(&self, agent_did: String) -> bool {
        self.0.borrow().is_killed(&agent_did)
    }

    fn killed(&self) -> Vec<host::KilledBy> {
        let switch = self.0.borrow();
        let killed = switch.killed_by();
        let killed = killed.map(|(agent_did, kill_id)| host::KilledBy {
            agent_did: agent_did.to_owned(),
            kill_id: kill_id.to_owned(),
        });
        killed.collect()
    }

    fn register_substitute(&self, session_id: String, agent_did: String, asks: bool) {
        let mut switch = self.0.borrow_mut();
        switch.register_substitute(&session_id, &agent_did, asks);
    }

    fn unregister_substitute(&self, session_id: String, agent_did: String) {
        let mut switch = self.0.borrow_mut();
        switch.unregister_substitute(&session_id, &agent_did);
    }

    fn substitutes(&self, session_id: String) -> Vec<String> {
        let switch = self.0.borrow();
        let substitutes = switch.substitutes(&session_id).into_iter();
        substitutes.map(str::to_owned).collect()
    }

    fn history(&self) -> Vec<host::KillResult> {
        self.0.borrow().history().cloned().map(Out::out).collect()
    }

    fn total_kills(&self) -> u32 {
        self.0.borrow().total_kills()
    }

    fn total_handoffs(&self) -> u32 {
        self.0.borrow().total_handoffs().out()
    }

    fn begin(&self, request: host::KillRequest, kill_id: String, at: f64) -> Answer<bool> {
        let at = Timestamp::from_epoch_ms(at)?;
        Ok(self.0.borrow_mut().begin(request.into(), &kill_id, at))
    }

    fn join(&self, request: host::KillRequest, kill_id: String) {
        self.0.borrow_mut().join(&request.into(), &kill_id);
    }

    fn found(&self, kill_id: String, attachment: u32, steps: Vec<host::Found>) {
        let steps = steps.into_iter().map(Found::from).collect();
        self.0.borrow_mut().found(&kill_id, attachment, steps);
    }

    fn reopen(&self, kill_id: String, from_agent: String, attachment: u32, step: host::Found) {
        let mut switch = self.0.borrow_mut();
        switch.reopen(&kill_id, &from_agent, attachment, step.into());
    }

    fn terminated(
        &self,
        kill_id: String,
        termination: host::TerminationOutcome,
        error: Option<String>,
    ) {
        let mut switch = self.0.borrow_mut();
        switch.terminated(&kill_id, termination.into(), error);
    }

    fn note(&self, kill_id: String, error: String) {
        self.0.borrow_mut().note(&kill_id, error);
    }

    fn settled(&self, attachment: u32, step_id: String) -> Option<String> {
        self.0.borrow_mut().settled(attachment, &step_id)
    }

    fn decided(
        &self,
        attachment: u32,
        step_id: String,
        to_agent: Option<String>,
    ) -> Option<String> {
        let mut switch = self.0.borrow_mut();
        switch.decided(attachment, &step_id, to_agent.as_deref())
    }

    fn unsettled(&self, kill_id: String) -> u32 {
        self.0.borrow().unsettled(&kill_id).out()
    }

    fn offers(&self, kill_id: String) -> Vec<host::Offer> {
        self.0.borrow_mut().offers(&kill_id).out()
    }

    fn answer(&self, kill_id: String, index: u32, accepted: bool, error: Option<String>) {
        let mut switch = self.0.borrow_mut();
        switch.answer(&kill_id, index as usize, accepted, error);
    }

    fn moves(&self, kill_id: String) -> Vec<host::Move> {
        self.0.borrow_mut().moves(&kill_id).out()
    }

    fn amend(&self, kill_id: String) {
        self.0.borrow_mut().amend(&kill_id);
    }

    fn finish(&self, kill_id: String, at: f64) -> Answer<Option<host::KillResult>> {
        let at = Timestamp::from_epoch_ms(at)?;
        Ok(self.0.borrow_mut().finish(&kill_id, at).out())
    }
}

fn held(switch: Result<KillSwitch, Error>) -> Answer<host::KillSwitch> {
    Ok(host::KillSwitch::new(Held(RefCell::new(switch?))))
}

names! {
    KillReason {
        BehavioralDrift, RateLimit, RingBreach, Manual, QuarantineTimeout, SessionTimeout
    }
    OnUnconfirmed { Hold, Proceed }
    SubstituteOrder { First, RoundRobin }
    HandoffStatus { Pending, HandedOff, Failed, Compensated }
    TerminationOutcome { Confirmed, Signalled, TimedOut, Threw, NoHandler, AlreadyKilled }
}

record_out! {
    Offer { index, step_id, saga_id, session_id, from_agent, to_agent, kill_id, in_doubt }
    Move { attachment, step_id, to_agent }
}

records! {
    KillSwitchOptions { callback_timeout_ms, on_unconfirmed, substitutes, history_limit }
    StepHandoff { step_id, saga_id, from_agent, to_agent, status, in_doubt, error }
    KillResult {
        kill_id, agent_did, session_id, reason, timestamp, handoffs, handoff_success_count,
        compensation_triggered, terminated, termination, error, duration_ms, details
    }
    KilledAgent { agent_did, kill_id, proceed, moved }
    KillSwitchSnapshot { format, version, options, killed, history, total_kills, total_handoffs }
}

impl From<host::KillRequest> for KillRequest {
    fn from(request: host::KillRequest) -> Self {
        let steps = request.in_flight_steps.into_iter();
        let steps = steps.map(|step| json!({ "step_id": step.step_id, "saga_id": step.saga_id }));
        Self {
            agent_did: request.agent_did,
            session_id: request.session_id,
            reason: request.reason.into(),
            in_flight_steps: steps.collect(),
            details: request.details,
        }
    }
}

impl From<host::Found> for Found {
    fn from(found: host::Found) -> Self {
        let host::Found {
            step_id,
            saga_id,
            session_id,
            settled,
            in_doubt,
        } = found;
        Self {
            step_id,
            saga_id,
            session_id,
            settled,
            in_doubt,
        }
    }
}
