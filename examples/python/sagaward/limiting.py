"""How often an agent may act."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from .component import Document, Instance
from .errors import RateLimitExceeded


class ExecutionRing(int, Enum):
    """Privilege rings: 0 is root, 3 the sandbox."""

    RING_0_ROOT = 0
    RING_1_PRIVILEGED = 1
    RING_2_STANDARD = 2
    RING_3_SANDBOX = 3


@dataclass(frozen=True)
class RateLimitStats:
    """What is known of an agent in a session."""

    agent_did: str
    ring: ExecutionRing
    total_requests: int
    rejected_requests: int
    tokens_available: float
    capacity: float


def _monotonic() -> float:
    return time.monotonic() * 1000.0


class AgentRateLimiter:
    """A token bucket for each pair of agent and session."""

    def __init__(
        self,
        ring_limits: Mapping[ExecutionRing, tuple[float, float]] | None = None,
        *,
        max_buckets: int | None = None,
        clock: Callable[[], float] = _monotonic,
    ) -> None:
        self._clock = clock
        self._instance = Instance()
        options = self._instance.call("limiting", "default-options")
        for ring, (rate, burst) in (ring_limits or {}).items():
            options[f"ring{int(ring)}"] = {"rate": rate, "burst": burst}
        if max_buckets is not None:
            options["max_buckets"] = max_buckets
        self._resource = self._instance.call("limiting", "[static]rate-limiter.create", options)

    def _call(self, method: str, agent_did: str, session_id: str, *arguments: object) -> object:
        name = f"[method]rate-limiter.{method}"
        return self._instance.call("limiting", name, self._resource, agent_did, session_id, *arguments, self._clock())

    def check(self, agent_did: str, session_id: str, ring: ExecutionRing, cost: float = 1.0) -> bool:
        """True where the request may go on; raises RateLimitExceeded where not."""
        self._call("check", agent_did, session_id, int(ring), cost)
        return True

    def try_check(self, agent_did: str, session_id: str, ring: ExecutionRing, cost: float = 1.0) -> bool:
        """The same without raising."""
        try:
            return self.check(agent_did, session_id, ring, cost)
        except RateLimitExceeded:
            return False

    def decide(self, agent_did: str, session_id: str, ring: ExecutionRing, cost: float = 1.0) -> Document:
        """The decision, and when to ask again."""
        decision = self._call("decide", agent_did, session_id, int(ring), cost)
        assert isinstance(decision, dict)
        return decision

    def update_ring(self, agent_did: str, session_id: str, new_ring: ExecutionRing) -> None:
        """Puts an agent into another ring, at once."""
        self._call("update-ring", agent_did, session_id, int(new_ring))

    def get_stats(self, agent_did: str, session_id: str) -> RateLimitStats | None:
        """What is known of an agent; None where it never asked."""
        stats = self._call("stats", agent_did, session_id)
        if not isinstance(stats, dict):
            return None
        return RateLimitStats(**(stats | {"ring": ExecutionRing(stats["ring"])}))

    @property
    def tracked_agents(self) -> int:
        return int(self._instance.call("limiting", "[method]rate-limiter.tracked-agents", self._resource))
