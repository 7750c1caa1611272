"""Judging definitions."""

from __future__ import annotations

import json
import secrets
from typing import Any

from wasmtime import WasmtimeError

from .component import Document, Instance
from .errors import SagaSchemaError


# One encoder for all. What holds itself ends in a RecursionError.
_encode = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode


class SagaSchemaValidator:
    """Validates saga definitions. Options are those of the component, all or some of them."""

    def __init__(self, options: Document | None = None) -> None:
        self._open()
        self._options = options and merged(self._instance.call("validation", "default-options"), options)

    def _open(self) -> None:
        self._instance = Instance()
        self._instance.function("validation", "seed")(self._instance.store, secrets.randbits(32))
        self._is_valid = self._instance.function("validation", "is-valid")

    def validate(self, definition: Document) -> list[str]:
        """The errors, in the reference's words; none means that it may run."""
        text = _encode(definition)
        if self._options is None and self._surely_valid(text):
            return []
        errors: list[str] = self._report("validate-value", text)["errors"]
        return errors

    def validate_or_raise(self, definition: Document) -> None:
        """Raises SagaSchemaError where there are errors."""
        errors = self.validate(definition)
        if errors:
            raise SagaSchemaError.of(errors)

    def report(self, definition: Document) -> Document:
        """All findings: errors, warnings, places, what probably was meant."""
        return self._report("validate-value", _encode(definition))

    def report_text(self, text: str) -> Document:
        """The same of JSON text, with the place of each finding in it."""
        return self._report("validate-text", text)

    def _surely_valid(self, text: str) -> bool:
        try:
            return bool(self._is_valid(self._instance.store, text))
        except WasmtimeError:
            # A trap ends an instance: the next definition gets another.
            self._open()
            raise

    def _report(self, function: str, text: str) -> Document:
        try:
            report: Document = self._instance.call("validation", function, text, self._options)
        except WasmtimeError:
            self._open()
            raise
        return report


def merged(defaults: Document, given: Document) -> Document:
    """The defaults, changed where something is given."""
    both = {name: _snake(given, name) for name in defaults}
    return {
        name: merged(default, both[name] or {}) if isinstance(default, dict) else default if both[name] is None else both[name]
        for name, default in defaults.items()
    }


def _snake(given: Document, name: str) -> Any:
    for key, value in given.items():
        if key == name or "".join(f"_{c.lower()}" if c.isupper() else c for c in key) == name:
            return value
    return None
