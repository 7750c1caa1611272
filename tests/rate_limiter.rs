//! The limiter against an exact model: rationals for tokens, every pair by itself, virtual time.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::sample::select;
use sagaward::error::Code;
use sagaward::rate_limiter::{AgentRateLimiter, DEFAULT_RING_LIMITS, RingLimit};

#[derive(Debug, Clone)]
enum Move {
    Wait(i64),
    Ask {
        agent: &'static str,
        session: &'static str,
        ring: u8,
        cost: i64,
    },
    SetRing {
        agent: &'static str,
        session: &'static str,
        ring: u8,
    },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let agents = || select(vec!["a", "b", "a:b", ""]);
    let sessions = || select(vec!["s", "b:s", ""]);
    let ask = (agents(), sessions(), 0u8..4, 1i64..8).prop_map(|(agent, session, ring, cost)| {
        Move::Ask {
            agent,
            session,
            ring,
            cost,
        }
    });
    let set = (agents(), sessions(), 0u8..4).prop_map(|(agent, session, ring)| Move::SetRing {
        agent,
        session,
        ring,
    });
    // The clock also goes backwards.
    let wait = (-400i64..900).prop_map(Move::Wait);
    prop::collection::vec(prop_oneof![8 => ask, 1 => set, 3 => wait], 1..200)
}

/// Tokens in thousandths, so that whole milliseconds times whole rates stay exact.
#[derive(Clone)]
struct Model {
    ring: u8,
    thousandths: i64,
    at: i64,
}

