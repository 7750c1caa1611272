"""The cases that every host of the core runs, here in Python through wasmtime: tests/fixtures/cases/*.json.

Arguments: the folder of the cases. The environment names the component, PYTHONPATH the module over it.
"""

import json
import sys
from pathlib import Path

from sagaward import AgentRateLimiter, KillSwitch, Saga, SagaSchemaValidator, SagawardError

count = 0


def cases(name):
    global count
    found = json.loads((Path(sys.argv[1]) / f"{name}.json").read_text())["cases"]
    assert found
    count += len(found)
    return found


def plain(document):
    """Without what says nothing: no value and an empty list are the same as no key."""
    match document:
        case dict():
            parts = {key: plain(part) for key, part in document.items()}
            return {key: part for key, part in parts.items() if part not in (None, [])}
        case list():
            return [plain(part) for part in document]
        case _:
            return document


def same(found, expected, case):
    assert plain(found) == plain(expected), json.dumps([case.get("name", case), plain(found), plain(expected)], indent=1)


def outcome(work):
    try:
        return work(), None
    except SagawardError as error:
        errors = getattr(error, "errors", None)
        return None, {"code": error.code} | ({"errors": errors} if errors else {"message": str(error)})


def without_paths(report):
    """The component gives places as JSON pointers alone."""
    match report:
        case dict():
            parts = {key: without_paths(part) for key, part in report.items() if key != "path"}
            if "path" in report and "pointer" not in report:
                parts["pointer"] = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in report["path"])
            return parts
        case list():
            return [without_paths(part) for part in report]
        case _:
            return report


def validation():
    validator = SagaSchemaValidator()
    for case in cases("validation"):
        judge = SagaSchemaValidator(case["options"]) if "options" in case else validator
        text = case["document"]
        report, error = outcome(lambda: judge.report_text(text) if case["source"] == "text" else judge.report(json.loads(text)))
        same(error, case.get("error"), case)
        same(report, without_paths(case.get("report")), case)
        if "options" not in case:
            assert validator._surely_valid(text) == case["report"]["valid"], case["name"]


def lifecycle():
    for case in cases("lifecycle"):
        saga = Saga.from_definition(case["definition"], case["saga_id"], at=float(case["at"]))
        same(saga.log(), case["created"], case)
        for turn in case["turns"]:
            seq = saga.view()["seq"]
            commands, error = outcome(lambda: play(saga, turn))
            same(error, turn.get("error"), turn)
            if not error:
                same(commands, turn.get("commands"), turn)
                same(saga.log(seq + 1), turn["events"], turn)
        same([step.step_id for step in saga.ready_steps], case["ready"], case)
        assert saga.outcome == case["outcome"]
        same(saga.snapshot(), case["snapshot"], case)
        assert Saga.restore(case["snapshot"]).snapshot() == saga.snapshot()
        for log in [saga.log(), *([case["compacted"]] if "compacted" in case else [])]:
            assert Saga.replay(log).snapshot() == saga.snapshot()


def play(saga, turn):
    match turn:
        case {"input": message}:
            return saga.handle(message)
        case {"transition": told}:
            saga.transition(told["to"], told.get("error"), at=told["at"])
        case {"transition_step": told}:
            saga.transition_step(told["step_id"], told["to"], told.get("result"), told.get("error"), at=told["at"])
        case {"add_step": told}:
            saga.add_definition(told["step"], at=told["at"])
    return None


def killing():
    for case in cases("killing"):
        time = 0.0
        switch = KillSwitch(case["options"], clock=lambda: time)
        ids = {}

        def renamed(document):
            text = json.dumps(document)
            for own, name in ids.items():
                text = text.replace(f'"{own}"', f'"{name}"')
            return json.loads(text)

        for one in case["substitutes"]:
            switch.register_substitute(one["session_id"], one["agent_did"], "answer" in one and said(one["answer"]) or None)

        def ends(agent):
            nonlocal time
            time += 7.0
            if agent["termination"] == "threw":
                raise RuntimeError(agent["error"])

        for agent in case["agents"]:
            switch.register_agent(agent["agent_did"], lambda agent=agent: ends(agent))
        for kill in case["kills"]:
            time = float(kill["at"])
            result = switch.kill(**kill["request"])
            ids[result.kill_id] = f"kill:{len(ids) + 1}"
            same(renamed(switch._call("history")[-1]), kill["result"], kill)
        for session, left in case["substitutes_left"].items():
            assert switch.substitutes(session) == left
        assert (switch.total_kills, switch.total_handoffs) == (case["total_kills"], case["total_handoffs"])
        if "snapshot" in case:
            same(renamed(switch.snapshot()), case["snapshot"], case)
            assert KillSwitch.restore(switch.snapshot()).snapshot() == switch.snapshot()


def said(answer):
    def accept(offer):
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return answer

    return accept


def limiting():
    for case in cases("limiting"):
        time = 0.0
        options = case["options"]
        limits = {int(ring): (limit["rate"], limit["burst"]) for ring, limit in options.get("ringLimits", {}).items()}
        limiter = AgentRateLimiter(limits, max_buckets=options.get("maxBuckets"), clock=lambda: time)
        for call in case["calls"]:
            time = float(call["now"])
            rest = [call[name] for name in ("ring", "cost") if name in call]
            answer, error = outcome(lambda: limiter._call(call["call"].replace("_", "-"), call["agent_did"], call["session_id"], *rest))
            same(error, call.get("error"), call)
            same(answer, call.get("returns"), call)
        assert limiter.tracked_agents == case["tracked_agents"]


validation()
lifecycle()
killing()
limiting()
print(f"{count} cases")
