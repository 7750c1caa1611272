"""What the reference's saga, kill switch and rate limiter answer to calls, under a clock that the calls set.

Reads JSON lines {"machine": name, "given": {...}, "calls": [[at, method, argument...]]}, `at` in milliseconds since 1970;
writes for each line the list of answers: {"value": what was returned} or {"raised": exception, "message": its text}.
"""

import dataclasses
import json
import sys
from datetime import UTC, datetime, timedelta

from hypervisor.models import ExecutionRing
from hypervisor.saga import state_machine
from hypervisor.saga.dsl import SagaDSLParser
from hypervisor.security import kill_switch, rate_limiter


class Clock(datetime):
    ms = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=cls.ms)


for module in (state_machine, kill_switch, rate_limiter):
    module.datetime = Clock


class Saga:
    def __init__(self, definition):
        parser = SagaDSLParser()
        parsed = parser.parse(definition)
        self.saga = state_machine.Saga(parsed.saga_id, parsed.session_id, parser.to_saga_steps(parsed))

    def transition(self, to, error=None):
        self.saga.transition(state_machine.SagaState(to))
        if error is not None:
            self.saga.error = error

    def transition_step(self, step_id, to, error=None):
        step = next(step for step in self.saga.steps if step.step_id == step_id)
        step.transition(state_machine.StepState(to))
        if error is not None:
            step.error = error

    def add_step(self, step):
        parser = SagaDSLParser()
        parsed = parser.parse({"name": "n", "session_id": "s", "steps": [step]})
        self.saga.steps.extend(parser.to_saga_steps(parsed))

    def state(self):
        return {
            "dict": self.saga.to_dict(),
            "steps": [plain(step) for step in self.saga.steps],
            "completed_at": plain(self.saga)["completed_at"],
            "committed": [step.step_id for step in self.saga.committed_steps],
            "reversed": [step.step_id for step in self.saga.committed_steps_reversed],
        }


class KillSwitch:
    def __init__(self):
        self.switch = kill_switch.KillSwitch()

    def __getattr__(self, method):
        return getattr(self.switch, method)

    def register_agent(self, agent_did, callback):
        self.switch.register_agent(agent_did, getattr(self, callback))

    def returns(self):
        pass

    def throws(self):
        raise RuntimeError("no")

    def takes_a_millisecond(self):
        Clock.ms += 1

    def dismisses_the_substitute(self):
        self.switch.unregister_substitute("s", "did:b")

    async def rejects(self):
        raise RuntimeError("no")

    def kill(self, request):
        reason = request["reason"]
        if reason in kill_switch.KillReason._value2member_map_:
            reason = kill_switch.KillReason(reason)
        return plain(self.switch.kill(**{**request, "reason": reason}))

    def forge(self, details):
        self.switch.kill_history[0].details = details

    def history(self):
        return [plain(record) for record in self.switch.kill_history]

    def state(self):
        return {
            "agents": sorted(self.switch._agents),
            "substitutes": {session: list(agents) for session, agents in sorted(self.switch._substitutes.items()) if agents},
            "kills": self.switch.total_kills,
            "handoffs": self.switch.total_handoffs,
        }


class RateLimiter:
    def __init__(self, ring_limits=None):
        limits = ring_limits and {ExecutionRing(int(ring)): tuple(limit) for ring, limit in ring_limits.items()}
        self.limiter = rate_limiter.AgentRateLimiter(limits)

    def bucket(self, agent_did, session_id):
        return self.limiter._buckets.get(f"{agent_did}:{session_id}")

    def check(self, agent_did, session_id, ring, *cost):
        return self.limiter.check(agent_did, session_id, ExecutionRing(ring), *cost)

    def try_check(self, agent_did, session_id, ring, *cost):
        return self.limiter.try_check(agent_did, session_id, ExecutionRing(ring), *cost)

    def update_ring(self, agent_did, session_id, ring):
        self.limiter.update_ring(agent_did, session_id, ExecutionRing(ring))

    def stats(self, agent_did, session_id):
        stats = self.limiter.get_stats(agent_did, session_id)
        return stats and plain(stats)

    def tracked_agents(self):
        return self.limiter.tracked_agents

    # What it cannot be asked for, but must have done to stand where sagaward stands.

    def update_ring_and_keep_tokens(self, agent_did, session_id, ring):
        before = self.bucket(agent_did, session_id)
        tokens = before.available if before else float("inf")
        self.update_ring(agent_did, session_id, ring)
        after = self.bucket(agent_did, session_id)
        after.tokens = min(after.tokens, tokens)

    def know(self, agent_did, session_id, ring):
        stats = rate_limiter.RateLimitStats(agent_did=agent_did, ring=ExecutionRing(ring))
        self.limiter._stats.setdefault(f"{agent_did}:{session_id}", stats)

    def forgive_rounding(self, agent_did, session_id, cost, slack):
        bucket = self.bucket(agent_did, session_id)
        forgiven = bucket is not None and cost - slack <= bucket.available < cost
        if forgiven:
            bucket.tokens = cost
        return forgiven


MACHINES = {"saga": Saga, "kill_switch": KillSwitch, "rate_limiter": RateLimiter}


def plain(record):
    def value(of):
        return of.isoformat() if isinstance(of, datetime) else of

    return dataclasses.asdict(record, dict_factory=lambda fields: {name: value(of) for name, of in fields})


def answers(scenario):
    calls = scenario["calls"]
    Clock.ms = calls[0][0] if calls else 0
    machine = MACHINES[scenario["machine"]](**scenario["given"])
    for at, method, *arguments in calls:
        Clock.ms = at
        try:
            yield {"value": getattr(machine, method)(*arguments)}
        except Exception as error:
            yield {"raised": type(error).__name__, "message": str(error)}


for line in sys.stdin:
    print(json.dumps(list(answers(json.loads(line)))))
