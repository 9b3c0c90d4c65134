"""What people do in the company: sales decide, an admin makes fields, records are merged and deleted.

`by` is a user's id, `at` the moment it happens (default: now). Nothing here goes over the network or costs a token.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector.testing.simulators.pipedrive.rows import Rows
from connector.testing.simulators.pipedrive.schema import FieldDef
from connector.testing.simulators.pipedrive.store import Ref, Row, Store
from connector.testing.simulators.pipedrive.users import SALES_USERS

_STATUS_TIMES = {"won": "won_time", "lost": "lost_time"}


class Sales:
    """The hands of people on the company's records."""

    store: Store
    rows: Rows
    lock: threading.RLock

    def add_person(self, name: str, *emails: str, by: int = SALES_USERS[0], at: datetime | None = None) -> int:
        """A person made by hand; the id."""
        values = {"name": name, "emails": [{"value": one, "primary": index == 0} for index, one in enumerate(emails)]}
        with self.lock:
            return int(self.rows.create("person", values, {}, by, at)["id"])

    def add_lead(self, person_id: int, title: str = "Lead", by: int = SALES_USERS[0]) -> str:
        """A lead made by hand; the id."""
        values = {"title": title, "person_id": person_id, "source_name": "Manually created", "was_seen": True}
        with self.lock:
            return str(self.rows.create("lead", values, {}, by)["id"])

    def add_deal(self, person_id: int, title: str = "Deal", by: int = SALES_USERS[0], **values: Any) -> int:
        """A deal made by hand; the id."""
        with self.lock:
            return int(self.rows.create("deal", {"title": title, "person_id": person_id, **values}, {}, by)["id"])

    def edit(self, ref: Ref, by: int = SALES_USERS[0], at: datetime | None = None, **values: Any) -> None:
        """Fields of a record changed by a person, custom ones by what people call them; deals remember who did it."""
        with self.lock:
            row = self.record(ref)
            named = {one.name: code for code, one in self.store.fields_of(ref[0]).items() if one.custom}
            custom = {named[name]: self._option(ref[0], name, value) for name, value in values.items() if name in named}
            own = {name: value for name, value in values.items() if name not in named}
            if ref[0] == "deal":
                self._remember(row, {**own, **custom}, by, at)
            self.rows.change(ref[0], row, own, custom, at)

    def archive(self, ref: Ref, by: int = SALES_USERS[0], at: datetime | None = None, **values: Any) -> None:
        """A lead or deal put aside; `values` are set just before."""
        if values:
            self.edit(ref, by, at, **values)
        more = {"archive_time": self.store.stamp(at)} if ref[0] == "deal" else {}
        self.edit(ref, by, at, is_archived=True, **more)

    def convert(self, lead_id: str, by: int = SALES_USERS[0], at: datetime | None = None) -> int:
        """A lead becomes a deal with its custom fields, and is gone; the deal's id."""
        with self.lock:
            lead = self.store.rows["lead"].pop(lead_id)
            values = {"title": lead["title"], "person_id": lead["person_id"], "source_lead_id": lead_id}
            return int(self.rows.create("deal", values, lead["custom_fields"], by, at)["id"])

    def move(self, deal_id: int, stage_id: int, by: int = SALES_USERS[0], at: datetime | None = None) -> None:
        """A deal moved along the pipeline."""
        self.edit(("deal", deal_id), by, at, stage_id=stage_id, stage_change_time=self.store.stamp(at))

    def close(
        self, deal_id: int, won: bool, reason: str | None = None, by: int = SALES_USERS[0],
        at: datetime | None = None, value: float | None = None,
    ) -> None:  # fmt: skip
        """A deal won, or lost with a reason in free words."""
        status = "won" if won else "lost"
        values: Row = {
            "status": status,
            _STATUS_TIMES[status]: self.store.stamp(at),
            "close_time": self.store.stamp(at),
        }
        if value is not None:
            values["value"] = value
        self.edit(("deal", deal_id), by, at, lost_reason=reason, **values)

    def label(self, ref: Ref, *names: str) -> None:
        """Labels put on a record, beside those that it has."""
        with self.lock:
            ids = [self._label_id(ref[0], name) for name in names]
            self.edit(ref, label_ids=list(dict.fromkeys([*self.record(ref)["label_ids"], *ids])))

    def labels_of(self, ref: Ref) -> list[str]:
        """The names of a record's labels."""
        if ref[0] == "lead":
            return [self.store.lead_labels[one]["name"] for one in self.record(ref)["label_ids"]]
        options = self.store.fields_of(ref[0])["label_ids"].options
        return [options[one] for one in self.record(ref)["label_ids"]]

    def delete(self, ref: Ref, at: datetime | None = None) -> None:
        """A record deleted: leads are gone at once, others are marked and kept for 30 days."""
        with self.lock:
            if ref[0] == "lead":
                del self.store.rows["lead"][ref[1]]
                return
            more = {"status": "deleted"} if ref[0] == "deal" else {}
            self.rows.change(ref[0], self.record(ref), {"is_deleted": True, **more}, {}, at)

    def merge(self, loser: int, winner: int) -> None:
        """Two persons become one: the winner has both's addresses, leads and deals, and no trace of the loser's id."""
        with self.lock:
            lost, kept = self.record(("person", loser)), self.record(("person", winner))
            emails = kept["emails"] + [{**one, "primary": False} for one in lost["emails"]]
            filled = {
                code: value for code, value in lost["custom_fields"].items() if not kept["custom_fields"].get(code)
            }
            self.rows.change("person", kept, {"emails": emails}, filled)
            for kind in ("lead", "deal"):
                for row in self.store.rows[kind].values():
                    row["person_id"] = winner if row["person_id"] == loser else row["person_id"]
            self.delete(("person", loser))

    def add_field(self, kind: str, name: str, type_: str = "varchar", options: Mapping[int, str] | None = None) -> str:
        """An admin makes a field; its code."""
        with self.lock:
            return self.store.add_field(kind, FieldDef(name, type_, options=dict(options or {}))).code

    def remove_field(self, kind: str, name: str) -> None:
        """An admin removes a field."""
        with self.lock:
            del self.store.fields[kind][self.store.field_named(kind, name).code]

    def record(self, ref: Ref) -> Row:
        """A record as it stands; do not change it."""
        return self.store.rows[ref[0]][ref[1]]

    def value(self, ref: Ref, name: str) -> Any:
        """What a custom field of a record holds; None when nobody set it."""
        row = self.record(ref)
        return row["custom_fields"].get(self.store.field_named(ref[0], name).code)

    def live(self, kind: str) -> list[Row]:
        """Records of a kind that are neither deleted nor archived."""
        rows = self.store.rows[kind].values()
        return [row for row in rows if not row.get("is_deleted") and not row.get("is_archived")]

    def _option(self, kind: str, name: str, value: Any) -> Any:
        options = self.store.field_named(kind, name).options
        return next((one for one, label in options.items() if label == value), value)

    def _label_id(self, kind: str, name: str) -> Any:
        if kind == "lead":
            return next(one["id"] for one in self.store.lead_labels.values() if one["name"] == name)
        return next(one for one, label in self.store.fields_of(kind)["label_ids"].options.items() if label == name)

    def _remember(self, row: Row, values: Row, by: int, at: datetime | None) -> None:
        told = (at or self.store.clock()).strftime("%Y-%m-%d %H:%M:%S")
        lines = self.store.changelog.setdefault(row["id"], [])
        for name, new in values.items():
            old = row["custom_fields"].get(name) if len(name) == 40 else row.get(name)
            if old != new:
                lines.append({
                    "field_key": name, "old_value": _told(old), "new_value": _told(new), "actor_user_id": by,
                    "time": told, "change_source": "app", "change_source_user_agent": "Mozilla/5.0",
                    "is_bulk_update_flag": False,
                })  # fmt: skip


def _told(value: Any) -> str | None:
    """The changelog tells every value as a text."""
    return None if value is None else str(value)
