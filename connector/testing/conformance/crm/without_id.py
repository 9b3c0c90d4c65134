"""An answer in which one record lacks its id, as no platform documents it and proxies or faults may make it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from connector.testing.simulator import Reply

NAMES: Final = frozenset({"Id", "id", "_id", "leadid", "contactid", "opportunityid"})
"""What ids of records are called."""


class WithoutId:
    """Takes the id off the last row of the first list of records that is answered; `done` once it did."""

    def __init__(self) -> None:
        self.done = False

    def __call__(self, reply: Reply) -> Reply:
        body = deepcopy(reply.body)
        row = next((rows[-1] for rows in _lists(body) if _is_record(rows[-1])), None)
        if self.done or row is None:
            return reply
        for name in NAMES:
            row.pop(name, None)
        self.done = True
        return replace(reply, body=body)


def _lists(body: Any) -> list[list[Any]]:
    """The lists that are not empty, at the top of an answer or under its keys."""
    held = body.values() if isinstance(body, dict) else [body]
    return [one for one in held if isinstance(one, list) and one]


def _is_record(row: Any) -> bool:
    return isinstance(row, dict) and bool(NAMES & row.keys())
