"""What the reference's saga module is used for. Only the import tells whose it is; each line of the output has a name."""

import re

from sagaward import (
    AgentRateLimiter,
    ExecutionRing,
    KillReason,
    KillSwitch,
    RateLimitExceeded,
    Saga,
    SagaSchemaError,
    SagaSchemaValidator,
    SagaState,
    SagaStateError,
    SagaStep,
    StepState,
)


def say(name, value):
    print(f"{name}: {value}")


def step(id, **more):
    return {"id": id, "action_id": "deploy.k8s", "agent": "did:mesh:a", "undo_api": f"/undo/{id}"} | more


def definition(*steps, **more):
    return {"name": "release", "session_id": "s-1", "steps": list(steps)} | more


# Definitions.
validator = SagaSchemaValidator()
say("valid", validator.validate(definition(step("build"), step("ship", depends_on=["build"]))))
say("a missing key", validator.validate({"name": "release", "steps": []}))
say("a wrong type", validator.validate(definition(step("build"), name=True)))
say("an unknown key", validator.validate(definition(step("build", retry=3))))
say("a range", validator.validate(definition(step("build", timeout=0))))
say("semantics", validator.validate(definition(step("a"), step("a", action_id="db.drop", undo_api=None), step("b", depends_on=["c"]))))
say("a cycle", validator.validate(definition(step("a", depends_on=["b"]), step("b", depends_on=["a"]), step("c", depends_on=["b"]))))
say("a cycle behind twins", validator.validate(definition(step("a", depends_on=["a"]), step("a"))))
try:
    validator.validate_or_raise(definition(step("build", undo_api=None)))
except SagaSchemaError as error:
    say("raised", [str(error), error.errors])

# The lifecycle.
build = SagaStep(step_id="build", action_id="deploy.image", agent_did="did:mesh:a", execute_api="/run", undo_api="/undo")
ship = SagaStep(step_id="ship", action_id="deploy.ship", agent_did="did:mesh:b", execute_api="/run", max_retries=2)
saga = Saga(saga_id="saga:1", session_id="s-1", steps=[build, ship])
say("new", [saga.state.value, build.state.value, ship.timeout_seconds, ship.max_retries, ship.started_at])
build.transition(StepState.EXECUTING)
build.execute_result = {"image": "sha256:1"}
build.transition(StepState.COMMITTED)
say("committed", [build.state.value, build.execute_result, build.completed_at >= build.started_at])
try:
    ship.transition(StepState.COMPENSATING)
except SagaStateError as error:
    say("an illegal step", error)
try:
    saga.transition(SagaState.ESCALATED)
except SagaStateError as error:
    say("an illegal saga", sorted(re.findall(r"\w+", str(error))))
ship.transition(StepState.EXECUTING)
ship.error = "no room"
ship.transition(StepState.FAILED)
say("to undo", [one.step_id for one in saga.committed_steps_reversed])
saga.transition(SagaState.COMPENSATING)
build.transition(StepState.COMPENSATING)
build.transition(StepState.COMPENSATED)
saga.transition(SagaState.COMPLETED)
kept = saga.to_dict()
say("times", re.sub(r"\d", "9", kept.pop("created_at")))
say("completed", kept.pop("completed_at") is not None)
say("kept", kept)

# The kill switch.
switch = KillSwitch()
ended = []
switch.register_agent("did:mesh:a", lambda: ended.append("a"))
switch.register_substitute("s-1", "did:mesh:a")
switch.register_substitute("s-1", "did:mesh:b")
steps = [{"step_id": "build", "saga_id": "saga:1"}, {"step_id": "ship", "saga_id": "saga:1"}]


def shown(result):
    handoffs = [(one.step_id, one.to_agent, one.status.value) for one in result.handoffs]
    return [handoffs, result.handoff_success_count, result.compensation_triggered, result.terminated, result.reason.value, result.details]


say("killed", [shown(switch.kill("did:mesh:a", "s-1", KillReason.RING_BREACH, steps, "left ring 2")), ended])
say("killed again", shown(switch.kill("did:mesh:a", "s-1", KillReason.MANUAL, steps)))
say("nobody takes over", shown(switch.kill("did:mesh:b", "s-1", KillReason.MANUAL, steps[:1])))


def fails():
    raise RuntimeError("no such process")


switch.register_agent("did:mesh:c", fails)
try:
    say("a callback that raises", shown(switch.kill("did:mesh:c", "s-1", KillReason.RATE_LIMIT)))
except RuntimeError as error:
    say("a callback that raises", repr(error))
say("totals", [switch.total_kills, switch.total_handoffs, len(switch.kill_history)])
say("a kill id", re.sub(r"[0-9a-f]", "f", switch.kill_history[0].kill_id.removeprefix("kill:")))

# The rate limiter. Costs this large leave no time to matter.
limiter = AgentRateLimiter()
say("allowed", limiter.check("did:mesh:a", "s-1", ExecutionRing.RING_3_SANDBOX, 10.0))
try:
    limiter.check("did:mesh:a", "s-1", ExecutionRing.RING_3_SANDBOX, 10.0)
except RateLimitExceeded as error:
    say("refused", error)
say("tried", limiter.try_check("did:mesh:a", "s-1", ExecutionRing.RING_3_SANDBOX, 10.0))
stats = limiter.get_stats("did:mesh:a", "s-1")
say("stats", [stats.agent_did, stats.ring.name, stats.total_requests, stats.rejected_requests, stats.capacity])
limiter.update_ring("did:mesh:a", "s-1", ExecutionRing.RING_1_PRIVILEGED)
say("a change of rings", limiter.try_check("did:mesh:a", "s-1", ExecutionRing.RING_1_PRIVILEGED, 90.0))
say("tracked", limiter.tracked_agents)
