//! How often an agent may act: a token bucket for each pair of agent and session.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, written};
use crate::map::{Map, pair};

/// Privilege rings: 0 is root, 3 the sandbox.
pub const RINGS: usize = 4;

/// What a ring may do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingLimit {
    /// Tokens that come back in a second.
    pub rate: f64,
    /// The most tokens there can be.
    pub burst: f64,
}

/// The reference's limits of the rings 0 to 3.
pub const DEFAULT_RING_LIMITS: [RingLimit; RINGS] = [
    RingLimit {
        rate: 100.0,
        burst: 200.0,
    },
    RingLimit {
        rate: 50.0,
        burst: 100.0,
    },
    RingLimit {
        rate: 20.0,
        burst: 40.0,
    },
    RingLimit {
        rate: 5.0,
        burst: 10.0,
    },
];

/// Pairs that are tracked where the options say nothing.
pub const DEFAULT_MAX_BUCKETS: usize = 100_000;

/// A refill is a sum of fractions: what rounding takes must not refuse the request that comes just
/// when it was told to.
const SLACK: f64 = 1e-6;

/// The answer to one request.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct RateDecision {
    /// Whether the request may go on; if so, its cost was taken.
    pub allowed: bool,
    /// Tokens left.
    pub tokens_available: f64,
    /// The burst of the ring.
    pub capacity: f64,
    /// When to ask again at the earliest; 0 where the request was allowed.
    pub retry_after_ms: f64,
}

/// What is known of one pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct RateLimitStats {
    /// The agent.
    pub agent_did: String,
    /// Its ring.
    #[cfg_attr(feature = "js", tsify(type = "0 | 1 | 2 | 3"))]
    pub ring: u8,
    /// Requests so far.
    pub total_requests: u32,
    /// How many of them were refused.
    pub rejected_requests: u32,
    /// Tokens left.
    pub tokens_available: f64,
    /// The burst of the ring.
    pub capacity: f64,
}

/// Limits agents by pair of agent and session. Times are milliseconds of any clock that does not go
/// backwards; where it does, nothing is added.
///
/// ```
/// use sagaward::rate_limiter::{AgentRateLimiter, DEFAULT_MAX_BUCKETS, DEFAULT_RING_LIMITS};
///
/// let mut limiter = AgentRateLimiter::new(DEFAULT_RING_LIMITS, DEFAULT_MAX_BUCKETS)?;
/// for _ in 0..10 {
///     assert!(limiter.decide("did:a", "s-1", 3, 1.0, 0.0)?.allowed);
/// }
/// let refused = limiter.decide("did:a", "s-1", 3, 1.0, 0.0)?;
/// assert_eq!((refused.allowed, refused.retry_after_ms), (false, 200.0));
/// # Ok::<(), sagaward::error::Error>(())
/// ```
#[derive(Debug)]
pub struct AgentRateLimiter {
    limits: [RingLimit; RINGS],
    max_buckets: usize,
    buckets: Map<Bucket>,
    /// When each bucket is full again: only such a bucket says no more than a new one would.
    full: BTreeSet<(Millis, Arc<str>)>,
}

#[derive(Debug, Clone)]
struct Bucket {
    ring: u8,
    tokens: f64,
    /// The latest time it was looked at.
    at: f64,
    total_requests: u32,
    rejected_requests: u32,
}

impl AgentRateLimiter {
    /// A limiter with these limits for at most so many pairs.
    pub fn new(limits: [RingLimit; RINGS], max_buckets: usize) -> Result<Self, Error> {
        for (ring, limit) in limits.iter().enumerate() {
            for (name, value) in [("rate", limit.rate), ("burst", limit.burst)] {
                if !(value.is_finite() && value > 0.0) {
                    let message = format!(
                        "options (ringLimits[{ring}].{name}): must be finite and above 0, not {}",
                        written(value)
                    );
                    return Err(Error::new(Code::BadOption, message));
                }
            }
        }
        if max_buckets == 0 {
            let message = "options (maxBuckets): must be at least 1";
            return Err(Error::new(Code::BadOption, message));
        }
        Ok(Self {
            limits,
            max_buckets,
            buckets: Map::new(),
            full: BTreeSet::new(),
        })
    }

    /// Decides one request, and takes its cost where it is allowed.
    pub fn decide(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: u8,
        cost: f64,
        now: f64,
    ) -> Result<RateDecision, Error> {
        let limit = self.limit(ring)?;
        if !(cost.is_finite() && cost > 0.0) {
            let message = format!("cost must be finite and above 0, not {}", written(cost));
            return Err(Error::new(Code::BadArgument, message));
        }
        if cost > limit.burst {
            let message = format!(
                "a cost of {} can never be met: the burst of ring {ring} is {}",
                written(cost),
                written(limit.burst)
            );
            return Err(Error::new(Code::CostExceedsBurst, message));
        }
        self.with_bucket(agent_did, session_id, ring, now, |bucket| {
            bucket.total_requests = bucket.total_requests.saturating_add(1);
            let allowed = bucket.tokens >= cost - SLACK;
            let retry_after_ms = if allowed {
                bucket.tokens = (bucket.tokens - cost).max(0.0);
                0.0
            } else {
                bucket.rejected_requests = bucket.rejected_requests.saturating_add(1);
                ((cost - SLACK / 2.0 - bucket.tokens) / limit.rate * 1_000.0)
                    .ceil()
                    .max(1.0)
            };
            RateDecision {
                allowed,
                tokens_available: bucket.tokens,
                capacity: limit.burst,
                retry_after_ms,
            }
        })
    }

