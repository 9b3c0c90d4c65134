"""Texts that show values of ours: `Call {contact.first_name}: {score.grade}`. A {path} is a path and nothing more."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from connector.conditions import as_text, is_blank
from connector.mapping.facts import Facts, our_path
from connector.mapping.values import sendable

PLACE: Final = re.compile(r"\{([^{}]*)\}")

Text = Callable[[Facts], str]


def compile_text(template: str) -> Text:
    """The text with its {paths} filled in; a blank shows as nothing. Raises ValueError for an unknown path."""
    if "{" in PLACE.sub("", template) or "}" in PLACE.sub("", template):
        raise ValueError("a { or } stands alone: paths are written {score.points}")
    pieces = PLACE.split(template)
    parts = [our_path(piece.strip()).read if index % 2 else piece for index, piece in enumerate(pieces)]

    def filled(facts: Facts) -> str:
        return "".join(part if isinstance(part, str) else _shown(part(facts)) for part in parts)

    return filled


def compile_body(text: str) -> Text:
    """A body of a note: one path (lists become lines), or a text with {paths}."""
    try:
        read = our_path(text).read
    except ValueError:
        if "{" not in text and "}" not in text and not re.search(r"\s", text):
            raise
        return compile_text(text)
    return lambda facts: _shown(read(facts))


def _shown(value: Any) -> str:
    if is_blank(value):
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(as_text(item) for item in value)
    return as_text(sendable(value))
