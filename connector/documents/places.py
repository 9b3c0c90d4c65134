"""Where things stand in a file, and how a found value is shown without giving a secret away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector.documents.tree import Node
from connector.errors import Problem

Path = tuple[str | int, ...]
"""A place in a document: keys and list indexes (from 0). Shown to people as `fields[1].to`, counted from 1."""

MASK = "***"
_SHOWN_CHARACTERS = 80
_REFERENCE = re.compile(r"\$\{((?!:-)[^{}])*\}")  # one with a default shows the default, which may be a secret
_SIGN_IN = re.compile(r"(?<=//)[^/@\s]*@")
_SECRET_WORDS = frozenset({
    "token", "secret", "password", "passwd", "passphrase", "credential", "credentials", "authorization", "apikey",
})  # fmt: skip


class Places:
    """The places of one file's values. A path that the file does not have stands where its nearest parent stands."""

    def __init__(self, file: str, root: Node) -> None:
        self.file = file
        self._root = root

    def line(self, path: Path) -> tuple[int, int]:
        """Line and column, from 1: of a text or number itself, of the key where the value is a group or missing."""
        node, place = self._root, (self._root.line, self._root.column)
        for step in path:
            child = node.children.get(step)
            if child is None:
                return place
            own = (child.line, child.column)
            place = own if _is_shown(child.value) else node.keys.get(step, own)
            node = child
        return place

    def key(self, path: Path) -> tuple[int, int]:
        """Line and column of the key that ends `path` (of the value, for an item of a list)."""
        parent = self._node(path[:-1])
        found = parent.keys.get(path[-1]) if parent is not None and path else None
        return found or self.line(path)

    def found(self, path: Path) -> Any:
        """The value as it is written, references unresolved; None when there is none."""
        node = self._node(path)
        return None if node is None else node.value

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Every text of the file with its path; keys are none."""
        yield from _texts_in((), self._root)

    def problem(self, path: Path, message: str, value: Any = None, remedy: str | None = None) -> Problem:
        """A mistake at `path`. Without `value` the text or number that stands there is shown; secrets are masked."""
        line, column = self.line(path)
        return self._problem(line, column, path, message, self.found(path) if value is None else value, remedy)

    def key_problem(self, path: Path, message: str, remedy: str | None = None) -> Problem:
        """A mistake in the key that ends `path`; what stands under it is not shown."""
        return self._problem(*self.key(path), path, message, None, remedy)

    def dotted(self, path: Path) -> str:
        """`("fields", 0, "to")` as people read it: `fields[1].to`. The whole document is called `document`."""
        text, node = "", self._root
        for step in path:
            is_key = isinstance(step, str) or isinstance(node.value, dict)
            text += f".{step}" if is_key else f"[{int(step) + 1}]"
            node = node.children.get(step, node)
        return text.removeprefix(".") or "document"

    def _problem(self, line: int, column: int, path: Path, message: str, value: Any, remedy: str | None) -> Problem:
        shown = displayed(path, value) if _is_shown(value) else None
        return Problem(self.file, line, column, self.dotted(path), message, shown, remedy)

    def _node(self, path: Path) -> Node | None:
        node: Node | None = self._root
        for step in path:
            node = node.children.get(step) if node is not None else None
        return node


def displayed(path: Path, value: Any) -> str:
    """A found value as an error shows it. A reference such as `${NAME}` is no secret; what it stands for may be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if "PRIVATE KEY" in text or (is_secret(path) and not _REFERENCE.fullmatch(text)):
        return MASK
    text = _SIGN_IN.sub(f"{MASK}@", text).replace("\n", "\\n")
    text = text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def is_secret(path: Path) -> bool:
    """Does a key on the way say that its value is secret? A mapping's own `key`, at the top of its file, is not."""
    return any(is_secret_name(str(step)) and (depth > 0 or step != "key") for depth, step in enumerate(path))


def is_secret_name(name: str) -> bool:
    """Does this word usually name a secret: `token`, `client_secret`, `api_key`, `key` …?"""
    words = re.split(r"[_\-. ]", name.lower())
    return words[-1] == "key" or not _SECRET_WORDS.isdisjoint(words)


def _texts_in(path: Path, node: Node) -> Iterator[tuple[Path, str]]:
    if isinstance(node.value, str):
        yield path, node.value
    for step, child in node.children.items():
        yield from _texts_in((*path, step), child)


def _is_shown(value: Any) -> bool:
    return value is not None and not isinstance(value, (dict, list))
