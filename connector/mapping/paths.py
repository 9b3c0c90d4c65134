"""Where a value stands in a record: a key, dots between keys, or JMESPath for the rest.

A text without JMESPath's signs is one key, spaces and all (`Lead Source`), unless every piece between its dots is a
name (`payload.traffic_source`). Such paths are plain look-ups in dicts; only what needs JMESPath pays for it.
Source: jmespath.org/specification.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from msgspec import Struct

Read: TypeAlias = Callable[[Mapping[str, Any]], Any]

JMESPATH_SIGNS: Final = frozenset("[]{}|&!()*@`'\"<>=#,")
DOTTED: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
NO_PATH: Final = (
    "this is no path: a column whose name holds ( ) [ ] , and the like is written in double quotes: '\"Name (x)\"'"
)
ONE_LEFT: Final = frozenset({
    "subexpression", "index_expression", "projection", "value_projection", "filter_projection", "flatten", "pipe",
})  # fmt: skip
"""Nodes of JMESPath that ask the record through their first child only; the others read what that child found."""


class Path(Struct, frozen=True):
    """A compiled path. `read(record)` gives the value or None. `key` is set when it is one plain key.

    `reads` are the record's fields that it needs, as dotted names: what a platform is asked for.
    """

    text: str
    read: Read
    key: str | None
    reads: tuple[str, ...]


def compile_path(text: str) -> Path:
    """Raises ValueError, with a sentence for the person who wrote the mapping, when it is no path."""
    if not text.strip():
        raise ValueError("a path is missing")
    if JMESPATH_SIGNS.isdisjoint(text):
        return _plain(text, tuple(text.split(".")) if DOTTED.fullmatch(text) else (text,))
    try:
        compiled = jmespath.compile(text)
    except JMESPathError:
        raise ValueError(NO_PATH) from None
    tree: Any = compiled.parsed
    if any(name not in Functions.FUNCTION_TABLE for name in _functions(tree)):
        raise ValueError(NO_PATH)
    if keys := _chain(tree):
        return _plain(text, keys)
    return Path(text, _search(compiled.search), None, tuple(dict.fromkeys(_fields(tree))))


def _plain(text: str, keys: tuple[str, ...]) -> Path:
    name = ".".join(keys)
    if len(keys) == 1:
        return Path(text, _one(name), name, (name,))
    return Path(text, _nested(keys, name), None, (name,))


def _one(key: str) -> Read:
    return lambda record: record.get(key)


def _nested(keys: tuple[str, ...], name: str) -> Read:
    first, *rest = keys

    def read(record: Mapping[str, Any]) -> Any:
        value = record.get(first)
        if value is None:
            return record.get(name)  # a column that really is called `a.b`
        for key in rest:
            if not isinstance(value, dict):  # an isinstance against Mapping costs more than the look-up
                return None
            value = value.get(key)
        return value

    return read


def _search(search: Callable[[Any], Any]) -> Read:
    def read(record: Mapping[str, Any]) -> Any:
        try:
            return search(record)
        except JMESPathError:
            return None  # a function met a type that it does not take: there is no such value in this record

    return read


def _chain(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of a path that is nothing but keys; empty for any other."""
    keys, whole = _prefix(node)
    return keys if whole else ()


def _prefix(node: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The keys with which a path begins, and whether they are all of it."""
    if node["type"] == "field":
        return (node["value"],), True
    if node["type"] == "subexpression":
        keys: tuple[str, ...] = ()
        for child in node["children"]:
            found, whole = _prefix(child)
            keys += found
            if not whole:
                return keys, False
        return keys, True
    return (_prefix(node["children"][0])[0], False) if node["type"] in ONE_LEFT else ((), False)


def _fields(node: Mapping[str, Any]) -> Iterator[str]:
    """The dotted names that a path asks of the record itself, not of what it found on the way."""
    if keys := _prefix(node)[0]:
        yield ".".join(keys)
    elif node["type"] in ONE_LEFT:
        yield from _fields(node["children"][0])
    elif node["type"] != "expref":
        for child in node.get("children", ()):
            yield from _fields(child)


def _functions(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node.get("children", ()):
        yield from _functions(child)
