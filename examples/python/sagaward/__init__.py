"""sagaward in Python, by the names of the reference, over the WebAssembly component."""

from .errors import RateLimitExceeded, SagaSchemaError, SagaStateError, SagawardError
from .killing import HandoffStatus, KillReason, KillResult, KillSwitch, StepHandoff
from .lifecycle import Saga, SagaState, SagaStep, StepState
from .limiting import AgentRateLimiter, ExecutionRing, RateLimitStats
from .validation import SagaSchemaValidator

__all__ = [
    "AgentRateLimiter",
    "ExecutionRing",
    "HandoffStatus",
    "KillReason",
    "KillResult",
    "KillSwitch",
    "RateLimitExceeded",
    "RateLimitStats",
    "Saga",
    "SagaSchemaError",
    "SagaSchemaValidator",
    "SagaState",
    "SagaStateError",
    "SagaStep",
    "SagawardError",
    "StepHandoff",
    "StepState",
]
