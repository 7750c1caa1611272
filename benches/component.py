"""Times `SagaSchemaValidator.validate` of the component, through wasmtime, beside the reference's.

Reads definitions as JSON lines; prints a JSON line for each: milliseconds of one call, ours and the reference's, which take turns.
"""

import json
import statistics
import sys
import time

from hypervisor.saga.schema import SagaSchemaValidator as Reference
from sagaward import SagaSchemaValidator

ROUNDS = 15
BATCH_SECONDS = 0.02


def batch(validate, definition, calls):
    start = time.perf_counter()
    for _ in range(calls):
        validate(definition)
    return (time.perf_counter() - start) / calls


validators = [SagaSchemaValidator().validate, Reference().validate]
for line in sys.stdin:
    definition = json.loads(line)
    assert [validate(definition) for validate in validators] == [[], []]
    calls = [max(1, round(BATCH_SECONDS / batch(validate, definition, 3))) for validate in validators]
    samples = [[], []]
    for _ in range(ROUNDS):
        for validate, count, times in zip(validators, calls, samples):
            times.append(batch(validate, definition, count))
    print(json.dumps([statistics.median(times) * 1000 for times in samples]))
