//! From one state to the next by one fact. Folding decides nothing; it refuses what cannot be.

use super::Saga;
use super::event::{
    AgentKilled, AgentRevived, AttemptSettled, Event, Fact, LOG_FORMAT, LOG_VERSION, SagaCreated,
    SagaTransitioned, StepAbandoned, StepAdded, StepHandedOff, StepTransitioned,
};
use super::state::{SagaState, StepState};
use super::step::{Fence, Step};
use super::timestamp::Timestamp;
use crate::error::{Code, Error};

impl Saga {
    /// Folds one event into the state and keeps it in the log. An event that cannot follow is
    /// refused, and nothing has changed.
    pub fn fold(&mut self, event: Event) -> Result<(), Error> {
        if event.seq != self.seq + 1 {
            let message = format!("event {} cannot follow event {}", event.seq, self.seq);
            return Err(Error::new(Code::BadLog, message));
        }
        self.apply(&event.fact, event.at)?;
        self.seq = event.seq;
        self.log.push(event);
        Ok(())
    }

    fn apply(&mut self, fact: &Fact, at: Timestamp) -> Result<(), Error> {
        match fact {
            Fact::SagaCreated(_) => Err(Error::new(Code::BadLog, "a saga is created only once")),
            Fact::StepAdded(StepAdded { step }) => self.add(Step::new(step.clone())),
            Fact::StepTransitioned(StepTransitioned {
                step_id,
                to,
                result,
                error,
            }) => {
                let stopped = self.is_stopped(step_id);
                let step = self.step_mut(step_id)?;
                step.state.check(*to, step_id)?;
                if stopped {
                    return Err(fenced(step));
                }
                step.enter(*to, at);
                match to {
                    StepState::Committed => step.execute_result.clone_from(result),
                    StepState::Compensated => step.compensation_result.clone_from(result),
                    StepState::Pending
                    | StepState::Executing
                    | StepState::Compensating
                    | StepState::CompensationFailed
                    | StepState::Failed => {}
                }
                if error.is_some() {
                    step.error.clone_from(error);
                }
                Ok(())
            }
            Fact::SagaTransitioned(SagaTransitioned { to, error }) => {
                self.state.check(*to, &self.saga_id)?;
                self.state = *to;
                self.rolled_back |= *to == SagaState::Compensating;
                if to.is_final() {
                    self.completed_at = Some(at);
                }
                if error.is_some() {
                    self.error.clone_from(error);
                }
                Ok(())
            }
            Fact::AgentKilled(AgentKilled { agent_did, kill_id }) => {
                self.killed.insert(agent_did.clone());
                let in_flight = self
                    .steps
                    .iter_mut()
                    .filter(|step| step.is_executed_by(agent_did));
                // A step that an earlier kill still holds stays its.
                for step in in_flight.filter(|step| step.fence.is_none()) {
                    step.in_doubt = true;
                    step.fence = Some(Fence {
                        kill_id: kill_id.clone(),
                        settled: false,
                    });
                }
                Ok(())
            }
            Fact::AgentRevived(AgentRevived { agent_did }) => {
                self.killed.remove(agent_did);
                Ok(())
            }
            Fact::AttemptSettled(AttemptSettled { step_id }) => {
                self.fence_mut(step_id)?.settled = true;
                Ok(())
            }
            Fact::StepHandedOff(StepHandedOff {
                step_id, to_agent, ..
            }) => {
                let stopped = self.is_stopped(step_id);
                let step = self.step_mut(step_id)?;
                if !stopped {
                    return Err(not_fenced(step_id));
                }
                step.fence = None;
                step.agent_did.clone_from(to_agent);
                Ok(())
            }
            Fact::StepAbandoned(StepAbandoned { step_id, .. }) => {
                self.fence_mut(step_id)?;
                self.step_mut(step_id)?.fence = None;
                Ok(())
            }
        }
    }

    /// Whether a kill stands between a step and its next state.
    pub(crate) fn is_stopped(&self, step_id: &str) -> bool {
        self.step(step_id).is_some_and(|step| {
            let killed = self.killed.contains(&step.agent_did);
            step.fence.is_some() || (killed && step.state == StepState::Pending)
        })
    }

    fn fence_mut(&mut self, step_id: &str) -> Result<&mut Fence, Error> {
        let fence = self.step_mut(step_id)?.fence.as_mut();
        fence.ok_or_else(|| not_fenced(step_id))
    }
}

fn not_fenced(step_id: &str) -> Error {
    let message = format!("step '{step_id}' is not fenced by a kill");
    Error::new(Code::BadLog, message)
}

impl Step {
    fn enter(&mut self, state: StepState, at: Timestamp) {
        self.state = state;
        if state == StepState::Executing {
            self.started_at = Some(at);
        }
        if state.settles() {
            self.completed_at = Some(at);
            self.in_doubt = false;
        }
    }
}

fn fenced(step: &Step) -> Error {
    let message = format!(
        "step '{}' is fenced: its agent '{}' was killed; hand it to a substitute or roll back",
        step.step_id, step.agent_did
    );
    Error::new(Code::Fenced, message)
}

/// The saga that a log tells of.
pub(super) fn replay(events: impl IntoIterator<Item = Event>) -> Result<Saga, Error> {
    let mut events = events.into_iter();
    let Some(first) = events.next() else {
        return Err(Error::new(Code::BadLog, "the log is empty"));
    };
    let mut saga = begin(first)?;
    for event in events {
        let seq = event.seq;
        saga.fold(event).map_err(|error| {
            let message = format!("event {seq} of the log: {}", error.message);
            Error::new(Code::BadLog, message).with("seq", seq)
        })?;
    }
    Ok(saga)
}

/// The saga as its first event makes it.
pub(super) fn begin(first: Event) -> Result<Saga, Error> {
    let refuse = |message: String| Err(Error::new(Code::BadLog, message).with("seq", first.seq));
    let Fact::SagaCreated(SagaCreated {
        format,
        version,
        saga_id,
        session_id,
        name,
        steps,
        fan_out,
        metadata,
    }) = &first.fact
    else {
        return refuse("the log does not begin with 'saga_created'".to_owned());
    };
    if first.seq != 1 {
        return refuse(format!(
            "the log begins with event {}, not with 1",
            first.seq
        ));
    }
    if format != LOG_FORMAT {
        return refuse(format!(
            "the log's format is '{format}', not '{LOG_FORMAT}'"
        ));
    }
    if *version == 0 || *version > LOG_VERSION {
        return refuse(format!(
            "the log's version is {version}; this release reads up to {LOG_VERSION}"
        ));
    }
    let mut saga = Saga::empty(saga_id.clone(), session_id.clone(), name.clone(), first.at);
    saga.set_fan_out(fan_out.clone())?;
    saga.metadata.clone_from(metadata);
    saga.add_all(steps.iter().cloned().map(Step::new).collect())?;
    saga.seq = 1;
    saga.log.push(first);
    Ok(saga)
}
