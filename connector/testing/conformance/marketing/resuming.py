"""Cursors that nobody can read: one is named as such, and is never a mistake of leadloop."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final

import pytest

from connector.adapter import MarketingAdapter, Page
from connector.adapter.cursors import BAD_CURSOR, resumed
from connector.model import Json
from connector.testing.conformance.marketing.world import MarketingWorld

NONSENSE: Final = ("nonsense", [None], None)
MANY: Final = 10
Walk = Callable[[Json | None], Iterator[Page[Any]]]


class ResumingConformance:
    """Needs `world`: a fresh MarketingWorld for each test."""

    @pytest.mark.parametrize("stream", ["contacts", "activities", "removals", "everyone"])
    def test_nonsense_in_a_cursor_is_told_as_such_or_does_no_harm(self, world: MarketingWorld, stream: str) -> None:
        if _walk(world.adapter(), stream) is None:
            pytest.skip(f"the platform has no walk of {stream}")
        for number in range(world.page_size + 1):
            world.act(world.add(number))
        harm: list[str] = []
        for cursor in _cursors(world, stream):
            for place, broken in _broken(cursor):
                world.clock.advance(7200)
                error = _error(world, stream, broken)
                if error is not None and getattr(error, "code", None) != BAD_CURSOR:
                    harm.append(f"{place}: {error!r}")
        assert not harm, "\n".join(harm)


def _error(world: MarketingWorld, stream: str, cursor: Json) -> Exception | None:
    """What a walk from this cursor ends with."""
    walk = _walk(world.adapter(), stream)
    assert walk is not None
    try:
        list(resumed(walk, cursor))
    except Exception as error:  # noqa: BLE001 - which one it is, is the question
        return error
    return None


def _walk(adapter: MarketingAdapter, stream: str) -> Walk | None:
    able = adapter.spec.capabilities
    walks: dict[str, tuple[bool, Walk]] = {
        "contacts": (True, adapter.changes),
        "activities": (able.has_activity_feed, adapter.activities),
        "removals": (able.removals == "feed", adapter.removals),
        "everyone": (able.removals == "sweep", adapter.everyone),
    }
    is_there, walk = walks[stream]
    return walk if is_there else None


def _cursors(world: MarketingWorld, stream: str) -> list[Json]:
    """Those of a walk under way and of a finished one, as a store gives them back."""
    walk = _walk(world.adapter(), stream)
    assert walk is not None
    found = [page.cursor for page in walk(None) if page.cursor is not None]
    return [json.loads(json.dumps(one)) for one in (found[:1] + found[-1:])]


def _broken(cursor: Json) -> Iterator[tuple[str, Json]]:
    """The cursor with each of its values set to nonsense, one at a time; of long lists and tables the first."""
    for path in _paths(cursor):
        for value in NONSENSE:
            broken: Any = deepcopy(cursor)
            holder = broken
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = value
            yield f"{'.'.join(map(str, path))} = {value}", broken


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in [*keys][: None if len(keys) < MANY else 1]:
        yield from _paths(value[key], (*path, key))
