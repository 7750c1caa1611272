//! The interface `limiting`.

use std::cell::RefCell;

use super::Component;
use super::convert::{Answer, Out, record_out};
use super::interfaces::limiting as host;
use crate::rate_limiter::{AgentRateLimiter, DEFAULT_MAX_BUCKETS, DEFAULT_RING_LIMITS};

/// The core's types by the names of the interface.
mod own {
    pub use crate::rate_limiter::{RateDecision, RateLimitStats, RingLimit};
}

/// A limiter that the host holds.
pub struct Held(RefCell<AgentRateLimiter>);

impl host::Guest for Component {
    type RateLimiter = Held;

    fn default_options() -> host::LimiterOptions {
        let [ring0, ring1, ring2, ring3] = DEFAULT_RING_LIMITS.map(Out::out);
        host::LimiterOptions {
            ring0,
            ring1,
            ring2,
            ring3,
            max_buckets: DEFAULT_MAX_BUCKETS.out(),
        }
    }
}

impl host::GuestRateLimiter for Held {
    fn create(options: Option<host::LimiterOptions>) -> Answer<host::RateLimiter> {
        let options = options.unwrap_or_else(<Component as host::Guest>::default_options);
        let rings = [options.ring0, options.ring1, options.ring2, options.ring3];
        let rings = rings.map(|host::RingLimit { rate, burst }| own::RingLimit { rate, burst });
        let limiter = AgentRateLimiter::new(rings, options.max_buckets as usize)?;
        Ok(host::RateLimiter::new(Self(RefCell::new(limiter))))
    }

    fn decide(
        &self,
        agent_did: String,
        session_id: String,
        ring: u8,
        cost: f64,
        now: f64,
    ) -> Answer<host::RateDecision> {
        let mut limiter = self.0.borrow_mut();
        Ok(limiter
            .decide(&agent_did, &session_id, ring, cost, now)?
            .out())
    }

    fn check(
        &self,
        agent_did: String,
        session_id: String,
        ring: u8,
        cost: f64,
        now: f64,
    ) -> Answer<()> {
        let mut limiter = self.0.borrow_mut();
        Ok(limiter.check(&agent_did, &session_id, ring, cost, now)?)
    }

    fn update_ring(&self, agent_did: String, session_id: String, ring: u8, now: f64) -> Answer<()> {
        let mut limiter = self.0.borrow_mut();
        Ok(limiter.update_ring(&agent_did, &session_id, ring, now)?)
    }

    fn stats(
        &self,
        agent_did: String,
        session_id: String,
        now: f64,
    ) -> Answer<Option<host::RateLimitStats>> {
        let mut limiter = self.0.borrow_mut();
        Ok(limiter.stats(&agent_did, &session_id, now)?.out())
    }

    fn tracked_agents(&self) -> u32 {
        self.0.borrow().tracked_agents().out()
    }
}

record_out! {
    RingLimit { rate, burst }
    RateDecision { allowed, tokens_available, capacity, retry_after_ms }
    RateLimitStats {
        agent_did, ring, total_requests, rejected_requests, tokens_available, capacity
    }
}