impl Model {
    fn advance(&mut self, ring: u8, now: i64) {
        let old = DEFAULT_RING_LIMITS[usize::from(self.ring)];
        let elapsed = (now - self.at).max(0);
        let refilled = self.thousandths + elapsed * old.rate as i64;
        self.thousandths = refilled.min(old.burst as i64 * 1_000);
        self.at = self.at.max(now);
        self.ring = ring;
        let burst = DEFAULT_RING_LIMITS[usize::from(ring)].burst as i64 * 1_000;
        self.thousandths = self.thousandths.min(burst);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_as_the_exact_model(moves in moves()) {
        let mut limiter = AgentRateLimiter::new(DEFAULT_RING_LIMITS, 1_000).unwrap();
        let mut model: HashMap<(&str, &str), Model> = HashMap::new();
        let mut now = 10_000;
        for step in moves {
            let new = |ring: u8| Model {
                ring,
                thousandths: DEFAULT_RING_LIMITS[usize::from(ring)].burst as i64 * 1_000,
                at: now,
            };
            match step {
                Move::Wait(by) => now += by,
                Move::SetRing { agent, session, ring } => {
                    limiter.update_ring(agent, session, ring, now as f64).unwrap();
                    model.entry((agent, session)).or_insert_with(|| new(ring)).advance(ring, now);
                }
                Move::Ask { agent, session, ring, cost } => {
                    let decision = limiter.decide(agent, session, ring, cost as f64, now as f64).unwrap();
                    let bucket = model.entry((agent, session)).or_insert_with(|| new(ring));
                    bucket.advance(ring, now);
                    let allowed = bucket.thousandths >= cost * 1_000;
                    prop_assert_eq!(decision.allowed, allowed);
                    if allowed {
                        bucket.thousandths -= cost * 1_000;
                    } else {
                        let rate = DEFAULT_RING_LIMITS[usize::from(ring)].rate as i64;
                        let missing = cost * 1_000 - bucket.thousandths;
                        prop_assert_eq!(decision.retry_after_ms as i64, (missing + rate - 1) / rate);
                    }
                    let tokens = bucket.thousandths as f64 / 1_000.0;
                    prop_assert!((decision.tokens_available - tokens).abs() < 1e-6);
                }
            }
        }
        prop_assert_eq!(limiter.tracked_agents(), model.len());
    }

    #[test]
    fn no_pair_gets_more_than_burst_and_rate_times_time(
        asks in prop::collection::vec((0u32..50, 1u32..5), 1..400),
    ) {
        let mut limiter = AgentRateLimiter::new(DEFAULT_RING_LIMITS, 10).unwrap();
        let (mut now, mut spent) = (0.0, 0.0);
        for (wait, cost) in asks {
            now += f64::from(wait);
            if limiter.decide("a", "s", 3, f64::from(cost), now).unwrap().allowed {
                spent += f64::from(cost);
            }
            prop_assert!(spent <= 10.0 + 5.0 * now / 1_000.0 + 1e-6);
        }
    }

    #[test]
    fn after_retry_after_the_same_request_is_allowed(costs in prop::collection::vec(1u32..10, 1..60)) {
        let mut limiter = AgentRateLimiter::new(DEFAULT_RING_LIMITS, 10).unwrap();
        let mut now = 0.0;
        for cost in costs {
            let decision = limiter.decide("a", "s", 3, f64::from(cost), now).unwrap();
            if !decision.allowed {
                let too_early = now + decision.retry_after_ms - 1.0;
                prop_assert!(!limiter.decide("a", "s", 3, f64::from(cost), too_early).unwrap().allowed);
                now += decision.retry_after_ms;
                prop_assert!(limiter.decide("a", "s", 3, f64::from(cost), now).unwrap().allowed);
            }
        }
    }
}

#[test]
fn a_million_agents_fit_into_a_bounded_number_of_buckets() {
    let mut limiter = AgentRateLimiter::new(DEFAULT_RING_LIMITS, 1_000).unwrap();
    for agent in 0..1_000_000u32 {
        // One token of ring 3 is back after 200 ms: with a millisecond an agent, 200 are not full.
        let now = f64::from(agent);
        assert!(
            limiter
                .decide(&format!("did:{agent}"), "s", 3, 1.0, now)
                .unwrap()
                .allowed
        );
        assert!(limiter.tracked_agents() <= 1_000);
    }
}

#[test]
fn a_bucket_that_is_not_full_is_never_evicted() {
    let mut limiter = AgentRateLimiter::new(DEFAULT_RING_LIMITS, 1).unwrap();
    assert!(limiter.decide("a", "s", 3, 10.0, 0.0).unwrap().allowed);
    let refused = limiter.decide("b", "s", 3, 1.0, 1_999.0).unwrap_err();
    assert_eq!(refused.code, Code::LimiterFull);
    assert!(!limiter.decide("a", "s", 3, 10.0, 1_999.0).unwrap().allowed);
    assert!(limiter.decide("b", "s", 3, 1.0, 2_000.0).unwrap().allowed);
    assert_eq!(limiter.stats("a", "s", 2_000.0).unwrap(), None);
}

#[test]
fn bad_arguments_are_refused_and_cost_nothing() {
    let mut limiter = AgentRateLimiter::new(DEFAULT_RING_LIMITS, 10).unwrap();
    let cases: [(u8, f64, f64, Code); 7] = [
        (4, 1.0, 0.0, Code::BadArgument),
        (3, 0.0, 0.0, Code::BadArgument),
        (3, -1.0, 0.0, Code::BadArgument),
        (3, f64::NAN, 0.0, Code::BadArgument),
        (3, f64::INFINITY, 0.0, Code::BadArgument),
        (3, 1.0, f64::NAN, Code::BadArgument),
        (3, 10.5, 0.0, Code::CostExceedsBurst),
    ];
    for (ring, cost, now, code) in cases {
        let refused = limiter.decide("a", "s", ring, cost, now).unwrap_err();
        assert_eq!(refused.code, code, "ring {ring}, cost {cost}, now {now}");
    }
    assert_eq!(limiter.tracked_agents(), 0);
    let none = RingLimit {
        rate: 0.0,
        burst: 1.0,
    };
    let limits = [none; 4];
    assert_eq!(
        AgentRateLimiter::new(limits, 1).unwrap_err().code,
        Code::BadOption
    );
    assert_eq!(
        AgentRateLimiter::new(DEFAULT_RING_LIMITS, 0)
            .unwrap_err()
            .code,
        Code::BadOption
    );
}
