"""The addresses of a simulated ActiveCampaign.

Source: https://developers.activecampaign.com/reference/overview
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from connector.model import Json
from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.activecampaign import wording
from connector.testing.simulators.activecampaign.account import TEXT_LENGTH, SimContact, SimImport, shown
from connector.testing.simulators.activecampaign.shown import (
    activity_row,
    asked_contacts,
    contact_row,
    page,
    parts_of,
    references,
)
from connector.testing.simulators.activecampaign.signed import SignedAccount

A: Final = "/api/3"
MOST_IMPORTED: Final = 250
MOST_BYTES: Final = 399_999
NOT_BESIDE_ONE: Final = ("contactTags", "accountContacts")
"""What a single contact does not bring along."""
STANDARD: Final = ("email", "firstName", "lastName", "phone")
SINGLES: Final = {
    "accounts": "account", "automations": "automation", "campaigns": "campaign", "forms": "form", "lists": "list",
    "links": "link", "tags": "tag",
}  # fmt: skip


class ActiveCampaignSimulator(SignedAccount):
    """One account, over real HTTP."""

    @route("GET", f"{A}/users/me")
    def me(self, request: Request) -> Reply:
        return Reply(200, {"user": {"id": "1", "username": "admin"}})

    # Contacts.

    @route("GET", f"{A}/contacts")
    def contacts(self, request: Request) -> Reply:
        self.account.apply_imports(self.refused_by_imports)
        found = asked_contacts(self.account, request)
        if not self.keeps_filters:
            found = sorted(self.account.contacts.values(), key=lambda one: one.id)
        rows: list[SimContact] = page(found, request.params)
        body: Json = {"contacts": [contact_row(one) for one in rows], "meta": {"total": str(len(found))}}
        for name in request.params.get("include", "").split(",") if self.carries_parts else ():
            body[name] = [part for one in rows for part in parts_of(one).get(name, [])]
        return Reply(200, body)

    @route("GET", f"{A}/contacts/{{id}}")
    def one_contact(self, request: Request) -> Reply:
        self.account.apply_imports(self.refused_by_imports)
        contact = self._find(request.args["id"])
        if contact is None:
            return wording.not_found(request.args["id"])
        self.account.fetched_at[contact.id] = self.clock()
        parts = {name: rows for name, rows in parts_of(contact).items() if name not in NOT_BESIDE_ONE}
        return Reply(200, {"contact": contact_row(contact), **parts})

    @route("PUT", f"{A}/contacts/{{id}}")
    def update(self, request: Request) -> Reply:
        contact, asked = self._find(request.args["id"]), request.json()["contact"]
        if contact is None:
            return wording.not_found(request.args["id"])
        values = asked.get("fieldValues", [])
        for item in values:
            if item["field"] not in self.account.tables["fields"]:
                return wording.invalid("The field does not exist.", "field_missing", "fieldValues")
            if len(item["value"]) > TEXT_LENGTH:
                return wording.invalid("The value is too long.", "field_invalid", "fieldValues")
        contact.standard |= {name: asked[name] for name in STANDARD if name in asked}
        for item in values:
            self.account.set(contact, item["field"], item["value"])
        self.account.touched(contact)
        return Reply(200, {"fieldValues": parts_of(contact)["fieldValues"], "contact": contact_row(contact)})

    @route("GET", f"{A}/contacts/{{id}}/(?P<part>fieldValues|contactTags|contactLists|accountContacts)")
    def parts(self, request: Request) -> Reply:
        contact, part = self._find(request.args["id"]), request.args["part"]
        return self._listed(part, parts_of(contact)[part], request) if contact else self._gone(request)

    @route("GET", f"{A}/contacts/{{id}}/trackingLogs")
    def tracking_logs(self, request: Request) -> Reply:
        rows = self.account.tracked_of[request.args["id"]]
        told = [{**row, "tstamp": shown(row["at"]), "at": None, "contact": row["subscriberid"]} for row in rows]
        return self._listed("trackingLogs", told, request)

    @route("GET", f"{A}/contacts/{{id}}/bounceLogs")
    def bounce_logs(self, request: Request) -> Reply:
        contact = self._find(request.args["id"])
        return self._listed("bounceLogs", contact.bounces, request) if contact else self._gone(request)

    @route("GET", f"{A}/contacts/{{id}}/notes")
    def notes_of(self, request: Request) -> Reply:
        contact = self._find(request.args["id"])
        notes = [{"id": str(number), "note": text} for number, text in enumerate(contact.notes if contact else (), 1)]
        return self._listed("notes", notes, request) if contact else self._gone(request)

    # The activity log: of one contact as it stood when the contact was fetched last.

    @route("GET", f"{A}/activities")
    def activities(self, request: Request) -> Reply:
        of = request.params.get("contact")
        if of is None and not self.log_of_all:
            return Reply(400, {})
        known = self.account.fetched_at.get(int(of)) if of else self.clock()
        rows = self.account.log_of[of] if of else self.account.log
        rows = [row for row in rows if known is not None and row["visible_at"] <= known]
        if "after" in request.params:
            after = datetime.fromisoformat(request.params["after"])
            rows = [row for row in rows if row["at"].replace(microsecond=0) > after]
        rows.sort(key=lambda row: row["at"], reverse=request.params.get("orders[tstamp]") == "DESC")
        some: list[Json] = page(rows, request.params)
        beside = references(self.account, some, request.params.get("include", ""))
        told = [activity_row(row) for row in some]
        return Reply(200, {"activities": told, **beside, "meta": {"total": str(len(rows))}})

    # Names, fields, tags, notes.

    @route("GET", f"{A}/(?P<table>fields|tags|accounts)")
    def listing(self, request: Request) -> Reply:
        rows = list(self.account.tables[request.args["table"]].values())
        if "search" in request.params:
            wanted = request.params["search"].lower()
            rows = [row for row in rows if wanted in row["tag"].lower()]
        return self._listed(request.args["table"], rows, request)

    @route("GET", f"{A}/(?P<table>accounts|automations|campaigns|forms|lists|links|tags)/{{id}}")
    def single(self, request: Request) -> Reply:
        table, id_ = request.args["table"], request.args["id"]
        found = self.account.tables[table].get(id_)
        return Reply(200, {SINGLES[table]: found}) if found else wording.not_found(id_, SINGLES[table].capitalize())

    @route("POST", f"{A}/fields")
    def new_field(self, request: Request) -> Reply:
        asked = request.json()["field"]
        return Reply(201, {"field": self.account.add_field(asked["perstag"], asked["type"])})

    @route("POST", f"{A}/fieldRels")
    def relate_field(self, request: Request) -> Reply:
        asked = request.json()["fieldRel"]
        return Reply(201, {"fieldRel": self.account.row("fieldRels", **asked)})

    @route("POST", f"{A}/tags")
    def new_tag(self, request: Request) -> Reply:
        asked = request.json()["tag"]
        if any(row["tag"] == asked["tag"] for row in self.account.tables["tags"].values()):
            return wording.invalid("The tag already exists.", "duplicate", "tag")
        return Reply(201, {"tag": self.account.row("tags", **asked)})

    @route("POST", f"{A}/contactTags")
    def add_tag(self, request: Request) -> Reply:
        asked = request.json()["contactTag"]
        contact = self._find(asked["contact"])
        if contact is None:
            return wording.not_found(asked["contact"])
        found = next((number for number, tag in contact.tags.items() if tag == asked["tag"]), None)
        number = found or self.account.number("contactTags")
        contact.tags[number] = asked["tag"]
        return Reply(200 if found else 201, {"contactTag": {**asked, "id": number}})

    @route("DELETE", f"{A}/contactTags/{{id}}")
    def remove_tag(self, request: Request) -> Reply:
        for contact in self.account.contacts.values():
            if contact.tags.pop(request.args["id"], None) is not None:
                return Reply(200, {})
        return wording.not_found(request.args["id"], "SubscriberTag")

    @route("POST", f"{A}/notes")
    def new_note(self, request: Request) -> Reply:
        asked = request.json()["note"]
        contact = self._find(asked["relid"])
        if contact is None:
            return wording.not_found(asked["relid"])
        contact.notes.append(asked["note"])
        return Reply(201, {"note": {"id": str(len(contact.notes)), **asked}})

    # Imports.

    @route("POST", f"{A}/import/bulk_import")
    def bulk_import(self, request: Request) -> Reply:
        rows = request.json()["contacts"]
        if len(rows) > MOST_IMPORTED or len(request.body) > MOST_BYTES:
            return wording.import_refused("The request is too large.")
        number = f"batch-{self.account.number('imports')}"
        self.account.imports[number] = SimImport(rows, self.clock() + self.import_time)
        told = {"Success": 1, "queued_contacts": len(rows), "batchId": number, "message": "Contact import queued"}
        return Reply(200, told)

    @route("GET", f"{A}/import/info")
    def import_info(self, request: Request) -> Reply:
        self.account.apply_imports(self.refused_by_imports)
        one = self.account.imports.get(request.params.get("batchId", ""))
        if one is None:
            return wording.not_found(request.params.get("batchId", ""), "Import")
        status: Any = "completed" if one.is_applied else False
        return Reply(200, {"status": status, "success": one.success, "failure": one.failure})

    # Parts.

    def _find(self, id_: str) -> SimContact | None:
        return self.account.contacts.get(int(id_)) if str(id_).isdigit() else None

    def _gone(self, request: Request) -> Reply:
        return wording.not_found(request.args["id"])

    def _listed(self, name: str, rows: Sequence[Json], request: Request) -> Reply:
        return Reply(200, {name: page(rows, request.params), "meta": {"total": str(len(rows))}})
