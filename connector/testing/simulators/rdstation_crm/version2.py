"""Version 2 of the API, below `/crm/v2`, and as much of its filter language as is asked of it.

Source: https://developers.rdstation.com/reference/crm-v2-introduction and …/crm-v2-rdql-filtering, read 2026-11-22.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.rdstation_crm import wording
from connector.testing.simulators.rdstation_crm.store import TYPES, FieldDef, Row, Store

MAX_ROWS: Final = 100
_TERM: Final = re.compile(r'(@?\w+):(>=|<=|>|<|~)?("(?:[^"\\]|\\.)*"|\w+)')
_TIMES: Final = ("updated_at", "created_at", "closed_at")
_DEAL_TERMS: Final = frozenset({*_TIMES, "status", "name", "stage_id", "pipeline_id", "owner_id"})


class Second:
    """The routes of version 2."""

    store: Store
    page_rows: int
    ceiling: int
    free_plan: bool

    @route("GET", "/crm/v2/deals")
    def list_deals_2(self, request: Request) -> Reply:
        terms = _terms(request)
        by_slug = {one.slug: one.id for one in self.store.fields.values()}
        known = _DEAL_TERMS | {f"@{slug}" for slug in by_slug}
        if terms is None or any(name not in known for name, _, _ in terms):
            return _malformed()
        rows = [
            row
            for row in self.store.deals.values()
            if all(_fits(_value(row, by_slug, name), operator, wanted) for name, operator, wanted in terms)
        ]
        if request.params.get("sort[updated_at]") == "asc":
            rows.sort(key=lambda row: (row["updated_at"], row["id"]))
        else:
            rows = rows[::2] + rows[1::2]
        return self._page(rows, request, self._deal)

    @route("POST", "/crm/v2/deals")
    def make_deal_2(self, request: Request) -> Reply:
        data = (request.json() or {}).get("data") or {}
        if data.get("status", "ongoing") != "ongoing":
            return wording.errors(422, {"title": "deals are created ongoing"})
        try:
            values = self._deal_values(data)
        except wording.Refused as refused:
            return refused.second
        return Reply(201, {"data": self._deal(self.store.make_deal(values))})

    @route("GET", "/crm/v2/deals/{id}")
    def read_deal_2(self, request: Request) -> Reply:
        row = self.store.deals.get(request.args["id"])
        return _missing() if row is None else Reply(200, {"data": self._deal(row)})

    @route("PUT", "/crm/v2/deals/{id}")
    def change_deal_2(self, request: Request) -> Reply:
        row = self.store.deals.get(request.args["id"])
        if row is None:
            return _missing()
        try:
            values = self._deal_values((request.json() or {}).get("data") or {})
        except wording.Refused as refused:
            return refused.second
        return Reply(200, {"data": self._deal(self.store.change_deal(row, values))})

    @route("GET", "/crm/v2/contacts")
    def list_contacts_2(self, request: Request) -> Reply:
        terms = _terms(request)
        if terms is None or any(name != "email" for name, _, _ in terms):
            return _malformed()
        rows = list(self.store.contacts.values())
        for _, _, wanted in terms:
            rows = [row for row in self.store.contacts_with(wanted) if row in rows]
        if "sort[created_at]" not in request.params:
            rows = rows[::2] + rows[1::2]  # without a sort there is no order to rely on
        return self._page(rows, request, _contact)

    @route("POST", "/crm/v2/contacts")
    def make_contact_2(self, request: Request) -> Reply:
        try:
            made = self.store.make_contact((request.json() or {}).get("data") or {})
        except wording.Refused as refused:
            return refused.second
        return Reply(201, {"data": _contact(made)})

    @route("GET", "/crm/v2/contacts/{id}")
    def read_contact_2(self, request: Request) -> Reply:
        row = self.store.contacts.get(request.args["id"])
        return _missing() if row is None else Reply(200, {"data": _contact(row)})

    @route("PUT", "/crm/v2/contacts/{id}")
    def change_contact_2(self, request: Request) -> Reply:
        row = self.store.contacts.get(request.args["id"])
        if row is None:
            return _missing()
        changed = self.store.change_contact(row, (request.json() or {}).get("data") or {})
        return Reply(200, {"data": _contact(changed)})

    # What describes them.

    @route("GET", "/crm/v2/custom_fields")
    def list_fields_2(self, request: Request) -> Reply:
        return self._page([_field(one) for one in self.store.fields.values()], request, lambda row: row)

    @route("POST", "/crm/v2/custom_fields")
    def make_field_2(self, request: Request) -> Reply:
        asked = (request.json() or {}).get("data") or {}
        if asked.get("type") not in TYPES or asked.get("entity") != "deal" or not asked.get("name"):
            return wording.errors(422, {"title": "invalid", "source": {"pointer": "/data/type"}})
        made = self.store.add_field(asked["name"], asked["type"], tuple(asked.get("options") or ()))
        return Reply(201, {"data": _field(made)})

    @route("GET", "/crm/v2/pipelines")
    def list_pipelines_2(self, request: Request) -> Reply:
        rows = {one["pipeline_id"]: {"id": one["pipeline_id"], "name": one["pipeline"]} for one in self.store.stages}
        return self._page(list(rows.values()), request, lambda row: row)

    @route("GET", "/crm/v2/pipelines/{id}/stages")
    def list_stages_2(self, request: Request) -> Reply:
        rows = [one for one in self.store.stages if one["pipeline_id"] == request.args["id"]]
        return self._page(rows, request, lambda row: {name: row[name] for name in ("id", "name", "order")})

    @route("GET", "/crm/v2/lost_reasons")
    def list_reasons_2(self, request: Request) -> Reply:
        return self._page(
            [{"id": id_, "name": name} for id_, name in self.store.reasons.items()], request, lambda row: row
        )

    # Tasks and notes.

    @route("GET", "/crm/v2/tasks")
    def list_tasks_2(self, request: Request) -> Reply:
        terms = _terms(request) or []
        wanted = next((value for name, _, value in terms if name == "deal_id"), None)
        rows = [row for row in self.store.tasks.values() if row["deal_id"] == wanted]
        return self._page(rows, request, lambda row: {**row, "description": row["text"]})

    @route("POST", "/crm/v2/tasks")
    def make_task_2(self, request: Request) -> Reply:
        data = (request.json() or {}).get("data") or {}
        if self.free_plan and data.get("type") != "task":
            return wording.forbidden()
        row: Row = {
            "id": self.store.new_id(), "deal_id": data.get("deal_id"), "subject": data.get("name"),
            "type": data.get("type"), "text": data.get("description"), "user_ids": data.get("owner_ids"),
            "due_date": data.get("due_date"),
        }  # fmt: skip
        self.store.tasks[row["id"]] = row
        return Reply(201, {"data": row})

    @route("GET", "/crm/v2/deals/{id}/notes")
    def list_notes_2(self, request: Request) -> Reply:
        rows = [row for row in self.store.notes.values() if row["deal_id"] == request.args["id"]]
        return self._page(rows, request, lambda row: {"id": row["id"], "description": row["text"]})

    @route("POST", "/crm/v2/deals/{id}/notes")
    def make_note_2(self, request: Request) -> Reply:
        data = (request.json() or {}).get("data") or {}
        row: Row = {"id": self.store.new_id(), "deal_id": request.args["id"], "text": data.get("description")}
        self.store.notes[row["id"]] = row
        return Reply(201, {"data": {"id": row["id"], "description": row["text"]}})

    # Shapes.

    def _deal_values(self, data: Mapping[str, Any]) -> Row:
        by_slug = {one.slug: one.id for one in self.store.fields.values()}
        custom = data.get("custom_fields") or {}
        unknown = next((slug for slug in custom if slug not in by_slug), None)
        if unknown is not None:
            raise wording.no_field(unknown)
        values: Row = {name: data[name] for name in ("name", "rating", "stage_id", "contact_ids") if name in data}
        if "name" in values and len(str(values["name"] or "")) < 2:
            raise wording.unfit("name", wording.TOO_SHORT)
        return {**values, "custom": self.store.checked({by_slug[slug]: value for slug, value in custom.items()})}

    def _deal(self, row: Row) -> Row:
        slugs = {one.id: one.slug for one in self.store.fields.values()}
        return {
            "id": row["id"], "name": row["name"], "status": row["status"], "stage_id": row["stage_id"],
            "pipeline_id": self.store.stage(row["stage_id"])["pipeline_id"], "owner_id": row["owner_id"],
            "lost_reason_id": row["lost_reason_id"], "rating": row["rating"], "one_time_price": row["total_price"],
            "recurrence_price": 0, "total_price": row["total_price"], "closed_at": _stamp(row["closed_at"]),
            "created_at": _stamp(row["created_at"]), "updated_at": _stamp(row["updated_at"]),
            "contact_ids": [one for one in row["contact_ids"] if one in self.store.contacts],
            "custom_fields": {slugs[code]: value for code, value in row["custom"].items() if code in slugs},
        }  # fmt: skip

    def _page(self, rows: list[Row], request: Request, show: Callable[[Row], Row]) -> Reply:
        asked = int(request.params.get("page[size]", "20"))
        size, number = min(asked, MAX_ROWS, self.page_rows), int(request.params.get("page[number]", "1"))
        start = (number - 1) * size
        if start >= self.ceiling:
            return wording.errors(400, {"title": "Only the first 10,000 records of a filter are listed"})
        query = dict(parse_qsl(request.query)) | {"page[number]": str(number + 1)}
        # Links carry the path behind the gateway, which the gateway does not route.
        inner = f"https://api.rd.services{request.path.replace('/crm/v2/', '/api/v2/')}"
        links = {"self": f"{inner}?{request.query}"}
        if start + size < len(rows):
            links["next"] = f"{inner}?{urlencode(query)}"
        return Reply(200, {"data": [show(row) for row in rows[start : start + size]], "links": links})


def _terms(request: Request) -> list[tuple[str, str, str]] | None:
    """The filter's terms, all of which must hold; None when it is not understood."""
    told = request.params.get("filter", "").strip()
    if _TERM.sub("", told).strip():
        return None
    return [
        (name, operator, json.loads(value) if value.startswith('"') else value)
        for name, operator, value in _TERM.findall(told)
    ]


def _value(row: Row, by_slug: Mapping[str, str], name: str) -> Any:
    return row["custom"].get(by_slug[name[1:]]) if name.startswith("@") else row.get(name)


def _fits(value: Any, operator: str, wanted: str) -> bool:
    if isinstance(value, datetime):
        at = datetime.strptime(wanted, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        return value >= at if operator == ">=" else value <= at
    if value is None:
        return False
    return wanted.lower() in str(value).lower() if operator == "~" else str(value) == wanted


def _contact(row: Row) -> Row:
    return {
        "id": row["id"], "name": row["name"], "job_title": row["job_title"], "emails": row["emails"],
        "phones": row["phones"], "created_at": _stamp(row["created_at"]), "updated_at": _stamp(row["updated_at"]),
    }  # fmt: skip


def _field(one: FieldDef) -> Row:
    return {
        "id": one.id, "name": one.label, "slug": one.slug, "type": one.type, "entity": "deal",
        "options": list(one.options), "required": False,
    }  # fmt: skip


def _malformed() -> Reply:
    return wording.errors(400, {"title": "invalid filter"})


def _missing() -> Reply:
    return wording.errors(404, {"title": "Not Found"})


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
