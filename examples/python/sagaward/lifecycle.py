"""Sagas and their steps."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar, cast

from .component import Document, Instance, now
from .errors import SagawardError
from .validation import merged


class StepState(str, Enum):
    """State of a step."""

    PENDING = "pending"
    EXECUTING = "executing"
    COMMITTED = "committed"
    COMPENSATING = "compensating"
    COMPENSATED = "compensated"
    COMPENSATION_FAILED = "compensation_failed"
    FAILED = "failed"


class SagaState(str, Enum):
    """State of a saga."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    COMPLETED = "completed"
    FAILED = "failed"
    ESCALATED = "escalated"


T = TypeVar("T")


class _Field(Generic[T]):
    """What the saga knows of a step."""

    def __init__(self, name: str, read: Callable[[Any], T] | None = None) -> None:
        self._name, self._read = name, read

    def __get__(self, step: SagaStep, owner: object) -> T:
        value = step._view().get(self._name)
        return self._read(value) if self._read else cast(T, value)


class _Said:
    """What is set before a transition goes into the log with it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, step: SagaStep, owner: object) -> Any:
        return step._said.get(self._name, step._view().get(self._name))

    def __set__(self, step: SagaStep, value: Any) -> None:
        step._said[self._name] = value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class SagaStep:
    """A step of one saga; what is known of it, the saga keeps."""

    def __init__(
        self,
        step_id: str,
        action_id: str,
        agent_did: str,
        execute_api: str = "",
        undo_api: str | None = None,
        timeout_seconds: int = 300,
        max_retries: int = 0,
    ) -> None:
        self.step_id = step_id
        self._saga: Saga | None = None
        self._said: Document = {}
        self._definition: Document = {
            "id": step_id,
            "action_id": action_id,
            "agent": agent_did,
            "execute_api": execute_api,
            "undo_api": undo_api,
            "timeout": timeout_seconds,
            "retries": max_retries,
        }

    action_id = _Field[str]("action_id")
    agent_did = _Field[str]("agent_did")
    execute_api = _Field[str]("execute_api")
    undo_api = _Field[str | None]("undo_api")
    timeout_seconds = _Field[int]("timeout_seconds")
    max_retries = _Field[int]("max_retries")
    retry_count = _Field[int]("retry_count")
    state = _Field[StepState]("state", StepState)
    started_at = _Field[datetime | None]("started_at", _moment)
    completed_at = _Field[datetime | None]("completed_at", _moment)
    execute_result = _Said("execute_result")
    compensation_result = _Said("compensation_result")
    error = _Said("error")

    def transition(self, new_state: StepState) -> None:
        """Sets its state, with the result and the error that were set before."""
        said = self._said
        results = {"committed": "execute_result", "compensated": "compensation_result"}
        result = said.get(results.get(StepState(new_state).value, ""))
        self._home._call("transition-step", self.step_id, StepState(new_state).value, result, said.get("error"), now())
        said.clear()

    @property
    def _home(self) -> Saga:
        if self._saga is None:
            Saga(saga_id=f"saga:{uuid.uuid4()}", session_id="", steps=[self])
        assert self._saga is not None
        return self._saga

    def _view(self) -> Document:
        view: Document = self._home._call("step", self.step_id)
        return view

    @classmethod
    def _of(cls, saga: Saga, view: Document) -> SagaStep:
        step = cls(view["step_id"], view["action_id"], view["agent_did"])
        step._saga = saga
        return step


class Saga:
    """A saga: its steps, its state, its log. `handle` drives it, `transition` moves it by hand."""

    def __init__(self, saga_id: str, session_id: str, steps: Iterable[SagaStep] = (), *, name: str = "") -> None:
        instance = Instance()
        self._hold(instance, instance.call("lifecycle", "[static]saga.create", saga_id, session_id, name, now()))
        for step in steps:
            self.add_step(step)

    @classmethod
    def from_definition(cls, definition: Document, saga_id: str | None = None, *, at: float | None = None) -> Saga:
        """The saga of a definition; raises SagaSchemaError where it may not run."""
        text = json.dumps(definition, allow_nan=False)
        return cls._by("from-definition", text, saga_id or f"saga:{uuid.uuid4()}", now() if at is None else at)

    @classmethod
    def restore(cls, snapshot: Document) -> Saga:
        """The saga that a snapshot holds, whichever host took it."""
        return cls._by("restore", snapshot)

    @classmethod
    def replay(cls, events: Iterable[Document]) -> Saga:
        """The saga that a log tells of, whichever host wrote it."""
        return cls._by("replay", list(events))

    @classmethod
    def _by(cls, function: str, *arguments: Any) -> Saga:
        saga = cls.__new__(cls)
        instance = Instance()
        saga._hold(instance, instance.call("lifecycle", f"[static]saga.{function}", *arguments))
        return saga

    def _hold(self, instance: Instance, resource: Any) -> None:
        self._instance, self._resource = instance, resource
        self._steps: dict[str, SagaStep] = {}

    def _call(self, method: str, *arguments: Any) -> Any:
        return self._instance.call("lifecycle", f"[method]saga.{method}", self._resource, *arguments)

    def add_step(self, step: SagaStep, *, at: float | None = None) -> None:
        """Adds a step at the end; a step belongs to one saga."""
        if step._saga is not None:
            raise SagawardError("bad_argument", f"step '{step.step_id}' belongs to saga '{step._saga.saga_id}'")
        self.add_definition({key: value for key, value in step._definition.items() if value is not None}, at=at)
        step._saga = self
        self._steps[step.step_id] = step

    def add_definition(self, step: Document, *, at: float | None = None) -> None:
        """The same for a step as a definition has it."""
        self._call("add-step", json.dumps(step), now() if at is None else at)

    def transition(self, new_state: SagaState, error: str | None = None, *, at: float | None = None) -> None:
        """Sets its state by hand."""
        self._call("transition", SagaState(new_state).value, error, now() if at is None else at)

    def transition_step(
        self, step_id: str, new_state: StepState, result: Any = None, error: str | None = None, *, at: float | None = None
    ) -> None:
        """Sets a step's state by hand."""
        self._call("transition-step", step_id, StepState(new_state).value, result, error, now() if at is None else at)

    def handle(self, message: Document) -> list[Document]:
        """One input in, the commands to perform out."""
        if message.get("settings") is not None:
            defaults = self._instance.call("lifecycle", "default-settings")
            message = message | {"settings": merged(defaults, message["settings"])}
        failure = {"retryable": True, "effect": "none"}
        commands: list[Document] = self._call("handle", failure | message)
        return commands

    @property
    def steps(self) -> tuple[SagaStep, ...]:
        for view in self._call("steps"):
            if view["step_id"] not in self._steps:
                self._steps[view["step_id"]] = SagaStep._of(self, view)
        return tuple(self._steps.values())

    @property
    def ready_steps(self) -> list[SagaStep]:
        """The steps whose turn it is."""
        ready = self._call("ready-steps")
        return [step for step in self.steps if step.step_id in ready]

    @property
    def committed_steps(self) -> list[SagaStep]:
        return [step for step in self.steps if step.state == StepState.COMMITTED]

    @property
    def committed_steps_reversed(self) -> list[SagaStep]:
        return self.committed_steps[::-1]

    def view(self) -> Document:
        """What is known of it beside its steps."""
        view: Document = self._call("view")
        return view

    def log(self, from_seq: int = 1) -> list[Document]:
        """Its events, as every host reads them."""
        events: list[Document] = self._call("log", from_seq)
        return events

    def snapshot(self) -> Document:
        """All that is known of it but its log, as every host reads it."""
        snapshot: Document = self._call("snapshot")
        return snapshot

    @property
    def saga_id(self) -> str:
        return str(self.view()["saga_id"])

    @property
    def session_id(self) -> str:
        return str(self.view()["session_id"])

    @property
    def state(self) -> SagaState:
        return SagaState(self.view()["state"])

    @property
    def outcome(self) -> str | None:
        return self.view().get("outcome")

    @property
    def error(self) -> str | None:
        return self.view().get("error")

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.view()["created_at"])

    @property
    def completed_at(self) -> datetime | None:
        return _moment(self.view().get("completed_at"))

    def to_dict(self) -> Document:
        """As the reference persists it."""
        view = self.view()
        kept = ("step_id", "action_id", "agent_did", "state", "error")
        return {key: view.get(key) for key in ("saga_id", "session_id", "state", "created_at", "completed_at", "error")} | {
            "steps": [{key: step.get(key) for key in kept} for step in self._call("steps")]
        }
