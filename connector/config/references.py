"""`${NAME}`, `${NAME:-default}` and `${file:path}`, resolved in texts that were parsed before.

So a value can never become a key, a list or a tag, and what was put in is not looked at again: a variable whose value
holds `${…}` stays as it is. `$${` is a plain `${`. An empty variable counts as absent, as in a shell's `:-`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from connector.documents import Path as Place
from connector.documents import Places
from connector.errors import Problem

MAX_FILE_BYTES = 64 * 1024

_START = re.compile(r"(?<!\$)\$\{")
_REFERENCE = re.compile(r"\$(?P<escaped>\$\{)|\$\{(?P<inner>[^{}]*)\}")
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-.*)?", re.DOTALL)
_REMEDY = "write ${NAME}, ${NAME:-default} or ${file:path}"


def holds_reference(text: str) -> bool:
    """Does `${` stand in this text, not escaped?"""
    return _START.search(text) is not None


def is_inline(text: str) -> bool:
    """Does the text itself carry a value, instead of only naming where one is? A default is such a value."""
    left = _REFERENCE.sub("", text)
    defaults = [found["inner"].partition(":-")[2] for found in _REFERENCE.finditer(text) if found["inner"]]
    return bool(left.strip() or any(defaults))


class Absent(Exception):
    """A reference points at nothing: `message` says what is missing, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class Resolver(Struct):
    """Resolves every text of a document. Collects what is wrong (`problems`) apart from what is absent (`absent`)."""

    places: Places
    environ: Mapping[str, str]
    base_dir: Path
    problems: list[Problem] = field(default_factory=list)
    absent: dict[Place, Problem] = field(default_factory=dict)

    def resolve(self, value: Any, path: Place = ()) -> Any:
        """The value with its references resolved; a text that cannot be resolved stays as it was written."""
        if isinstance(value, dict):
            return {key: self.resolve(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item, (*path, index)) for index, item in enumerate(value)]
        return self._text(value, path) if isinstance(value, str) and "${" in value else value

    def _text(self, text: str, path: Place) -> str:
        if len(_START.findall(text)) != sum(found["inner"] is not None for found in _REFERENCE.finditer(text)):
            self.problems.append(
                self.places.problem(path, "a ${…} is not closed, or holds another one", remedy=_REMEDY)
            )
            return text
        try:
            return _REFERENCE.sub(self._one, text)
        except Absent as error:
            self.absent[path] = self.places.problem(path, error.message, remedy=error.remedy)
        except ValueError as error:
            self.problems.append(self.places.problem(path, str(error), remedy=_REMEDY))
        return text

    def _one(self, found: re.Match[str]) -> str:
        if found["escaped"]:
            return "${"
        inner = found["inner"]
        if inner.startswith("file:"):
            return self._file(inner.removeprefix("file:").strip())
        variable = _VARIABLE.fullmatch(inner)
        if variable is None:
            raise ValueError("this reference is not understood")
        value = self.environ.get(variable["name"], "")
        if value or variable["default"] is not None:
            return value or variable["default"].removeprefix(":-")
        raise Absent(
            f"the environment variable {variable['name']} is not set, or empty",
            "set it where leadloop starts (a file .env is loaded by a shell: set -a; . ./.env; set +a),"
            " or write ${file:path}",
        )

    def _file(self, name: str) -> str:
        """The file's text without the line end that editors add. The path is the configuration's, not the shell's."""
        try:
            with (self.base_dir / name).open(encoding="utf-8") as file:
                text = file.read(MAX_FILE_BYTES + 1)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise Absent(f"the file {name} cannot be read: {why}", "create it, readable by leadloop") from None
        if len(text) > MAX_FILE_BYTES:
            raise Absent(f"the file {name} is too large for a value", f"at most {MAX_FILE_BYTES // 1024} KB")
        return text.rstrip("\r\n")
