"""The component and its values, which cross as the JSON documents that every host of sagaward knows."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from wasmtime import Engine, Store
from wasmtime import component as wasm
from wasmtime.component import _types as wit

from .errors import error_of

Document = dict[str, Any]

PACKAGE = "sagaward:saga/{}@0.1.0"
# The fields that hold the text of any JSON value.
JSON = {"result", "metadata", "fan-out", "execute-result", "compensation-result", "replace"}
# The fields whose own fields stand beside them in a document.
FLAT = {"fact", "told", "failure"}
# The option bags: their names are camelCase, as everywhere.
OPTIONS = {"settings", "options"}
TIMES = {"at", "timestamp", "created-at", "completed-at", "started-at", "retry-at"}


@cache
def _compiled() -> tuple[Engine, wasm.Component]:
    path = os.environ.get("SAGAWARD_COMPONENT") or Path(__file__).with_name("component.wasm")
    engine = Engine()
    return engine, wasm.Component.from_file(engine, str(path))


class Instance:
    """An instance of the component: what happens in one harms no other."""

    def __init__(self) -> None:
        engine, component = _compiled()
        self.store = Store(engine)
        self._instance = wasm.Linker(engine).instantiate(self.store, component)
        self._functions: dict[tuple[str, str], tuple[wasm.Func, Any]] = {}

    def function(self, interface: str, name: str) -> wasm.Func:
        return self._function(interface, name)[0]

    def _function(self, interface: str, name: str) -> tuple[wasm.Func, Any]:
        known = self._functions.get((interface, name))
        if known is None:
            package = self._instance.get_export_index(self.store, PACKAGE.format(interface))
            index = self._instance.get_export_index(self.store, name, package)
            function = index and self._instance.get_func(self.store, index)
            if not function:
                raise LookupError(f"the component has no function {interface}/{name}")
            known = self._functions[interface, name] = (function, function.type(self.store))
        return known

    def call(self, interface: str, name: str, *arguments: Any) -> Any:
        """Calls a function with documents; the answer is one, an error is raised."""
        function, type_ = self._function(interface, name)
        lowered = [lower(ty, argument, key) for (key, ty), argument in zip(type_.params, arguments, strict=True)]
        answer = function(self.store, *lowered)
        result = type_.result
        if isinstance(result, wit.ResultType):
            failed = _is_error(answer)
            answer = answer.payload if isinstance(answer, wasm.Variant) else answer
            if failed:
                fault = vars(answer)
                raise error_of(fault["code"], fault["message"], json.loads(fault["details"]))
            result = result.ok
        return None if result is None else lift(result, answer)


def _is_error(answer: Any) -> bool:
    if isinstance(answer, wasm.Variant):
        return answer.tag == "err"
    return isinstance(answer, wasm.Record) and {"code", "details"} <= vars(answer).keys()


def lower(ty: Any, value: Any, key: str = "") -> Any:
    """A part of a document as the component takes it."""
    match ty:
        case wit.OptionType():
            return None if value is None else lower(ty.payload, value, key)
        case wit.ListType():
            element = ty.element
            return [lower(element, item) for item in value or ()]
        case wit.TupleType():
            return tuple(lower(element, item) for element, item in zip(ty.elements, value, strict=True))
        case wit.RecordType():
            record = wasm.Record()
            for name, field in ty.fields:
                setattr(record, name, lower(field, value if name in FLAT else _named(value, name), name))
            return record
        case wit.VariantType():
            tag = value["type"].replace("_", "-")
            payload = dict(ty.cases).get(tag)
            return wasm.Variant(tag, payload and lower(payload, value))
        case wit.EnumType():
            return value.replace("_", "-")
        case wit.F64():
            return _milliseconds(value) if isinstance(value, str) else float(value)
        case wit.String() if key in JSON:
            return json.dumps(value)
        case _:
            return value


def _named(value: Document, name: str) -> Any:
    found = value.get(name.replace("-", "_"))
    return value.get(_camel(name)) if found is None else found


def lift(ty: Any, value: Any, key: str = "", camel: bool = False) -> Any:
    """What the component gave as a part of a document; what is not there has no key."""
    match ty:
        case wit.OptionType():
            return None if value is None else lift(ty.payload, value, key, camel)
        case wit.ListType():
            element = ty.element
            return [lift(element, item) for item in value]
        case wit.TupleType():
            return [lift(element, item) for element, item in zip(ty.elements, value, strict=True)]
        case wit.RecordType():
            document: Document = {}
            for name, field in ty.fields:
                part = lift(field, getattr(value, name), name, camel or name in OPTIONS)
                if name in FLAT:
                    document |= part
                elif part is not None:
                    document[_camel(name) if camel else name.replace("-", "_")] = part
            return document
        case wit.VariantType():
            payload = dict(ty.cases)[value.tag]
            type_ = {"type": value.tag.replace("-", "_")}
            return type_ | (lift(payload, value.payload) if payload else {})
        case wit.EnumType():
            return value.replace("-", "_")
        case wit.F64() if key in TIMES:
            return _timestamp(value)
        case wit.String() if key in JSON:
            return json.loads(value)
        case _:
            return value


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)


def _timestamp(milliseconds: float) -> str:
    return time_of(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _milliseconds(timestamp: str) -> float:
    return float(round(datetime.fromisoformat(timestamp).timestamp() * 1000.0))


def time_of(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000.0, UTC)


def now() -> float:
    return datetime.now(UTC).timestamp() * 1000.0
