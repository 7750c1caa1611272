//! The rate limiter as a class.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::definition::input;
use crate::definition::json::text as json;
use crate::definition::objects::object;
use crate::error::{Code, Error, written};
use crate::rate_limiter::{
    AgentRateLimiter, DEFAULT_MAX_BUCKETS, DEFAULT_RING_LIMITS, RateDecision, RingLimit,
};

/// A limiter; the face wraps it.
#[wasm_bindgen]
pub struct RateLimiterCore(AgentRateLimiter);

struct Options {
    ring_limits: RingLimits,
    max_buckets: usize,
}

object!(strict Options { ; ring_limits = "ringLimits", max_buckets = "maxBuckets" });

/// By ring; the default's where one is missing.
#[derive(Default)]
struct RingLimits {
    r0: Option<Limit>,
    r1: Option<Limit>,
    r2: Option<Limit>,
    r3: Option<Limit>,
}

object!(strict RingLimits { ; r0 = "0", r1 = "1", r2 = "2", r3 = "3" });

#[derive(Default)]
struct Limit {
    rate: f64,
    burst: f64,
}

object!(strict Limit { rate, burst });

impl Default for Options {
    fn default() -> Self {
        Self {
            ring_limits: RingLimits::default(),
            max_buckets: DEFAULT_MAX_BUCKETS,
        }
    }
}

impl Options {
    fn limiter(self) -> Result<AgentRateLimiter, Error> {
        let mut limits = DEFAULT_RING_LIMITS;
        let RingLimits { r0, r1, r2, r3 } = self.ring_limits;
        for (slot, limit) in limits.iter_mut().zip([r0, r1, r2, r3]) {
            *slot = limit.map_or(*slot, |Limit { rate, burst }| RingLimit { rate, burst });
        }
        AgentRateLimiter::new(limits, self.max_buckets)
    }
}

#[wasm_bindgen]
impl RateLimiterCore {
    /// A limiter with these options, as JSON.
    pub fn create(options: &str) -> Result<Self, JsValue> {
        let options: Options = input::read(options, "options", Code::BadOption)?;
        Ok(Self(options.limiter()?))
    }

    /// Whether a request may go on.
    #[wasm_bindgen(js_name = tryCheck)]
    pub fn try_check(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: f64,
        cost: f64,
        now: f64,
    ) -> Result<bool, JsValue> {
        Ok(self.ask(agent_did, session_id, ring, cost, now)?.allowed)
    }

    /// Throws where a request may not go on.
    pub fn check(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: f64,
        cost: f64,
        now: f64,
    ) -> Result<(), JsValue> {
        let ring = number(ring)?;
        Ok(self.0.check(agent_did, session_id, ring, cost, now)?)
    }

    /// The decision on a request.
    #[wasm_bindgen(unchecked_return_type = "RateDecision")]
    pub fn decide(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: f64,
        cost: f64,
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let decision = self.ask(agent_did, session_id, ring, cost, now)?;
        Ok(serde_wasm_bindgen::to_value(&decision)?)
    }

    /// Puts a pair into another ring.
    #[wasm_bindgen(js_name = updateRing)]
    pub fn update_ring(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: f64,
        now: f64,
    ) -> Result<(), JsValue> {
        Ok(self
            .0
            .update_ring(agent_did, session_id, number(ring)?, now)?)
    }

    /// What is known of a pair, as JSON.
    pub fn stats(
        &mut self,
        agent_did: &str,
        session_id: &str,
        now: f64,
    ) -> Result<String, JsValue> {
        Ok(json(&self.0.stats(agent_did, session_id, now)?))
    }

    /// The number of pairs that are tracked.
    #[wasm_bindgen(getter, js_name = trackedAgents)]
    pub fn tracked_agents(&self) -> usize {
        self.0.tracked_agents()
    }
}

impl RateLimiterCore {
    fn ask(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: f64,
        cost: f64,
        now: f64,
    ) -> Result<RateDecision, Error> {
        self.0
            .decide(agent_did, session_id, number(ring)?, cost, now)
    }
}

/// A ring as JavaScript hands it over: 256 must not become 0.
fn number(ring: f64) -> Result<u8, Error> {
    let known = [0u8, 1, 2, 3]
        .into_iter()
        .find(|known| f64::from(*known) == ring);
    known.ok_or_else(|| {
        Error::new(
            Code::BadArgument,
            format!("ring must be 0, 1, 2 or 3, not {}", written(ring)),
        )
    })
}
