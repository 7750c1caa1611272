"""What the component refuses, by the names of the reference where it has one."""

from __future__ import annotations

from typing import Any


class SagawardError(Exception):
    """Bad use: `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.details = details or {}


class SagaSchemaError(SagawardError):
    """The definition has errors and must not run."""

    def __init__(self, message: str, errors: list[str] | None = None) -> None:
        super().__init__("invalid_definition", message)
        self.errors = errors or []

    @classmethod
    def of(cls, errors: list[str]) -> SagaSchemaError:
        lines = "\n".join(f"  - {error}" for error in errors)
        return cls(f"Saga definition has {len(errors)} validation error(s):\n{lines}", errors)


class SagaStateError(SagawardError):
    """The state machine has no such transition."""


class RateLimitExceeded(SagawardError):
    """The agent has no tokens left; it may ask again after `details["retry_after_ms"]`."""


def error_of(code: str, message: str, details: dict[str, Any]) -> SagawardError:
    code = code.replace("-", "_")
    if code == "invalid_definition" and "errors" in details:
        return SagaSchemaError.of(details["errors"])
    kinds = {"illegal_transition": SagaStateError, "rate_limit_exceeded": RateLimitExceeded}
    return kinds.get(code, SagawardError)(code, message, details)
