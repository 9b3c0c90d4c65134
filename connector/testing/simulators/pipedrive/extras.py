"""What hangs on records and describes them: fields, labels, stages, activities, notes, users."""

from __future__ import annotations

from itertools import count
from typing import Any

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.pipedrive import listing, wording
from connector.testing.simulators.pipedrive.company import STAGES, Company
from connector.testing.simulators.pipedrive.schema import TYPES, FieldDef
from connector.testing.simulators.pipedrive.users import COMPANY, INTEGRATION_USER, SALES_USERS

ACTIVITY_TYPES = ("call", "meeting", "task", "deadline", "email", "lunch")
_LINKS = ("lead_id", "deal_id", "person_id")


class Extras(Company):
    """The smaller addresses of the API."""

    _option_ids = count(500)

    @route("GET", "/api/v2/(?P<kind>person|deal)Fields")
    def list_fields(self, request: Request) -> Reply:
        fields = self.store.fields[request.args["kind"]].values()
        return wording.page([one.described() for one in fields], None)

    @route("POST", "/api/v2/(?P<kind>person|deal)Fields")
    def make_field(self, request: Request) -> Reply:
        body = request.json()
        if body.get("field_type") not in TYPES or not body.get("field_name"):
            return wording.refused(400, "Bad request")
        if body["field_type"] in ("enum", "set") and not body.get("options"):
            return wording.refused(400, "Options are required for this field type")
        options = {next(self._option_ids): one["label"] for one in body.get("options") or ()}
        field = FieldDef(body["field_name"], body["field_type"], options=options)
        return wording.one(self.store.add_field(request.args["kind"], field).described(), 201)

    @route("POST", "/api/v2/(?P<kind>person|deal)Fields/{code}/options")
    def make_options(self, request: Request) -> Reply:
        field = self.store.fields[request.args["kind"]].get(request.args["code"])
        if field is None or field.type not in ("enum", "set"):
            return wording.not_found("Field")
        made = {next(self._option_ids): one["label"] for one in request.json()}
        field.options.update(made)
        return wording.one([{"id": one, "label": label} for one, label in made.items()])

    @route("GET", "/api/v1/leadLabels")
    def list_lead_labels(self, request: Request) -> Reply:
        return wording.one(list(self.store.lead_labels.values()))

    @route("POST", "/api/v1/leadLabels")
    def add_lead_label(self, request: Request) -> Reply:
        body = request.json()
        if not body.get("name") or not body.get("color"):
            return wording.refused(400, "Bad request")
        return wording.one(self.make_lead_label(body["name"], body["color"]), 201)

    @route("GET", "/api/v2/stages")
    def list_stages(self, request: Request) -> Reply:
        rows = [
            {"id": number, "order_nr": number, "name": name, "is_deleted": False, "pipeline_id": 1}
            for number, name in enumerate(STAGES, 1)
        ]
        return wording.page(rows, None)

    @route("GET", "/api/v2/pipelines")
    def list_pipelines(self, request: Request) -> Reply:
        return wording.page([{"id": 1, "name": "Pipeline", "order_nr": 1, "is_deleted": False}], None)

    @route("GET", "/api/v1/users/me")
    def me(self, request: Request) -> Reply:
        access = [{"app": "sales", "admin": self.is_admin, "permission_set_id": "62cc4d7f"}]
        return wording.one({"id": INTEGRATION_USER, "name": "Integration", "access": access, **COMPANY})

    @route("GET", "/api/v1/users")
    def list_users(self, request: Request) -> Reply:
        return wording.one([{"id": one, "active_flag": True} for one in (INTEGRATION_USER, *SALES_USERS)])

    @route("GET", "/api/v1/activityTypes")
    def list_activity_types(self, request: Request) -> Reply:
        rows = [{"id": n, "key_string": key, "active_flag": True} for n, key in enumerate(ACTIVITY_TYPES, 1)]
        return wording.one(rows)

    @route("GET", "/api/v2/activities")
    def list_activities(self, request: Request) -> Reply:
        rows = self.store.rows["activity"].values()
        return listing.cursor_page(
            [row for row in rows if _hangs_on(row, request)], request.params, self.page_rows, lambda row: row
        )

    @route("POST", "/api/v2/activities")
    def make_activity(self, request: Request) -> Reply:
        body = request.json()
        if body.get("type") not in ACTIVITY_TYPES or "person_id" in body:
            return wording.refused(400, "Bad request")
        participants = body.get("participants") or []
        person = next((one["person_id"] for one in participants if one.get("primary")), None)
        row = {"done": False, "note": None, "deal_id": None, "lead_id": None, **body, "person_id": person}
        return self._made("activity", row)

    @route("GET", "/api/v1/notes")
    def list_notes(self, request: Request) -> Reply:
        rows = [row for row in self.store.rows["note"].values() if _hangs_on(row, request)]
        return listing.offset_page(rows, request.params, self.page_rows, lambda row: row)

    @route("POST", "/api/v1/notes")
    def make_note(self, request: Request) -> Reply:
        body = request.json()
        if not body.get("content") or not any(body.get(name) for name in _LINKS):
            return wording.refused(400, "Bad request")
        return self._made("note", {"lead_id": None, "deal_id": None, "person_id": None, **body})

    def _made(self, kind: str, row: dict[str, Any]) -> Reply:
        now = self.store.stamp()
        return wording.one(self.store.put(kind, {**row, "id": self.store.new_id(kind), "add_time": now}), 201)


def _hangs_on(row: dict[str, Any], request: Request) -> bool:
    return all(str(row.get(name)) == request.params[name] for name in _LINKS if name in request.params)
