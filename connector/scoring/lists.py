"""Named lists that conditions may ask for: those that ship, and a model's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from connector.conditions import as_text


@lru_cache(maxsize=1)
def shipped_lists() -> Mapping[str, frozenset[str]]:
    """The lists of `mappings/lists`, by file name: one entry a line, `#` begins a comment."""
    folder = files("mappings") / "lists"
    return {
        file.name.removesuffix(".txt"): _entries(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".txt")
    }


def all_lists(
    own: Mapping[str, tuple[str | int | float, ...]], shipped: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Shipped lists and a model's own; an own list takes the place of a shipped one of that name."""
    return {**shipped, **{name: frozenset(map(as_text, entries)) for name, entries in own.items()}}


def _entries(text: str) -> frozenset[str]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(line for line in lines if line)
