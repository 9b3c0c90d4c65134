"""Queries of a table, page by page, and the changes of a tracked one behind a link.

A link to changes is good for seven days and counts versions; what happens during a walk stands behind its last link.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from connector.testing.simulator import Reply, Request
from connector.testing.simulators.dynamics365.filtering import Filter
from connector.testing.simulators.dynamics365.shown import properties, shown, written
from connector.testing.simulators.dynamics365.store import Row, Store, Table
from connector.testing.simulators.dynamics365.wording import Refused, answered, refused

LINK_LIFE: Final = timedelta(days=7)
MAX_ROWS: Final = 5000
_UNTRACKABLE: Final = ("$filter", "$orderby", "$expand", "$top")


@dataclass(slots=True)
class Listing:
    """`page_rows` is the most that one page holds; the caller may ask for less."""

    store: Store
    page_rows: int = MAX_ROWS

    def answer(self, table: Table, request: Request, base_url: str) -> Reply:
        """One page. Raises Refused."""
        prefer = request.headers.get("prefer", "")
        if "$deltatoken" in request.params or "track-changes" in prefer or "tracked" in _skip(request.params):
            return self._changes(table, request, base_url, prefer)
        columns = properties(table, request.params.get("$select", ""))
        rows = Filter(table, request.params.get("$filter", "")).rows()
        order = [one.split()[0] for one in request.params.get("$orderby", "").split(",") if one] or [table.id]
        rows.sort(key=lambda row: _place(row, order))
        after = _skip(request.params).get("after")
        left = [row for row in rows if after is None or _place(row, order) > after]
        size = self._size(prefer, request.params)
        body: Row = {"value": [shown(table, row, columns, prefer) for row in left[:size]]}
        if len(left) > size and "$top" not in request.params:
            body["@odata.nextLink"] = _link(base_url, request, {"after": _place(left[size - 1], order)})
        return answered(body)

    def _size(self, prefer: str, params: Mapping[str, str]) -> int:
        asked = prefer.partition("odata.maxpagesize=")[2].split(",")[0]
        return min(self.page_rows, int(params.get("$top") or MAX_ROWS), int(asked or MAX_ROWS))

    def _changes(self, table: Table, request: Request, base_url: str, prefer: str) -> Reply:
        """A page of what has a version behind the token's, and at last the ids of what was deleted."""
        wrong = next((name for name in _UNTRACKABLE if name in request.params), None)
        if wrong is not None:
            text = f'The "{wrong}" query parameter isn\'t supported when Change Tracking is enabled.'
            raise Refused(refused(400, "0x80060888", text))
        if not table.is_tracked:
            raise Refused(refused(400, "0x80044906", f"Change tracking is not enabled for entity '{table.name}'."))
        columns = properties(table, request.params.get("$select", ""))
        since = self._since(request.params.get("$deltatoken"))
        until, start = _skip(request.params).get("tracked", [self.store.version, 0])
        size = self._size(prefer, {})
        rows = [shown(table, row, columns, prefer) for row in table.since(max(since, start), until)]
        page = rows[:size]
        body: Row = {"value": page}
        if len(rows) > size:
            behind = int(page[-1]["@odata.etag"].split('"')[1])
            body["@odata.nextLink"] = _link(base_url, request, {"tracked": [until, behind]})
            return answered(body)
        if since:
            body["value"] = page + _deleted(table, since, until, base_url)
        token = quote(f"{until}!{self.store.now():%m/%d/%Y %H:%M:%S}", safe="")
        select = quote(request.params.get("$select", ""), safe=",")
        body["@odata.deltaLink"] = f"{base_url}{request.path}?$select={select}&$deltatoken={token}"
        return answered(body, headers={"Preference-Applied": "odata.track-changes"})

    def _since(self, token: str | None) -> int:
        if token is None:
            return 0
        version, _, at = token.partition("!")
        then = datetime.strptime(f"{at} +0000", "%m/%d/%Y %H:%M:%S %z")
        if self.store.now() - then > LINK_LIFE:
            raise Refused(refused(400, "0x80044352", "The version provided is expired."))
        return int(version)


def _deleted(table: Table, since: int, until: int, base_url: str) -> list[Row]:
    context = f"{base_url}/api/data/v9.2/$metadata#{table.name}s/$deletedEntity"
    return [
        {"@odata.context": context, "id": record_id, "reason": "deleted"}
        for version, record_id in table.deleted if since < version <= until
    ]  # fmt: skip


def _place(row: Row, order: Sequence[str]) -> list[Any]:
    return [written(row.get(name)) for name in order]


def _skip(params: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(params.get("$skiptoken") or "{}")
    return found


def _link(base_url: str, request: Request, cookie: Mapping[str, Any]) -> str:
    params = {**request.params, "$skiptoken": json.dumps(cookie)}
    return f"{base_url}{request.path}?{urlencode(params, quote_via=quote)}"
