"""Lists of contacts: which are read, what their columns are, and their rows as records.

A record holds the list's columns by their headings, and beside them `BESIDE`: its id, the address from the column that
Act-On names as the e-mail's, the list's id, and the time of its last change where that can be told.
Source: https://developer.act-on.com/reference/download-list, /get-list-of-act-on-assets
Quirk:  the columns of dates are called `created_date` on one page and `__created_date` on another.
Quirk:  a filter in the wrong unit is no error: it lets everything through, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, field

from adapters.acton.dates import from_words, milliseconds
from adapters.acton.paging import Slice, rows_in
from adapters.acton.spec import PAGE
from connector.adapter import Client
from connector.errors import ConfigError, ContractError
from connector.model import Json

KEY: Final = "_contact_id_"
BESIDE: Final = (KEY, "email", "list_id", "modified_at", "opted_out")
"""What a record holds besides the list's own columns (`opted_out` is put there by `consent`)."""
MODIFIED: Final = ("modified_date", "__modified_date")
DATES: Final = frozenset({*MODIFIED, "created_date", "__created_date"})
LONG_AGO_MS: Final = 946_684_800_000
"""The year 2000 in milliseconds: read as seconds, it lies so far ahead that nothing was modified since."""
SHIFT: Final = timedelta(minutes=10)
_ID: Final = re.compile(r"l-[\w-]+")


class Columns(Struct, frozen=True):
    """The headings of a list, that of the id included, and the heading of the address ('': there is none)."""

    headings: tuple[str, ...]
    email: str

    def record(self, row: Sequence[Any]) -> Json:
        """A row as a record. Raises ContractError when row and headings do not fit together."""
        if len(row) < len(self.headings) or not row[0]:
            raise ContractError("a row of the list has fewer values than the list has columns, or no id")
        pairs = zip(self.headings, row, strict=False)
        record: Json = {name: value for name, value in pairs if name not in DATES}
        told = next((row[self.headings.index(name)] for name in MODIFIED if name in self.headings), None)
        at = from_words(told)
        record["modified_at"] = None if at is None else at.isoformat()
        record[KEY] = str(row[0])
        record["list_id"] = list_of(record[KEY])
        record["email"] = str(record.get(self.email) or "").strip()
        return record


class Lists(Struct):
    """The lists that a connection reads: those it names by id or name, else all."""

    client: Client
    wanted: Sequence[str] = ()
    columns: dict[str, Columns] = field(default_factory=dict)
    _chosen: tuple[datetime, tuple[str, ...]] | None = None

    def chosen(self) -> tuple[str, ...]:
        """Ids of the lists to read. Raises ConfigError for a name that no list has, or that several have."""
        now = self.client.now()
        if self._chosen is None or now - self._chosen[0] >= SHIFT:
            self._chosen = (now, self._choose())
        return self._chosen[1]

    def names(self) -> Mapping[str, str]:
        """Every list of contacts that the account has now: id → name."""
        found: dict[str, str] = {}
        offset = 0
        while True:
            params = {"listingtype": "contact_list", "count": PAGE, "offset": offset}
            page = rows_in(self.client.request("GET", "/api/1/list", params=params), "result")
            found |= {str(row["id"]): str(row.get("name") or "") for row in page.rows if row.get("id")}
            offset += len(page.rows)
            if not page.rows or offset >= page.total >= 0 or (page.total < 0 and len(page.rows) < PAGE):
                return found

    def page(self, list_id: str, offset: int, size: int, since: datetime | None = None) -> Slice:
        """Records of a list from one place on, as modified after `since`."""
        params: Json = {"count": size, "offset": offset, "datequalifiers": "true"}
        if since is not None:
            params["modafter"] = milliseconds(since)
        return self._read(list_id, params)

    def columns_of(self, list_id: str) -> Columns:
        """The list's columns as they were last seen; asked for when nobody has yet."""
        if list_id not in self.columns:
            self._read(list_id, {"count": 1, "offset": 0})
        return self.columns[list_id]

    def filters(self, list_id: str) -> bool | None:
        """Does the filter by time filter? None when the list is empty, so that nobody can tell."""
        if _count(self._read(list_id, {"count": 1, "offset": 0})) == 0:
            return None
        return _count(self._read(list_id, {"count": 1, "offset": 0, "modafter": LONG_AGO_MS})) > 0

    def _choose(self) -> tuple[str, ...]:
        if self.wanted and all(_ID.fullmatch(one) for one in self.wanted):
            return tuple(dict.fromkeys(self.wanted))
        there = self.names()
        if not self.wanted:
            return tuple(id_ for id_ in there if _ID.fullmatch(id_))
        return tuple(dict.fromkeys(one if one in there else _named(one, there) for one in self.wanted))

    def _read(self, list_id: str, params: Json) -> Slice:
        body: Any = self.client.request("GET", f"/api/1/list/{list_id}", params=params).json()
        headings, rows = (body.get("headers"), body.get("data")) if isinstance(body, dict) else (None, None)
        if not isinstance(headings, list) or not isinstance(rows, list) or KEY not in headings[:1]:
            raise ContractError(f"list {list_id} came without 'data', or without 'headers' that begin with {KEY}")
        names, place = tuple(map(str, headings)), body.get("emailColumn")
        email = names[place] if isinstance(place, int) and 0 < place < len(names) else ""
        self.columns[list_id] = Columns(tuple(name for name in names if name not in DATES), email)
        columns = Columns(names, email)
        total = body.get("totalCount")
        return Slice([columns.record(row) for row in rows], total if isinstance(total, int) else -1)


def list_of(contact_id: str) -> str:
    """The list of a contact: ids are `list:number`."""
    return contact_id.partition(":")[0]


def _named(name: str, there: Mapping[str, str]) -> str:
    ids = [id_ for id_, one in there.items() if one.strip().lower() == name.strip().lower()]
    if len(ids) != 1:
        what = f"{len(ids)} lists are" if ids else "no list is"
        raise ConfigError(f"{what} called '{name}' in Act-On", code="unknown_list", hint="name it by its id (l-0001)")
    return ids[0]


def _count(page: Slice) -> int:
    return page.total if page.total >= 0 else len(page.rows)
