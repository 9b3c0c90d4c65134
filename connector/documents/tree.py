"""From text to a tree of plain values that know where they stand.

The events of ruamel's parser are turned into nodes here, so that no tag, constructor or type of the library is ever
reached: nothing in a file can name code. Sizes are capped before anything grows: bytes, depth, and the number of
values after aliases are expanded.

Its compiled parser reads twenty times faster than its pure one, and every start reads several files. What the compiled
one refuses is read again by the pure one, which says better where a person went wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from msgspec import Struct

from connector.documents.complaints import Broken, not_yaml
from connector.documents.scalars import plain

MAX_BYTES = 2 * 1024 * 1024
"""Far above any file that a person edits; the pure parser needs about six seconds for each MB."""
MAX_DEPTH = 40
MAX_VALUES = 200_000


class Node(Struct, frozen=True):
    """One value with its place. `children` are by key or by index; `keys` tells where each key stands."""

    value: Any
    line: int
    column: int
    size: int
    children: dict[Any, Node]
    keys: dict[Any, tuple[int, int]]


def grow(text: str) -> Node:
    """The one document in `text`. Raises Broken."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and most verbs read no file
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Broken("the file is too large", 1, 1, f"at most {MAX_BYTES // 1024 // 1024} MB")
    with suppress(YAMLError):
        return _Builder(_compiled_events(text)).document()
    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text)).document()
    except MarkedYAMLError as error:
        # A quote that is never closed is noticed at the end of the file; what helps is where it was opened.
        is_open = "unexpected end of stream" in str(error.problem)
        mark = error.context_mark if is_open else error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise not_yaml(str(error.problem or error.context), line, column, text) from None
    except YAMLError as error:
        line, column = _position(text, getattr(error, "position", 0))
        raise Broken("a character that no text file has", line, column, "retype this line") from None


def _compiled_events(text: str) -> Iterator[Any]:
    from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # noqa: PLC0415

    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


def _position(text: str, index: object) -> tuple[int, int]:
    before = text[: index if isinstance(index, int) else 0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class _Builder:
    """Turns parser events into nodes; one use."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, Node] = {}
        self.values = 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            kind = type(event).__name__
            if kind in ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"):
                continue
            if root is not None:
                raise self._broken(event, "a second document begins here", "keep one document per file")
            root = self._node(event, depth=0)
        return root or Node(None, 1, 1, 1, {}, {})

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event).__name__
        if depth > MAX_DEPTH:
            raise self._broken(event, f"nested deeper than {MAX_DEPTH} levels")
        if kind == "AliasEvent":
            return self._alias(event)
        if event.tag is not None:
            # The word is not repeated: it may be a password that begins with this character. So with aliases below.
            raise self._broken(event, "tags (words after !) are not allowed", "put a text that begins with ! in quotes")
        self._count(event, 1)
        if kind == "ScalarEvent":
            node = self._scalar(event)
        else:
            node = self._mapping(event, depth) if kind == "MappingStartEvent" else self._list(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _scalar(self, event: Any) -> Node:
        value = plain(event.value) if event.implicit[0] else event.value
        return Node(value, *_place(event), 1, {}, {})

    def _list(self, start: Any, depth: int) -> Node:
        items: list[Node] = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, depth + 1))
        size = 1 + sum(item.size for item in items)
        return Node([item.value for item in items], *_place(start), size, dict(enumerate(items)), {})

    def _mapping(self, start: Any, depth: int) -> Node:
        children: dict[Any, Node] = {}
        keys: dict[Any, tuple[int, int]] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            key = self._key(event, keys)
            keys[key] = _place(event)
            children[key] = self._node(next(self.events), depth + 1)
        size = 1 + sum(child.size for child in children.values())
        return Node({key: child.value for key, child in children.items()}, *_place(start), size, children, keys)

    def _key(self, event: Any, seen: dict[Any, tuple[int, int]]) -> Any:
        if type(event).__name__ != "ScalarEvent" or event.tag is not None:
            raise self._broken(event, "a key must be a plain word", "put the key in quotes")
        key = plain(event.value) if event.implicit[0] else event.value
        if key is None:
            raise self._broken(event, "a key is missing before the colon")
        if key in seen:
            remedy = f"it stands in line {seen[key][0]} already; keep one of the two"
            raise self._broken(event, f"the key '{key}' is given twice", remedy)
        return key

    def _alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            remedy = "put a text that begins with * in quotes"
            raise self._broken(event, "this alias (a word after *) names nothing that stands above it", remedy)
        self._count(event, node.size)
        return node

    def _count(self, event: Any, values: int) -> None:
        self.values += values
        if self.values > MAX_VALUES:
            remedy = "aliases (*name) count as often as they are used"
            raise self._broken(event, f"more than {MAX_VALUES} values", remedy)

    @staticmethod
    def _broken(event: Any, message: str, remedy: str | None = None) -> Broken:
        return Broken(message, *_place(event), remedy)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
