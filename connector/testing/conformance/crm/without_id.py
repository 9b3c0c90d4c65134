"""An answer in which one record lacks its id, as no platform documents it and proxies or faults may make it."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from connector.testing.simulator import Reply

NAMES: Final = frozenset({"Id", "id", "_id", "leadid", "contactid", "opportunityid"})
"""What ids of records are called."""


class WithoutId:
    """Takes the id off the last row of the first list of records that is answered; `done` once it did.

    `about`: only of a row in which this stands.
    """

    def __init__(self, about: str = "") -> None:
        self.about = about
        self.done = False

    def __call__(self, reply: Reply) -> Reply:
        body = json.loads(reply.body) if isinstance(reply.body, bytes) and reply.body else deepcopy(reply.body)
        row = next((one for rows in _lists(body) for one in reversed(rows) if self._fits(one)), None)
        if self.done or row is None:
            return reply
        for name in NAMES:
            row.pop(name, None)
        self.done = True
        return replace(reply, body=body)

    def _fits(self, row: Any) -> bool:
        return isinstance(row, dict) and bool(NAMES & row.keys()) and self.about in str(row)


def _lists(body: Any) -> list[list[Any]]:
    """The lists that are not empty, at the top of an answer or under its keys."""
    held = body.values() if isinstance(body, dict) else [body]
    return [one for one in held if isinstance(one, list) and one]
