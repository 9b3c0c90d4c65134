"""The rows of the simulated company, and a search that sees them a while after they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from connector.testing.simulators.pipedrive.schema import SEARCHABLE, FieldDef, code_of, standard_fields

Row = dict[str, Any]
Ref = tuple[str, Any]
KINDS: Final = ("person", "lead", "deal", "activity", "note")
FIRST_ID: Final = 6000


class Store:
    """Rows by kind and id; fields by kind of fields (leads use those of deals)."""

    def __init__(self, clock: Callable[[], datetime], company: str, search_lag_s: float) -> None:
        self.clock = clock
        self.company = company
        self.search_lag_s = search_lag_s
        self.rows: dict[str, dict[Any, Row]] = {kind: {} for kind in KINDS}
        self.fields: dict[str, dict[str, FieldDef]] = {}
        for kind in ("person", "deal"):
            self.fields[kind] = {one.code: one for one in standard_fields(kind)}
        self.lead_labels: dict[str, Row] = {}
        self.changelog: dict[int, list[Row]] = {}
        self._terms: dict[tuple[str, str], dict[Ref, datetime]] = {}
        self._ids = count(FIRST_ID)

    def stamp(self, at: datetime | None = None) -> str:
        """A moment as version 2 and leads write it, to the second."""
        return (at or self.clock()).astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")

    def new_id(self, kind: str) -> Any:
        """The next id: leads have UUIDs, all others numbers."""
        number = next(self._ids)
        return str(UUID(int=(0xA11CE << 96) + (4 << 76) + (2 << 62) + number)) if kind == "lead" else number

    def fields_of(self, kind: str) -> dict[str, FieldDef]:
        """The fields of a kind of row, by code."""
        return self.fields["person" if kind == "person" else "deal"]

    def add_field(self, kind: str, field: FieldDef) -> FieldDef:
        """A custom field; its code is this company's own."""
        field.code = code_of(self.company, field.name)
        self.fields[kind][field.code] = field
        return field

    def field_named(self, kind: str, name: str) -> FieldDef:
        """A field by what people call it."""
        return next(one for one in self.fields_of(kind).values() if one.name == name)

    def put(self, kind: str, row: Row, at: datetime | None = None) -> Row:
        """Keep a new row, or a changed one, as of a moment; the search sees it later."""
        row["update_time"] = self.stamp(at)
        self.rows[kind][row["id"]] = row
        visible_at = self.clock() + timedelta(seconds=self.search_lag_s)
        for term in self._terms_of(kind, row):
            self._terms.setdefault(term, {}).setdefault((kind, row["id"]), visible_at)
        return row

    def search(self, field: str, term: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
        """Live rows that hold a term exactly, in any case, as far as the index knows."""
        key = (field, term.strip().lower())
        for (kind, row_id), visible_at in self._terms.get(key, {}).items():
            row = self.rows[kind].get(row_id)
            if row is None or kind not in kinds or row.get("is_deleted") or visible_at > self.clock():
                continue
            if key in set(self._terms_of(kind, row)):
                yield kind, row

    def _terms_of(self, kind: str, row: Row) -> Iterator[tuple[str, str]]:
        if kind == "person":
            yield from (("email", one["value"].strip().lower()) for one in row["emails"])
        if kind in ("person", "lead", "deal"):
            searchable = {code for code, one in self.fields_of(kind).items() if one.type in SEARCHABLE}
            for code, value in row["custom_fields"].items():
                if code in searchable and value is not None:
                    yield "custom_fields", str(value).strip().lower()