    /// The same, where a refusal is an error, in the reference's words.
    pub fn check(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: u8,
        cost: f64,
        now: f64,
    ) -> Result<(), Error> {
        let decision = self.decide(agent_did, session_id, ring, cost, now)?;
        if decision.allowed {
            return Ok(());
        }
        let bucket = self.buckets.get(&pair(agent_did, session_id));
        let rejections = bucket.map_or(0, |bucket| bucket.rejected_requests);
        let message = format!(
            "Agent {agent_did} exceeded rate limit for ring {ring} ({rejections} rejections)"
        );
        Err(Error::new(Code::RateLimitExceeded, message)
            .with("agent_did", agent_did)
            .with("ring", ring)
            .with("retry_after_ms", decision.retry_after_ms))
    }

    /// Puts a pair into another ring, at once; it keeps the tokens that the new burst can hold.
    pub fn update_ring(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: u8,
        now: f64,
    ) -> Result<(), Error> {
        self.limit(ring)?;
        self.with_bucket(agent_did, session_id, ring, now, |_| ())
    }

    /// What is known of a pair; `None` where it never asked, or was full and had to make room.
    pub fn stats(
        &mut self,
        agent_did: &str,
        session_id: &str,
        now: f64,
    ) -> Result<Option<RateLimitStats>, Error> {
        let Some(bucket) = self.buckets.get(&pair(agent_did, session_id)) else {
            return Ok(None);
        };
        let ring = bucket.ring;
        let capacity = self.limit(ring)?.burst;
        self.with_bucket(agent_did, session_id, ring, now, |bucket| {
            Some(RateLimitStats {
                agent_did: agent_did.to_owned(),
                ring,
                total_requests: bucket.total_requests,
                rejected_requests: bucket.rejected_requests,
                tokens_available: bucket.tokens,
                capacity,
            })
        })
    }

    /// The number of pairs that are tracked.
    pub fn tracked_agents(&self) -> usize {
        self.buckets.len()
    }

    fn limit(&self, ring: u8) -> Result<RingLimit, Error> {
        self.limits.get(usize::from(ring)).copied().ok_or_else(|| {
            Error::new(
                Code::BadArgument,
                format!("ring must be 0, 1, 2 or 3, not {ring}"),
            )
        })
    }

    /// Works on a pair's bucket as it stands now, in this ring; a new one is full.
    fn with_bucket<T>(
        &mut self,
        agent_did: &str,
        session_id: &str,
        ring: u8,
        now: f64,
        work: impl FnOnce(&mut Bucket) -> T,
    ) -> Result<T, Error> {
        if !now.is_finite() {
            let message = format!(
                "the clock must give finite milliseconds, not {}",
                written(now)
            );
            return Err(Error::new(Code::BadArgument, message));
        }
        let limits = self.limits;
        let limit = |ring: u8| {
            let limit = limits.get(usize::from(ring));
            limit.copied().unwrap_or(RingLimit {
                rate: 1.0,
                burst: 0.0,
            })
        };
        // The reference joins the two by a colon, so that `a:b` in `c` and `a` in `b:c` share one.
        let name = pair(agent_did, session_id);
        let known = self.buckets.get(&name).cloned();
        if known.is_none() {
            self.make_room(now)?;
        }
        let name: Arc<str> = self.buckets.name(&name).unwrap_or_else(|| name.into());
        let mut bucket = known.unwrap_or(Bucket {
            ring,
            tokens: limit(ring).burst,
            at: now,
            total_requests: 0,
            rejected_requests: 0,
        });
        self.full
            .remove(&(bucket.full_at(limit(bucket.ring)), name.clone()));
        bucket.refill(limit(bucket.ring), now);
        bucket.ring = ring;
        bucket.tokens = bucket.tokens.min(limit(ring).burst);
        let answer = work(&mut bucket);
        self.full
            .insert((bucket.full_at(limit(ring)), name.clone()));
        self.buckets.insert(name, bucket);
        Ok(answer)
    }

    fn make_room(&mut self, now: f64) -> Result<(), Error> {
        if self.buckets.len() < self.max_buckets {
            return Ok(());
        }
        let first = self.full.first().cloned();
        if let Some((at, key)) = first
            && at.0 <= now
        {
            self.full.pop_first();
            self.buckets.remove(&key);
            return Ok(());
        }
        let message = format!(
            "{} pairs of agent and session are tracked and none is idle; raise maxBuckets",
            self.max_buckets
        );
        Err(Error::new(Code::LimiterFull, message))
    }
}

impl Bucket {
    fn refill(&mut self, limit: RingLimit, now: f64) {
        let elapsed = (now - self.at).max(0.0);
        self.tokens = (self.tokens + elapsed / 1_000.0 * limit.rate).min(limit.burst);
        self.at = self.at.max(now);
    }

    fn full_at(&self, limit: RingLimit) -> Millis {
        Millis(self.at + (limit.burst - self.tokens) / limit.rate * 1_000.0)
    }
}

#[derive(Debug, Clone, Copy)]
struct Millis(f64);

impl Ord for Millis {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Millis {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Millis {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Millis {}
