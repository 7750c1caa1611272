"""The stop button: it decides nothing itself, but holds the callbacks and keeps the time."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from .component import Document, Instance, now
from .validation import merged

_logger = logging.getLogger(__name__)


class KillReason(str, Enum):
    """Why an agent was killed."""

    BEHAVIORAL_DRIFT = "behavioral_drift"
    RATE_LIMIT = "rate_limit"
    RING_BREACH = "ring_breach"
    MANUAL = "manual"
    QUARANTINE_TIMEOUT = "quarantine_timeout"
    SESSION_TIMEOUT = "session_timeout"


class HandoffStatus(str, Enum):
    """What became of a step of a killed agent."""

    PENDING = "pending"
    HANDED_OFF = "handed_off"
    FAILED = "failed"
    COMPENSATED = "compensated"


@dataclass(frozen=True)
class StepHandoff:
    """A step of a killed agent and who has it now."""

    step_id: str
    saga_id: str
    from_agent: str
    to_agent: str | None
    status: HandoffStatus
    in_doubt: bool
    error: str | None = None

    @classmethod
    def of(cls, record: Document) -> StepHandoff:
        fields: Document = {"to_agent": None, **record, "status": HandoffStatus(record["status"])}
        return cls(**fields)


@dataclass(frozen=True)
class KillResult:
    """The record of a kill."""

    kill_id: str
    agent_did: str
    session_id: str
    reason: KillReason
    timestamp: datetime
    handoffs: tuple[StepHandoff, ...] = field(default_factory=tuple)
    handoff_success_count: int = 0
    compensation_triggered: bool = False
    terminated: bool = False
    termination: str = "no_handler"
    error: str | None = None
    duration_ms: float = 0.0
    details: str = ""

    @classmethod
    def of(cls, record: Document) -> KillResult:
        typed = {
            "reason": KillReason(record["reason"]),
            "timestamp": datetime.fromisoformat(record["timestamp"]),
            "handoffs": tuple(StepHandoff.of(handoff) for handoff in record["handoffs"]),
        }
        return cls(**(record | typed))


Accept = Callable[[Document], bool]


class KillSwitch:
    """Kills agents by their callbacks and hands their steps on."""

    def __init__(self, options: Document | None = None, *, clock: Callable[[], float] = now) -> None:
        self._clock = clock
        self._agents: dict[str, Callable[[], object]] = {}
        self._accepts: dict[tuple[str, str], Accept] = {}
        self._instance = Instance()
        options = merged(self._instance.call("killing", "default-options"), options or {})
        self._timeout = options["callback_timeout_ms"] / 1000.0
        self._resource = self._instance.call("killing", "[static]kill-switch.create", options)

    def _call(self, method: str, *arguments: Any) -> Any:
        return self._instance.call("killing", f"[method]kill-switch.{method}", self._resource, *arguments)

    def register_agent(self, agent_did: str, process_handle: Callable[[], object]) -> None:
        """Registers what ends an agent; after a kill it lets the agent back in."""
        self._agents[agent_did] = process_handle
        self._call("revive", agent_did)

    def unregister_agent(self, agent_did: str) -> None:
        self._agents.pop(agent_did, None)

    def register_substitute(self, session_id: str, agent_did: str, accept: Accept | None = None) -> None:
        """Registers a substitute; one with `accept` is asked for each step, any other takes it."""
        if accept:
            self._accepts[session_id, agent_did] = accept
        self._call("register-substitute", session_id, agent_did, accept is not None)

    def unregister_substitute(self, session_id: str, agent_did: str) -> None:
        self._accepts.pop((session_id, agent_did), None)
        self._call("unregister-substitute", session_id, agent_did)

    def substitutes(self, session_id: str) -> list[str]:
        substitutes: list[str] = self._call("substitutes", session_id)
        return substitutes

    def is_killed(self, agent_did: str) -> bool:
        return bool(self._call("is-killed", agent_did))

    def kill(
        self,
        agent_did: str,
        session_id: str,
        reason: KillReason,
        in_flight_steps: list[Document] | None = None,
        details: str = "",
    ) -> KillResult:
        """Fences the agent, ends it by its callback, hands its steps on, records it all."""
        steps = [{"step_id": step.get("step_id", ""), "saga_id": step.get("saga_id", "")} for step in in_flight_steps or []]
        request = {
            "agent_did": agent_did,
            "session_id": session_id,
            "reason": KillReason(reason).value,
            "in_flight_steps": steps,
            "details": details,
        }
        kill_id = f"kill:{uuid.uuid4().hex[:16]}"
        callback = self._agents.pop(agent_did, None)
        already = self._call("begin", request, kill_id, self._clock())
        termination, error = ("already_killed", None) if already else self._end(agent_did, callback)
        self._call("terminated", kill_id, termination, error)
        while offers := self._call("offers", kill_id):
            self._call("moves", kill_id)
            for offer in offers:
                accepted, error = self._ask(offer)
                self._call("answer", kill_id, offer["index"], accepted, error)
        self._call("moves", kill_id)
        return KillResult.of(self._call("finish", kill_id, self._clock()))

    def _end(self, agent_did: str, callback: Callable[[], object] | None) -> tuple[str, str | None]:
        if callback is None:
            _logger.warning("No termination callback registered for agent %s", agent_did)
            return "no_handler", None
        ended, _, error = self._in_time(callback)
        if not ended:
            return "timed_out", f"the termination callback did not settle within {self._timeout * 1000:g} ms"
        return ("threw", error) if error is not None else ("confirmed", None)

    def _ask(self, offer: Document) -> tuple[bool, str | None]:
        accept = self._accepts[offer["session_id"], offer["to_agent"]]
        ended, accepted, error = self._in_time(lambda: accept({key: part for key, part in offer.items() if key != "index"}))
        if not ended:
            return False, "did not answer in time"
        return (False, error) if error is not None else (accepted is True, None)

    def _in_time(self, work: Callable[[], object]) -> tuple[bool, object, str | None]:
        """A callback that hangs must not disable the stop button."""
        answer: list[object] = []
        errors: list[str] = []

        def attempt() -> None:
            try:
                answer.append(work())
            except BaseException as error:  # noqa: BLE001: whatever it raises is recorded
                errors.append(str(error) or type(error).__name__)

        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        thread.join(self._timeout)
        return not thread.is_alive(), next(iter(answer), None), next(iter(errors), None)

    @property
    def kill_history(self) -> list[KillResult]:
        return [KillResult.of(record) for record in self._call("history")]

    @property
    def total_kills(self) -> int:
        return int(self._call("total-kills"))

    @property
    def total_handoffs(self) -> int:
        return int(self._call("total-handoffs"))

    def snapshot(self) -> Document:
        """The block list and the history, as every host reads them."""
        snapshot: Document = self._call("snapshot")
        return snapshot

    @classmethod
    def restore(cls, snapshot: Document) -> KillSwitch:
        """The switch that a snapshot holds, without callbacks and substitutes."""
        switch = cls(snapshot["options"])
        switch._resource = switch._instance.call("killing", "[static]kill-switch.restore", snapshot)
        return switch
