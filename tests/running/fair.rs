//! What can happen now: all of it for a search, and what must once come until a saga has ended.

use sagaward::saga::Activity;

use crate::tale::{Fails, Move, nth};
use crate::world::{World, attempt_key};

impl World {
    /// Lets happen what must once come, by these picks, until the saga has ended.
    pub fn end_fairly(&mut self, picks: &[u8]) -> Result<(), String> {
        const MOST: usize = 1_500;
        let mut retries = 5;
        for turn in 0..MOST {
            if self.is_over() {
                return Ok(());
            }
            let pick = picks
                .get(turn % picks.len().max(1))
                .copied()
                .unwrap_or_default();
            let moves = self.fair_moves(&mut retries, pick);
            if moves.is_empty() {
                return Err("nothing can come any more, and it has not ended".to_owned());
            }
            self.make(nth(&moves, pick.wrapping_add(turn as u8)))?;
        }
        Err(format!("it has not ended after {MOST} steps"))
    }

    fn fair_moves(&self, retries: &mut u32, pick: u8) -> Vec<Move> {
        let mut moves = Vec::new();
        if self.saga().is_paused() {
            moves.push(Move::Resume);
        }
        for (place, (key, action)) in self.actions.iter().enumerate() {
            let place = place as u8;
            let step = self.saga().step(&action.step_id).unwrap();
            moves.extend([
                Move::Succeed(place),
                Move::Fail(place, Fails::PLAIN),
                Move::Fail(place, Fails::IN_DOUBT),
            ]);
            let current =
                attempt_key(self.saga(), &step.step_id, action.action, step.attempt) == *key;
            if current && step.activity == Activity::Running && step.fence.is_none() {
                moves.push(Move::TimeOut(place));
            }
        }
        moves.extend((0..self.timers.len()).map(|place| Move::Fire(place as u8)));
        let open = if self.is_running() {
            self.offers().len()
        } else {
            0
        };
        for place in 0..open {
            // Somebody who was never killed, or nobody.
            moves.extend([Move::Accept(place as u8, 0), Move::Refuse(place as u8)]);
        }
        for place in 0..self.held().len() {
            if *retries > 0 && pick.is_multiple_of(2) {
                *retries -= 1;
                moves.push(Move::Retry(place as u8));
            }
            moves.push(Move::Skip(place as u8));
            if pick.is_multiple_of(5) {
                moves.push(Move::Escalate);
            }
        }
        moves
    }

    /// All that can happen now, for a search: what a move leaves open has been tried elsewhere.
    pub fn possible(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        for (place, action) in self.actions.values().enumerate() {
            let place = place as u8;
            moves.extend([
                Move::Succeed(place),
                Move::Fail(place, Fails::PLAIN),
                Move::Fail(place, Fails::IN_DOUBT),
                Move::TimeOut(place),
                Move::Lose(place),
            ]);
            if action.fenced {
                moves.push(Move::Settled(place));
            }
        }
        moves.extend((0..self.timers.len()).map(|place| Move::Fire(place as u8)));
        for place in 0..self.offers().len() {
            moves.extend([Move::Accept(place as u8, 0), Move::Refuse(place as u8)]);
        }
        for place in 0..self.held().len() {
            moves.extend([Move::Retry(place as u8), Move::Skip(place as u8)]);
        }
        moves
    }
}
