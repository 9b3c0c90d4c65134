"""Rows as the API makes and changes them, held against the fields of the company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.testing.simulator import Reply
from connector.testing.simulators.pipedrive import wording
from connector.testing.simulators.pipedrive.schema import CONTACT_SYNC, WRITABLE
from connector.testing.simulators.pipedrive.store import Row, Store


class Refused(Exception):
    """The API refuses what was sent; `reply` says how."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Rows:
    """Creations and changes by API and by hand: both end here."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.contact_sync = False

    def accepted(self, kind: str, body: Mapping[str, Any]) -> tuple[Row, dict[str, Any]]:
        """A body's own fields and its custom ones, checked. Raises Refused."""
        own = {name: value for name, value in body.items() if name != "custom_fields"}
        custom = dict(body.get("custom_fields") or {})
        if kind == "lead":  # version 1: custom fields stand at the top
            custom = {name: own.pop(name) for name in list(own) if len(name) == 40}
        if kind == "person" and not self.contact_sync and set(own) & set(CONTACT_SYNC):
            raise Refused(wording.refused(403, "Forbidden: contact sync is not enabled"))
        unknown = sorted(set(own) - WRITABLE[kind])
        if unknown:
            raise Refused(wording.refused(400, f"Validation failed: {unknown[0]}: Unexpected property"))
        return own, {code: self._kept(kind, code, value) for code, value in custom.items()}

    def create(self, kind: str, own: Row, custom: Mapping[str, Any], by: int, at: Any = None) -> Row:
        """A new row. Raises Refused when something that it needs is missing."""
        self._demand(kind, own)
        row = {**_blank(kind), **own, "id": self.store.new_id(kind), "custom_fields": dict(custom)}
        row["add_time"] = self.store.stamp(at)
        row.setdefault("owner_id", by)
        if kind == "person":
            _complete_person(row)
        else:
            row["creator_id" if kind == "lead" else "creator_user_id"] = by
        if kind == "deal":
            row["stage_change_time"] = row["add_time"]
        return self.store.put(kind, row, at)

    def change(self, kind: str, row: Row, own: Row, custom: Mapping[str, Any], at: Any = None) -> Row:
        """A row changed; nothing else of it moves but its time."""
        row.update(own)
        row["custom_fields"].update(custom)
        if kind == "person":
            _complete_person(row)
        return self.store.put(kind, row, at)

    def _kept(self, kind: str, code: str, value: Any) -> Any:
        field = self.store.fields_of(kind).get(code)
        if field is None or not field.custom:
            raise Refused(wording.bad_field(code, "Field does not exist"))
        fault = field.fault(value)
        if fault is not None:
            raise Refused(wording.bad_field(code, fault))
        return field.kept(value)

    def _demand(self, kind: str, own: Row) -> None:
        needed = "name" if kind == "person" else "title"
        if not own.get(needed):
            raise Refused(wording.refused(400, f"Validation failed: {needed}: Required"))
        if kind == "lead" and not (own.get("person_id") or own.get("organization_id")):
            raise Refused(wording.refused(400, "A lead must be linked to a person or an organization"))
        person = own.get("person_id")
        if person is not None and self.store.rows["person"].get(person, {"is_deleted": True})["is_deleted"]:
            raise Refused(wording.refused(400, "Person not found", code="ERR_PERSON_NOT_FOUND"))


def _blank(kind: str) -> Row:
    if kind == "person":
        return {
            "org_id": None, "emails": [], "phones": [], "is_deleted": False, "visible_to": 3, "label_ids": [],
            "picture_id": None,
        }  # fmt: skip
    if kind == "lead":
        return {
            "label_ids": [], "person_id": None, "organization_id": None, "source_name": "API", "origin": "API",
            "origin_id": None, "channel": None, "channel_id": None, "source_deal_id": None, "is_archived": False,
            "was_seen": False, "value": None, "expected_close_date": None, "next_activity_id": None,
            "visible_to": "3", "cc_email": None,
        }  # fmt: skip
    return {
        "value": 0, "currency": "BRL", "person_id": None, "org_id": None, "stage_id": 1, "pipeline_id": 1,
        "status": "open", "is_archived": False, "is_deleted": False, "archive_time": None, "probability": None,
        "lost_reason": None, "close_time": None, "won_time": None, "lost_time": None, "expected_close_date": None,
        "label_ids": [], "origin": "API", "origin_id": None, "channel": None, "channel_id": None,
        "source_lead_id": None, "visible_to": 3, "acv": None, "arr": None, "mrr": None,
    }  # fmt: skip


def _complete_person(row: Row) -> None:
    first, _, last = row["name"].partition(" ")
    row["first_name"], row["last_name"] = first, last or None
    for name in ("emails", "phones"):
        entries = [{"label": "work", "primary": False, **one} for one in row[name]]
        if entries and not any(one["primary"] for one in entries):
            entries[0]["primary"] = True
        row[name] = entries
