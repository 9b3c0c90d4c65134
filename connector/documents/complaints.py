"""What the YAML parser complains of, in words that help: what stands there, and how it is meant to be written."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from connector.documents.copied import lookalike

_QUOTED_WORD = re.compile(r"'(?!\s)[^'<]{3,}(?<!\s)'")
"""A word of the file that the parser repeats: it may be a secret. Single characters and its own <words> are none."""
_QUOTE_REMEDY = "put texts that hold { } [ ] : # or ${…} in quotes"
_REMEDIES = {
    "\\t": "indent with spaces, not with tabs",
    "mapping values are not allowed": "check the indentation of this line; " + _QUOTE_REMEDY,
    "expected <block end>": "check the indentation: keys of one group begin in the same column",
    "expected ',' or": _QUOTE_REMEDY,
    "cannot start any token": _QUOTE_REMEDY,
    "found unexpected end of stream": "a quote or bracket that was opened is never closed",
    "could not find expected ':'": "a key is followed by a colon and a space",
}
"""What helps against the parser's most frequent complaints, by a piece of its wording."""
_AFTER_A_TEXT = re.compile("found '<scalar>'|expected ',' or")
"""Complaints about what comes after a text: its quote may have been closed too soon, or too late."""
_NO_SPACE = re.compile(r"\s*(- )?\w+:[^\s:/]\S*\s*$")
"""`weight:5`: a text, and no key with a value."""


class Broken(Exception):
    """The text cannot be read as a tree. Line and column count from 1."""

    def __init__(self, message: str, line: int, column: int, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.remedy = message, line, column, remedy


def not_yaml(problem: str, line: int, column: int, text: str) -> Broken:
    """The parser's complaint about `text`, without words of the file, which may be secrets."""
    message = f"this cannot be read: {_QUOTED_WORD.sub('…', problem)}"
    if _AFTER_A_TEXT.search(problem) and (opened := _quoted_text_before(text, line, column)) is not None:
        if opened.start_mark.line + 1 < line:
            remedy = f"the quote that opens here is closed only in line {line}: close it where its text ends"
            return Broken(message, opened.start_mark.line + 1, opened.start_mark.column + 1, remedy)
        return Broken(message, line, column, 'a text in quotes ends before this; put a text that holds \' in "…"')
    seen = _seen(text.splitlines(), line) if "\\t" not in problem else None
    known = (remedy for piece, remedy in _REMEDIES.items() if piece in problem)
    return Broken(message, line, column, seen or next(known, None))


def _seen(lines: list[str], line: int) -> str | None:
    """What the line, or the last one above it that says anything, shows by itself."""
    said = [(number, text) for number, text in enumerate(lines[:line], start=1) if text.strip()]
    for number, text in reversed(said[-2:]):
        if (found := lookalike(text)) is not None:
            return f"line {number} holds {found[0]}: {found[1]}"
        if _NO_SPACE.match(text):
            return f"line {number} lacks the space after the colon"
    return None


def _quoted_text_before(text: str, line: int, column: int) -> Any:
    """The text in quotes that ends on the line, before the column; None when none does."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and needed once something is wrong
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    found = None
    with suppress(YAMLError):
        for token in YAML(typ="safe", pure=True).scan(text):
            end = token.end_mark
            if getattr(token, "style", None) in ("'", '"') and (end.line + 1, end.column) <= (line, column):
                found = token if end.line + 1 == line else None
    return found
