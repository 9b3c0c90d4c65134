"""Which of our own fields an org does not have, or hides: a query that names one of them is refused as a whole.

They are not there before somebody made them. Decisions were read all the same, and must be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from adapters.salesforce.api import Api

MISSING: Final = "INVALID_FIELD"
BELIEVED_FOR: Final = timedelta(hours=1)
"""How long a field is left out before it is asked for once more: an admin may have made it."""


class Lacks:
    """`ours` are the fields that a reading can do without, by object. Only a refused query asks for a description."""

    def __init__(self, api: Api, ours: Mapping[str, Sequence[str]]) -> None:
        self._api = api
        self._ours = ours
        self._known: dict[str, tuple[datetime, frozenset[str]]] = {}

    def without(self, object_name: str, names: Sequence[str]) -> list[str]:
        """The fields without those of ours that the org lacked within the last hour."""
        at, absent = self._known.get(object_name, (None, frozenset()))
        if at is None or self._api.client.now() - at > BELIEVED_FOR:
            return list(names)
        return [name for name in names if name not in absent]

    def look(self, object_name: str, asked: Sequence[str]) -> bool:
        """Was a query of these fields refused for want of ours? Then they are left out from now on."""
        there = {str(field["name"]) for field in self._api.describe(object_name)["fields"]}
        absent = frozenset(self._ours.get(object_name, ())) - there
        self._known[object_name] = self._api.client.now(), absent
        return not absent.isdisjoint(asked)
