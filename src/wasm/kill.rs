//! The kill switch as a class: it decides, the face calls back and waits.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::definition::json::text as json;
use crate::definition::objects;
use crate::error::{Code, Error};
use crate::kill::{
    Found, KillRequest, KillSwitch, KillSwitchOptions, KillSwitchSnapshot, TerminationOutcome,
};
use crate::saga::Timestamp;

/// A kill switch; the face wraps it.
#[wasm_bindgen]
pub struct KillSwitchCore(KillSwitch);

#[wasm_bindgen]
impl KillSwitchCore {
    /// A switch with these options, as JSON.
    pub fn create(options: &str) -> Result<Self, JsValue> {
        Ok(Self(KillSwitch::new(KillSwitchOptions::from_json(
            options,
        )?)?))
    }

    /// The switch of a snapshot, as JSON.
    pub fn restore(snapshot: &str) -> Result<Self, JsValue> {
        Ok(Self(KillSwitch::restore(KillSwitchSnapshot::from_json(
            snapshot,
        )?)?))
    }

    /// Milliseconds that a callback may take.
    #[wasm_bindgen(getter, js_name = callbackTimeoutMs)]
    pub fn callback_timeout_ms(&self) -> f64 {
        self.0.options().callback_timeout_ms
    }

    /// Lets an agent back in; whether it was killed.
    pub fn revive(&mut self, agent_did: &str) -> bool {
        self.0.revive(agent_did)
    }

    /// Whether an agent is on the block list.
    #[wasm_bindgen(js_name = isKilled)]
    pub fn is_killed(&self, agent_did: &str) -> bool {
        self.0.is_killed(agent_did)
    }

    /// The block list with the last kill of each agent, as a JSON list of pairs.
    pub fn killed(&self) -> String {
        json(&self.0.killed_by().collect::<Vec<_>>())
    }

    /// Adds a substitute.
    #[wasm_bindgen(js_name = registerSubstitute)]
    pub fn register_substitute(&mut self, session: &str, agent_did: &str, asks: bool) {
        self.0.register_substitute(session, agent_did, asks);
    }

    /// Takes a substitute out.
    #[wasm_bindgen(js_name = unregisterSubstitute)]
    pub fn unregister_substitute(&mut self, session: &str, agent_did: &str) {
        self.0.unregister_substitute(session, agent_did);
    }

    /// The substitutes of a session, as JSON.
    pub fn substitutes(&self, session: &str) -> String {
        json(&self.0.substitutes(session))
    }

    /// Throws where a request is wrong.
    pub fn check(request: &str) -> Result<(), JsValue> {
        Ok(KillRequest::from_json(request).map(drop)?)
    }

    /// Fences an agent; whether it was killed before.
    pub fn begin(&mut self, request: &str, kill_id: &str, at: f64) -> Result<bool, JsValue> {
        let request = KillRequest::from_json(request)?;
        Ok(self
            .0
            .begin(request, kill_id, Timestamp::from_epoch_ms(at)?))
    }

    /// Adds the steps of a further request to a running kill.
    pub fn join(&mut self, request: &str, kill_id: &str) -> Result<(), JsValue> {
        self.0.join(&KillRequest::from_json(request)?, kill_id);
        Ok(())
    }

    /// Steps in flight that an attached saga knows, as JSON.
    pub fn found(&mut self, kill_id: &str, attachment: u32, steps: &str) -> Result<(), JsValue> {
        let steps: Vec<Found> = objects::from_str(steps)
            .map_err(|wrong| Error::new(Code::BadArgument, wrong.message))?;
        self.0.found(kill_id, attachment, steps);
        Ok(())
    }

    /// A step, as JSON, whose substitute is looked for though the kill may be over.
    pub fn reopen(
        &mut self,
        kill_id: &str,
        from_agent: &str,
        attachment: u32,
        step: &str,
    ) -> Result<(), JsValue> {
        let step: Found = objects::from_str(step)
            .map_err(|wrong| Error::new(Code::BadArgument, wrong.message))?;
        self.0.reopen(kill_id, from_agent, attachment, step);
        Ok(())
    }

    /// An action has ended; the kill that may go on.
    pub fn settled(&mut self, attachment: u32, step_id: &str) -> Option<String> {
        self.0.settled(attachment, step_id)
    }

    /// A step's saga decided by itself who has it now; the kill whose step it was.
    pub fn decided(
        &mut self,
        attachment: u32,
        step_id: &str,
        to_agent: Option<String>,
    ) -> Option<String> {
        self.0.decided(attachment, step_id, to_agent.as_deref())
    }

    /// How many steps of a kill have not settled.
    pub fn unsettled(&self, kill_id: &str) -> usize {
        self.0.unsettled(kill_id)
    }

    /// How the callback ended: the name of a `TerminationOutcome`.
    pub fn terminated(
        &mut self,
        kill_id: &str,
        outcome: &str,
        error: Option<String>,
    ) -> Result<(), JsValue> {
        let known = TerminationOutcome::named(outcome).ok_or_else(|| {
            let message = format!("'{outcome}' is no outcome of a termination");
            Error::new(Code::BadArgument, message)
        })?;
        self.0.terminated(kill_id, known, error);
        Ok(())
    }

    /// Notes what else went wrong.
    pub fn note(&mut self, kill_id: &str, error: String) {
        self.0.note(kill_id, error);
    }

    /// The offers to be made now, as JSON.
    pub fn offers(&mut self, kill_id: &str) -> String {
        json(&self.0.offers(kill_id))
    }

    /// The answer to an offer.
    pub fn answer(&mut self, kill_id: &str, index: usize, accepted: bool, error: Option<String>) {
        self.0.answer(kill_id, index, accepted, error);
    }

    /// What attached sagas are to be told, as JSON.
    pub fn moves(&mut self, kill_id: &str) -> String {
        json(&self.0.moves(kill_id))
    }

    /// Brings a record up to date.
    pub fn amend(&mut self, kill_id: &str) {
        self.0.amend(kill_id);
    }

    /// Records a kill; the record as JSON.
    pub fn finish(&mut self, kill_id: &str, at: f64) -> Result<String, JsValue> {
        Ok(json(&self.0.finish(kill_id, Timestamp::from_epoch_ms(at)?)))
    }

    /// The records, as JSON.
    pub fn history(&self) -> String {
        json(&self.0.history().collect::<Vec<_>>())
    }

    /// How many kills were recorded.
    #[wasm_bindgen(getter, js_name = totalKills)]
    pub fn total_kills(&self) -> u32 {
        self.0.total_kills()
    }

    /// How many steps were handed over.
    #[wasm_bindgen(getter, js_name = totalHandoffs)]
    pub fn total_handoffs(&self) -> usize {
        self.0.total_handoffs()
    }

    /// What must outlive a restart, as JSON.
    pub fn snapshot(&self) -> String {
        json(&self.0.snapshot())
    }
}
