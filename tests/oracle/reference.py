"""The reference's own judgement of each document.

Reads JSON lines, each a JSON string that holds a document's text; writes one JSON line for each:
{"unreadable": why} when Python's json refuses the text,
{"crash": exception} when the validator raises, with its judgement on a larger stack when that helps,
{"findings": [[path, rule, names]], "errors": [message], "message": of the exception or null, "parsed": without asking the validator}.
"""

import json
import sys
import threading

from hypervisor.saga.dsl import SagaDSLParser
from hypervisor.saga.schema import SagaSchemaError, SagaSchemaValidator

RULES = {
    "required": "required",
    "type": "type",
    "minLength": "min_length",
    "minimum": "minimum",
    "maximum": "maximum",
    "minItems": "min_items",
    "uniqueItems": "unique_items",
    "additionalProperties": "additional_properties",
}
LARGE_STACK = 1 << 29
DEEP_RECURSION = 200_000



class Listener:
    """Hears the schema errors on their way to `validate`, which keeps only their messages."""

    def __init__(self, schema_validator):
        self.schema_validator = schema_validator

    def iter_errors(self, document):
        self.heard = list(self.schema_validator.iter_errors(document))
        return self.heard


validator = SagaSchemaValidator()
validator._validator = listener = Listener(validator._validator)


def judge(document):
    errors, message = [], None
    try:
        validator.validate_or_raise(document)
    except SagaSchemaError as error:
        errors, message = error.errors, str(error)
    # The expression by which `validate` sorts them.
    findings = sorted(listener.heard, key=lambda e: list(e.path))
    for finding, error in zip(findings, errors):
        assert error.endswith(finding.message), (finding.message, error)
    return {
        "findings": [[list(f.absolute_path), RULES[f.validator], names(f)] for f in findings],
        "errors": errors,
        "message": message,
        "parsed": parses(document),
    }


def parses(document):
    try:
        SagaDSLParser().parse(document)
        return True
    except Exception:
        return False


def names(finding):
    if finding.validator == "required":
        return [finding.message.split("'")[1]]
    if finding.validator == "additionalProperties":
        return sorted(set(finding.instance) - set(finding.schema["properties"]))
    return []


def answer(line):
    try:
        document = json.loads(json.loads(line))
    except (ValueError, RecursionError) as error:
        return {"unreadable": type(error).__name__}
    try:
        return judge(document)
    except RecursionError as error:
        return {"crash": type(error).__name__, **on_a_larger_stack(document)}
    except Exception as error:
        return {"crash": type(error).__name__}


def on_a_larger_stack(document):
    result = {}
    usual = sys.getrecursionlimit()
    threading.stack_size(LARGE_STACK)
    sys.setrecursionlimit(DEEP_RECURSION)
    thread = threading.Thread(target=lambda: result.update(judge(document)))
    thread.start()
    thread.join()
    sys.setrecursionlimit(usual)
    threading.stack_size(0)
    return result


# Written at once: a write for each line costs a tenth of the time.
sys.stdout.writelines([json.dumps(answer(line)) + "\n" for line in sys.stdin])
