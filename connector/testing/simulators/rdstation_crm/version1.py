"""Version 1 of the API, below `/api/v1`.

Source: https://developers.rdstation.com/reference/crm-v1-introducao-e-requisitos and its pages, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.rdstation_crm import wording
from connector.testing.simulators.rdstation_crm.store import TYPES, Row, Store

BRASILIA: Final = timezone(timedelta(hours=-3))
MAX_ROWS: Final = 200
_KNOWN: Final = frozenset({
    "token", "page", "limit", "order", "direction", "name", "exact_name", "win", "user_id", "closed_at",
    "closed_at_period", "created_at_period", "prediction_date_period", "start_date", "end_date", "campaign_id",
    "deal_stage_id", "deal_lost_reason_id", "deal_pipeline_id", "organization", "hold", "product_presence", "next_page",
    "email", "q", "phone", "title", "for", "deal_id", "done", "type",
})  # fmt: skip
TASK_TYPES: Final = ("call", "email", "meeting", "task", "lunch", "visit", "whatsapp")


class First:
    """The routes of version 1. `sorts_by_change`: is `order=updated_at` heeded? `ceiling` cuts lists silently."""

    store: Store
    page_rows: int
    ceiling: int
    sorts_by_change: bool
    links_contacts: bool
    tells_reasons: bool
    free_plan: bool

    @route("GET", "/api/v1/token/check")
    def check_token(self, request: Request) -> Reply:
        return Reply(200, {"email": "admin@sales.example", "name": "Admin", "organization": "Vendas"})

    @route("GET", "/api/v1/deals")
    def list_deals(self, request: Request) -> Reply:
        if unknown := _unknown(request):
            return unknown
        rows = [row for row in self.store.deals.values() if _in_window(row, request.params)]
        order = request.params.get("order", "created_at")
        if order == "updated_at" and not self.sorts_by_change:
            order = "created_at"
        rows.sort(key=lambda row: (row[order], row["id"]), reverse=request.params.get("direction", "desc") == "desc")
        return self._list("deals", rows, request, lambda row: self._shown(row, whole=False))

    @route("POST", "/api/v1/deals")
    def make_deal(self, request: Request) -> Reply:
        body = request.json()
        deal = dict(body.get("deal") or {})
        try:
            values = self._values(deal)
            made = self.store.make_deal({**values, "stage_id": deal.get("deal_stage_id"), "contact_ids": []})
            for contact in body.get("contacts") or ():
                made["contact_ids"].append(self.store.make_contact(_contact_values(contact))["id"])
        except wording.Refused as refused:
            return refused.first
        if self.links_contacts:
            made["contact_ids"] += [str(one.get("_id") or one.get("id")) for one in body.get("set_contacts") or ()]
        return Reply(200, self._shown(made, whole=True))

    @route("GET", "/api/v1/deals/{id}")
    def read_deal(self, request: Request) -> Reply:
        row = self.store.deals.get(request.args["id"])
        return wording.missing() if row is None else Reply(200, self._shown(row, whole=True))

    @route("PUT", "/api/v1/deals/{id}")
    def change_deal(self, request: Request) -> Reply:
        row = self.store.deals.get(request.args["id"])
        if row is None:
            return wording.missing()
        body = request.json()
        try:
            values = self._values(body.get("deal") or {})
        except wording.Refused as refused:
            return refused.first
        if "deal_stage_id" in body:  # inside `deal` it is taken, and moves nothing
            values["stage_id"] = body["deal_stage_id"]
        return Reply(200, self._shown(self.store.change_deal(row, values), whole=True))

    @route("GET", "/api/v1/deals/{id}/contacts")
    def contacts_of_deal(self, request: Request) -> Reply:
        row = self.store.deals.get(request.args["id"])
        if row is None:
            return wording.missing()
        return Reply(
            200, {"contacts": [self._contact(one) for one in row["contact_ids"] if one in self.store.contacts]}
        )

    @route("GET", "/api/v1/contacts")
    def list_contacts(self, request: Request) -> Reply:
        if unknown := _unknown(request):
            return unknown
        email = request.params.get("email")
        rows = list(self.store.contacts.values()) if email is None else self.store.contacts_with(email)
        return self._list("contacts", rows, request, lambda row: self._contact(row["id"]))

    @route("POST", "/api/v1/contacts")
    def make_contact(self, request: Request) -> Reply:
        try:
            made = self.store.make_contact(_contact_values(request.json().get("contact") or {}))
        except wording.Refused as refused:
            return refused.first
        return Reply(200, self._contact(made["id"]))

    @route("GET", "/api/v1/contacts/{id}")
    def read_contact(self, request: Request) -> Reply:
        found = request.args["id"] in self.store.contacts
        return Reply(200, self._contact(request.args["id"])) if found else wording.missing()

    @route("PUT", "/api/v1/contacts/{id}")
    def change_contact(self, request: Request) -> Reply:
        row = self.store.contacts.get(request.args["id"])
        if row is None:
            return wording.missing()
        self.store.change_contact(row, _contact_values(request.json().get("contact") or {}))
        return Reply(200, self._contact(row["id"]))

    # What describes them.

    @route("GET", "/api/v1/custom_fields")
    def list_fields(self, request: Request) -> Reply:
        rows = [
            {
                "_id": one.id, "id": one.id, "label": one.label, "type": one.type, "for": "deal", "required": False,
                "unique": False, "opts": list(one.options), "allow_new": False, "visible": True,
            }
            for one in self.store.fields.values()
        ]  # fmt: skip
        return Reply(200, rows)

    @route("POST", "/api/v1/custom_fields")
    def make_field(self, request: Request) -> Reply:
        asked = request.json().get("custom_field") or {}
        if asked.get("type") not in TYPES or asked.get("for") != "deal" or not asked.get("label"):
            return wording.by_field("type", "não está incluído na lista")
        made = self.store.add_field(asked["label"], asked["type"], tuple(asked.get("opts") or ()))
        return Reply(201, {"_id": made.id, "id": made.id, "label": made.label, "type": made.type})

    @route("GET", "/api/v1/deal_pipelines")
    def list_pipelines(self, request: Request) -> Reply:
        """A bare array."""
        found: dict[str, Row] = {}
        for stage in self.store.stages:
            pipeline = found.setdefault(
                stage["pipeline_id"],
                {"id": stage["pipeline_id"], "name": stage["pipeline"], "order": len(found) + 1, "deal_stages": []},
            )
            pipeline["deal_stages"].append({name: stage[name] for name in ("id", "name", "order")})
        return Reply(200, list(found.values()))

    @route("GET", "/api/v1/deal_lost_reasons")
    def list_reasons(self, request: Request) -> Reply:
        rows = [{"_id": id_, "id": id_, "name": name} for id_, name in self.store.reasons.items()]
        return self._list("deal_lost_reasons", rows, request, lambda row: row)

    # Tasks and notes.

    @route("GET", "/api/v1/tasks")
    def list_tasks(self, request: Request) -> Reply:
        rows = [row for row in self.store.tasks.values() if row["deal_id"] == request.params.get("deal_id")]
        return self._list("tasks", rows, request, lambda row: {**row, "_id": row["id"], "notes": row["text"]})

    @route("POST", "/api/v1/tasks")
    def make_task(self, request: Request) -> Reply:
        task = request.json().get("task") or {}
        if task.get("type") not in TASK_TYPES:
            return wording.by_field("type", "Não está incluído na lista.")
        if len(task.get("subject") or "") < 3:
            return wording.by_field("subject", "Assunto está muito curto, use no mínimo 3 caracteres.")
        if self.free_plan and task["type"] != "task":
            return wording.task_type()
        row = {"id": self.store.new_id(), **task, "text": task.get("notes")}
        self.store.tasks[row["id"]] = row
        return Reply(200, {"_id": row["id"], **row})

    @route("GET", "/api/v1/activities")
    def list_notes(self, request: Request) -> Reply:
        rows = [row for row in self.store.notes.values() if row["deal_id"] == request.params.get("deal_id")]
        return self._list("activities", rows, request, lambda row: {**row, "_id": row["id"]})

    @route("POST", "/api/v1/activities")
    def make_note(self, request: Request) -> Reply:
        note = request.json().get("activity") or {}
        row = {"id": self.store.new_id(), **note}
        self.store.notes[row["id"]] = row
        return Reply(200, {"_id": row["id"], **row})

    # Shapes.

    def _values(self, deal: Mapping[str, Any]) -> Row:
        custom = {one["custom_field_id"]: one["value"] for one in deal.get("deal_custom_fields") or ()}
        values: Row = {name: deal[name] for name in ("name", "rating") if name in deal}
        if "name" in values and len(str(values["name"] or "")) < 2:
            raise wording.unfit("name", wording.TOO_SHORT)
        return {**values, "custom": self.store.checked(custom)}

    def _list(self, name: str, rows: list[Row], request: Request, show: Callable[[Row], Row]) -> Reply:
        size = min(int(request.params.get("limit", "20")), MAX_ROWS, self.page_rows)
        start = (int(request.params.get("page", "1")) - 1) * size
        reachable = rows[: self.ceiling]
        body = {name: [show(row) for row in reachable[start : start + size]], "total": len(rows)}
        has_more = start + size < len(reachable)
        # A next page is named even where there is none.
        return Reply(200, {**body, "has_more": has_more, "next_page": f"page-{start + size}"})

    def _shown(self, row: Row, *, whole: bool) -> Row:
        stage = self.store.stage(row["stage_id"])
        reason = self.store.reasons.get(row["lost_reason_id"]) if whole or self.tells_reasons else None
        shown: Row = {
            "_id": row["id"], "id": row["id"], "name": row["name"], "amount_total": row["total_price"],
            "amount_unique": row["total_price"], "amount_montly": 0, "hold": row["status"] == "paused" or None,
            "win": {"won": True, "lost": False}.get(row["status"]), "rating": row["rating"],
            "closed_at": _stamp(row["closed_at"]), "created_at": _stamp(row["created_at"]),
            "updated_at": _stamp(row["updated_at"]), "prediction_date": None, "interactions": 0,
            "deal_stage": {"id": stage["id"], "name": stage["name"], "deal_pipeline_id": stage["pipeline_id"]},
            "deal_pipeline": {"id": stage["pipeline_id"], "name": stage["pipeline"]},
            "user": {"id": row["owner_id"], "name": "Vendas"},
            "deal_custom_fields": [self._custom(code, value) for code, value in row["custom"].items()],
            "contacts": [self._contact(one) for one in row["contact_ids"] if one in self.store.contacts],
        }  # fmt: skip
        if reason is not None:
            shown["deal_lost_reason"] = {"_id": row["lost_reason_id"], "name": reason}
        if whole:
            shown["deal_lost_reason_id"] = row["lost_reason_id"]
            shown["deal_lost_note"] = row["lost_note"]
            shown["deal_stage_histories"] = _histories(row["moves"])
        return shown

    def _custom(self, code: str, value: Any) -> Row:
        field = self.store.fields.get(code)
        told = {"_id": code, "label": field.label, "type": field.type, "for": "deal"} if field else None
        return {"custom_field_id": code, "value": value, "custom_field": told}

    def _contact(self, contact_id: str) -> Row:
        row = self.store.contacts[contact_id]
        deals = [{"id": deal["id"], "name": deal["name"]} for deal in self.store.deals_of(contact_id)]
        return {
            "_id": row["id"], "id": row["id"], "name": row["name"], "title": row["job_title"], "emails": row["emails"],
            "phones": row["phones"], "deals": deals, "created_at": _stamp(row["created_at"]),
            "updated_at": _stamp(row["updated_at"]),
        }  # fmt: skip


def _unknown(request: Request) -> Reply | None:
    return wording.trouble() if set(request.params) - _KNOWN else None


def _contact_values(contact: Mapping[str, Any]) -> Row:
    values = {name: contact[name] for name in ("name", "emails", "phones", "deal_ids") if name in contact}
    return {**values, "job_title": contact["title"]} if "title" in contact else values


def _in_window(row: Row, params: Mapping[str, str]) -> bool:
    if params.get("created_at_period") != "true":
        return True
    start, end = (datetime.fromisoformat(params[name]).replace(tzinfo=BRASILIA) for name in ("start_date", "end_date"))
    return bool(start <= row["created_at"] <= end)


def _histories(moves: list[tuple[str, datetime]]) -> list[Row]:
    ends = [at for _, at in moves[1:]]
    return [
        {"deal_stage_id": stage, "start_date": _stamp(at), "end_date": _stamp(ends[index]) if ends[index:] else None}
        for index, (stage, at) in enumerate(moves)
    ]


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(BRASILIA).isoformat(timespec="milliseconds")
