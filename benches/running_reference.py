"""Runs a saga of instant actions through the reference's orchestrator; prints milliseconds a step."""

import asyncio
import statistics
import sys
import time

from hypervisor.saga.orchestrator import SagaOrchestrator


async def run(steps: int) -> float:
    orchestrator = SagaOrchestrator()
    saga = orchestrator.create_saga("session:nightly")
    added = [
        orchestrator.add_step(saga.saga_id, "data.extract", "did:mesh:worker", "/run", "/undo", 300, 2)
        for _ in range(steps)
    ]

    async def action() -> dict[str, str]:
        return {"image": "sha256:1"}

    start = time.perf_counter()
    for step in added:
        await orchestrator.execute_step(saga.saga_id, step.step_id, action)
    return (time.perf_counter() - start) * 1000 / steps


count = int(sys.argv[1])
print(statistics.median([asyncio.run(run(count)) for _ in range(7)]))
