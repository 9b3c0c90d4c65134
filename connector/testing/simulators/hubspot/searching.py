"""Searches: filters, one sort, 200 a page, 10,000 a query, and an index that lags.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connector.testing.simulator import Reply
from connector.testing.simulators.hubspot import wording
from connector.testing.simulators.hubspot.records import Records, SimRecord

CAP: Final = 10_000
MOST: Final = 200
MOST_CHARACTERS: Final = 3_000
_LARGEST: Final = {"filterGroups": 5, "filters": 6, "sorts": 1}
Json = dict[str, Any]
Hit = tuple[SimRecord, Mapping[str, str], datetime]


def refusal_of(body: Json) -> Reply | None:
    """Why this search is not taken; None when it is."""
    groups = body.get("filterGroups") or []
    filters = [one for group in groups for one in group.get("filters", [])]
    if len(json.dumps(body)) > MOST_CHARACTERS:
        return _bad("the body exceeds 3000 characters")
    if len(groups) > _LARGEST["filterGroups"] or len(filters) > 18 or len(body.get("sorts") or []) > 1:
        return _bad("too many filter groups, filters or sorts")
    if any(len(group.get("filters", [])) > _LARGEST["filters"] for group in groups):
        return _bad("too many filters in a group")
    if not 0 < int(body.get("limit", 10)) <= MOST:
        return _bad("limit must be between 1 and 200")
    if int(body.get("after", 0)) >= CAP:
        return _bad("the total of paged results exceeds 10000")
    return None


class Searcher:
    """Finds what fits. Pages of one walk differ in the id behind which they begin: the rest is worked out once."""

    def __init__(self) -> None:
        self._asked: object = None
        self._found: list[Hit] = []

    def hits(self, records: Records, body: Json) -> list[Hit]:
        """What fits, as the index knows it, sorted as asked."""
        records.settle()
        groups = [list(group.get("filters", [])) for group in body.get("filterGroups") or [{}]]
        behind = _behind(groups[0]) if len(groups) == 1 else None
        if behind is not None:
            groups[0].remove(behind)
        asked = (records, records.version, repr(groups), repr(body.get("sorts")))
        if self._asked != asked:
            self._asked, self._found = asked, _found(records, groups, body.get("sorts") or [])
        if behind is None:
            return self._found
        if [one["propertyName"] for one in body.get("sorts") or []] != ["hs_object_id"]:
            return [hit for hit in self._found if hit[0].id > int(behind["value"])]
        return self._found[bisect_right(self._found, int(behind["value"]), key=lambda hit: hit[0].id) :]


def _behind(filters: list[Json]) -> Json | None:
    return next((one for one in filters if (one["propertyName"], one["operator"]) == ("hs_object_id", "GT")), None)


def _found(records: Records, groups: list[list[Json]], sorts: list[Json]) -> list[Hit]:
    found: list[Hit] = [
        (record, *record.indexed)
        for record in records.searchable()
        if record.indexed is not None
        if any(all(_fits(one, record.indexed[0]) for one in filters) for filters in groups)
    ]
    for sort in sorts:
        name, descending = sort["propertyName"], sort.get("direction") == "DESCENDING"
        if name != "hs_object_id" or descending:
            found.sort(key=lambda hit: _comparable(hit[1].get(name, "")), reverse=descending)
    return found


def _fits(wanted: Json, values: Mapping[str, str]) -> bool:
    value, operator = values.get(wanted["propertyName"], ""), wanted["operator"]
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return bool(value) is (operator == "HAS_PROPERTY")
    if not value:
        return False
    if operator == "IN":
        return value.lower() in wanted["values"]
    left, right = _comparable(value), _comparable(str(wanted["value"]))
    return {
        "EQ": left == right, "NEQ": left != right, "GT": left > right, "GTE": left >= right, "LT": left < right,
        "LTE": left <= right,
    }[operator]  # fmt: skip


def _comparable(text: str) -> tuple[int, float, str]:
    """Numbers and moments by size, all else as text."""
    if text[4:5] == "-" and text[10:11] == "T":
        return 0, datetime.fromisoformat(text).timestamp() * 1000, ""
    try:
        return 0, float(text), ""
    except ValueError:
        return 1, 0.0, text.lower()


def _bad(why: str) -> Reply:
    return wording.refused(400, "VALIDATION_ERROR", f"Invalid input JSON: {why}")
