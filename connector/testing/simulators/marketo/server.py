"""Marketo over HTTP: sign-in, writes, custom activities and bulk jobs; what is read stands in `reading`.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest, read 2026-11-22.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from connector.model import Json
from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.marketo import wording
from connector.testing.simulators.marketo.instance import StaticList
from connector.testing.simulators.marketo.queries import inputs, many, numbers
from connector.testing.simulators.marketo.reading import Reading
from connector.testing.simulators.marketo.schema import COMPANY

MOST: Final = 300
MOST_TYPES: Final = 10


class MarketoSimulator(Reading):
    """One instance, answering."""

    @route("GET", "/identity/oauth/token")
    def token(self, request: Request) -> Reply:
        return self.identity.grant(request)

    @route("POST", "/identity/oauth/token")
    def token_too(self, request: Request) -> Reply:
        return self.identity.grant(request)

    # Leads and their fields.

    @route("POST", "/rest/v1/leads.json")
    def sync(self, request: Request) -> Reply:
        body = request.json() or {}
        rows = inputs(request)
        if not rows or len(rows) > MOST:
            return wording.refused(1003, f"input takes 1 to {MOST} leads")
        if (body.get("action"), body.get("lookupField")) != ("updateOnly", "id"):
            return wording.refused(1003, "this simulated instance updates by id alone")
        return wording.result([self._sync_one(row) for row in rows])

    def _sync_one(self, row: Json) -> Json:
        id_ = row.get("id")
        why = self.instance.why_not(id_)
        values = {name: value for name, value in row.items() if name != "id"}
        for name, value in values.items():
            why = why or self.instance.schema.refusal(name, value)
        if why is not None:
            return wording.skipped(*why)
        lead = self.instance.leads[int(str(id_))]
        self.instance.change(lead, values, source="Web service API")
        return {"id": id_, "status": "updated"}

    @route("POST", "/rest/v1/leads/schema/fields.json")
    def make_fields(self, request: Request) -> Reply:
        rows = inputs(request)
        for row in rows:
            if row.get("name") in self.instance.schema.fields or row.get("name") in COMPANY:
                return wording.refused(1009, f"Field '{row.get('name')}' already exists")
            if not str(row.get("name", "")).replace("_", "").isalnum():
                return wording.refused(1003, "The API name of a field has letters, numbers and underscores")
        for row in rows:
            self.instance.schema.add(row["name"], row["dataType"])
        return wording.result([{"name": row["name"], "status": "created"} for row in rows])

    # Static lists.

    @route("GET", "/rest/v1/lists.json")
    def lists(self, request: Request) -> Reply:
        names = many(request, "name")
        found = [one for one in self.instance.lists.values() if not names or one.name in names]
        return wording.result([_told(one) for one in found])

    @route("POST", "/rest/v1/lists/{id}/leads.json")
    def put_on_list(self, request: Request) -> Reply:
        return self._listed(request, lambda one, lead: one.members.add(lead) or "added")

    @route("DELETE", "/rest/v1/lists/{id}/leads.json")
    def take_off_list(self, request: Request) -> Reply:
        def take(one: StaticList, lead: int) -> str:
            status = "removed" if lead in one.members else "notmemberof"
            one.members.discard(lead)
            return status

        return self._listed(request, take)

    @route("GET", "/rest/v1/lists/{id}/leads/ismember.json")
    def is_member(self, request: Request) -> Reply:
        return self._listed(request, lambda one, lead: "memberof" if lead in one.members else "notmemberof")

    def _listed(self, request: Request, do: Any) -> Reply:
        one = self.instance.lists.get(int(request.args["id"]) if request.args["id"].isdigit() else 0)
        if one is None:
            return wording.refused(1013, f"Static list '{request.args['id']}' not found")
        ids = [row.get("id") for row in inputs(request)] or numbers(request, "id")
        if not ids or len(ids) > MOST:
            return wording.refused(1003, f"1 to {MOST} leads")
        rows: list[Json] = []
        for id_ in ids:
            why = self.instance.why_not(id_)
            rows.append({"id": id_, "status": do(one, id_)} if why is None else wording.skipped(*why, id_=id_))
        return wording.result(rows)

    # Custom activities.

    @route("GET", "/rest/v1/activities/external/types.json")
    def custom_types(self, request: Request) -> Reply:
        return wording.result(list(self.instance.types.by_name.values()))

    @route("POST", "/rest/v1/activities/external/type.json")
    def make_type(self, request: Request) -> Reply:
        body = request.json()
        types = self.instance.types
        if body["apiName"] in types.by_name or not body["apiName"].isalnum():
            return wording.refused(1003, "The API name of a type is unique, letters and numbers")
        if len(types.by_name) >= MOST_TYPES:
            return wording.refused(1003, f"An instance has {MOST_TYPES} custom activity types at most")
        return wording.result([types.create(body)])

    @route("POST", "/rest/v1/activities/external/type/{name}/attributes/create.json")
    def make_attributes(self, request: Request) -> Reply:
        kind = self.instance.types.by_name.get(request.args["name"])
        if kind is None:
            return wording.refused(1013, "Custom activity type not found")
        kind["attributes"] += request.json()["attributes"]
        return wording.result([kind])

    @route("POST", "/rest/v1/activities/external/type/{name}/approve.json")
    def approve(self, request: Request) -> Reply:
        kind = self.instance.types.by_name.get(request.args["name"])
        if kind is None:
            return wording.refused(1013, "Custom activity type not found")
        kind["status"] = "approved"
        return wording.result([kind])

    @route("POST", "/rest/v1/activities/external.json")
    def add_activities(self, request: Request) -> Reply:
        rows = inputs(request)
        if not rows or len(rows) > MOST:
            return wording.refused(1003, f"input takes 1 to {MOST} activities")
        return wording.result([self._add_activity(row) for row in rows])

    def _add_activity(self, row: Json) -> Json:
        why = self.instance.why_not(row.get("leadId")) or self._wrong_activity(row)
        if why is not None:
            return wording.skipped(*why, under="errors")
        act = self.instance.log.add(
            row["activityTypeId"], row["leadId"], datetime.fromisoformat(row["activityDate"]),
            primary=row["primaryAttributeValue"],
            attributes={one.get("name") or one["apiName"]: one["value"] for one in row.get("attributes", ())},
        )  # fmt: skip
        return {"id": act.number, "marketoGUID": str(act.number), "status": "added"}

    def _wrong_activity(self, row: Json) -> tuple[int, str] | None:
        kind = self.instance.types.approved(row.get("activityTypeId", 0))
        if kind is None:
            return 1013, "Custom activity type not found"
        known = {one["apiName"] for one in kind["attributes"]}
        unknown = [one["apiName"] for one in row.get("attributes", ()) if one["apiName"] not in known]
        if unknown:
            return 1006, f"Field '{unknown[0]}' not found"
        long = [one["apiName"] for one in row.get("attributes", ()) if len(str(one["value"])) > 255]
        return (1003, f"Value of '{long[0]}' is too long") if long else None

    # Bulk extract.

    @route("POST", "/bulk/v1/(?P<kind>leads|activities)/export/create.json")
    def make_job(self, request: Request) -> Reply:
        return self.bulk.create("leads" if request.args["kind"] == "leads" else "activities", request.json())

    @route("POST", "/bulk/v1/(?P<kind>leads|activities)/export/{id}/enqueue.json")
    def queue_job(self, request: Request) -> Reply:
        return self.bulk.enqueue(request.args["id"])

    @route("GET", "/bulk/v1/(?P<kind>leads|activities)/export/{id}/status.json")
    def job(self, request: Request) -> Reply:
        return self.bulk.status(request.args["id"])

    @route("GET", "/bulk/v1/(?P<kind>leads|activities)/export/{id}/file.json")
    def job_file(self, request: Request) -> Reply:
        return self.bulk.file(request.args["id"], request)


def _told(one: StaticList) -> Json:
    made_at = wording.as_told(one.made_at)
    return {"id": one.id, "name": one.name, "createdAt": made_at, "updatedAt": made_at, "workspaceName": "Default"}
