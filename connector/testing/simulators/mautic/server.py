"""The addresses of a simulated Mautic.

Source: https://devdocs.mautic.org/en/latest/rest_api/, and the code of https://github.com/mautic/mautic 5.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from connector.model import Json
from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.mautic import wording
from connector.testing.simulators.mautic.asked import UnknownColumnError, select, select_among
from connector.testing.simulators.mautic.installation import COLUMNS, SimContact
from connector.testing.simulators.mautic.shown import contact_record, edit
from connector.testing.simulators.mautic.signed import SignedInstallation

BATCH: Final = 200
HEADERS: Final = {"Mautic-Version": "5.1.0"}


class MauticSimulator(SignedInstallation):
    """One installation, over real HTTP."""

    # Contacts.

    @route("GET", "/api/contacts")
    def contacts(self, request: Request) -> Reply:
        known = "!is:anonymous" in request.params.get("search", "")
        people = [one for one in self.installation.contacts.values() if one.identified_at or not known]
        try:
            rows = select_among(people, SimContact.row, lambda one: one.id, request.params, default_limit=30)
        except UnknownColumnError as error:
            return wording.refusal(500, f"Unknown column '{error}'")
        records = {str(row["id"]): self._record(self.installation.contacts[row["id"]]) for row in rows}
        return Reply(200, {"total": str(len(people)), "contacts": records or self._nothing()}, HEADERS)

    @route("GET", "/api/contacts/{id}")
    def one_contact(self, request: Request) -> Reply:
        contact = self._find(request.args["id"])
        return Reply(200, {"contact": self._record(contact)}) if contact else wording.not_found()

    @route("PATCH", "/api/contacts/batch/edit")
    def batch(self, request: Request) -> Reply:
        items = request.json()
        if len(items) > BATCH:
            return wording.refusal(500, f"The batch has more than {BATCH} items")
        contacts: Json = {}
        codes: Json = {}
        errors: Json = {}
        for place, item in enumerate(items):
            contact = self._find(str(item.get("id", "")))
            error = wording.error(404, "Item was not found.") if contact is None else None
            if contact is not None:
                error = edit(self.installation, contact, item)
            codes[str(place)] = error["code"] if error else 200
            if error:
                errors[str(place)] = error
            elif contact:
                contacts[str(place)] = self._record(contact)
        told = {"contacts": _list_if_whole(contacts, len(items)), "statusCodes": _list_if_whole(codes, len(items))}
        return Reply(200, {**told, "errors": _list_if_whole(errors, len(items))} if errors else told)

    # Statistics.

    @route("GET", "/api/stats/{table}")
    def statistics(self, request: Request) -> Reply:
        table = request.args["table"]
        if table in self.hidden and self.says_denied:
            return wording.table_denied()
        if table not in COLUMNS or table in self.hidden:
            there = sorted(set(COLUMNS) - self.hidden)
            return Reply(200, {"availableTables": there, "tableColumns": {one: list(COLUMNS[one]) for one in there}})
        try:
            rows = select(self.installation.rows(table), request.params, default_limit=100)
        except UnknownColumnError as error:
            return wording.bad_column(str(error))
        told = [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]
        return Reply(200, {"total": str(len(told)), "stats": told})

    # Names.

    @route("GET", "/api/forms/{id}")
    def form(self, request: Request) -> Reply:
        return self._named("form", "name", self.installation.forms, request.args["id"])

    @route("GET", "/api/emails/{id}")
    def email(self, request: Request) -> Reply:
        return self._named("email", "name", self.installation.emails, request.args["id"])

    @route("GET", "/api/assets/{id}")
    def asset(self, request: Request) -> Reply:
        return self._named("asset", "title", self.installation.assets, request.args["id"])

    @route("GET", "/api/forms/{id}/submissions")
    def submissions(self, request: Request) -> Reply:
        of_form = self.installation.submissions(request.args["id"])
        rows = select(of_form, request.params, default_limit=30)
        told = [{"id": row["id"], "results": self.installation.answers[row["id"]]} for row in rows]
        return Reply(200, {"total": str(len(of_form)), "submissions": told})

    # Fields, stages, segments, notes.

    @route("GET", "/api/fields/contact")
    def fields(self, request: Request) -> Reply:
        fields = select(list(self.installation.fields.values()), request.params, default_limit=30)
        return Reply(200, {"total": len(self.installation.fields), "fields": fields})

    @route("POST", "/api/fields/contact/new")
    def new_field(self, request: Request) -> Reply:
        asked = request.json()
        return Reply(201, {"field": self.installation.add_field(asked["alias"], asked.get("type", "text"))})

    @route("GET", "/api/stages")
    def stages(self, request: Request) -> Reply:
        rows = [{"id": int(id_), "name": name} for id_, name in self.installation.stages.items()]
        return Reply(200, {"total": len(rows), "stages": select(rows, request.params, default_limit=30)})

    @route("GET", "/api/segments")
    def segments(self, request: Request) -> Reply:
        rows = [
            {"id": int(id_), "name": name, "alias": name.lower().replace(" ", "-")}
            for id_, name in self.installation.segments.items()
        ]
        found = select(rows, request.params, default_limit=30)
        return Reply(200, {"total": len(rows), "lists": {str(row["id"]): row for row in found}})

    @route("POST", "/api/stages/{stage}/contact/{id}/{how}")
    def move(self, request: Request) -> Reply:
        contact, stage = self._find(request.args["id"]), self.installation.stages.get(request.args["stage"])
        if contact is None or stage is None:
            return wording.not_found()
        contact.stage = {"id": int(request.args["stage"]), "name": stage} if request.args["how"] == "add" else None
        self.installation.touched(contact)
        return Reply(200, {"success": 1})

    @route("POST", "/api/segments/{segment}/contact/{id}/{how}")
    def enlist(self, request: Request) -> Reply:
        contact, segment = self._find(request.args["id"]), request.args["segment"]
        if contact is None or segment not in self.installation.segments:
            return wording.not_found()
        (contact.segments.add if request.args["how"] == "add" else contact.segments.discard)(segment)
        return Reply(200, {"success": 1})

    @route("GET", "/api/contacts/{id}/segments")
    def segments_of(self, request: Request) -> Reply:
        contact = self._find(request.args["id"])
        if contact is None:
            return wording.not_found()
        lists = {id_: {"id": int(id_), "title": self.installation.segments[id_]} for id_ in sorted(contact.segments)}
        return Reply(200, {"total": len(lists), "lists": lists or self._nothing()})

    @route("POST", "/api/notes/new")
    def new_note(self, request: Request) -> Reply:
        asked = request.json()
        if not asked.get("lead"):
            return wording.refusal(400, "lead ID is mandatory")
        contact = self._find(str(asked["lead"]))
        if contact is None:
            return wording.not_found()
        contact.notes.append(asked["text"])
        return Reply(201, {"note": {"id": len(contact.notes), "text": asked["text"], "type": "general"}})

    @route("GET", "/api/contacts/{id}/notes")
    def notes_of(self, request: Request) -> Reply:
        contact = self._find(request.args["id"])
        if contact is None:
            return wording.not_found()
        notes = [{"id": number, "text": text, "type": "general"} for number, text in enumerate(contact.notes, 1)]
        return Reply(200, {"total": str(len(notes)), "notes": notes})

    # Parts.

    def _find(self, id_: str) -> SimContact | None:
        return self.installation.contacts.get(int(id_)) if id_.isdigit() else None

    def _record(self, contact: SimContact) -> Json:
        return contact_record(self.installation, contact, zoned=self.zoned)

    def _nothing(self) -> Sequence[Any] | Json:
        return [] if self.zoned else {}

    def _named(self, kind: str, holds: str, names: dict[str, str], id_: str) -> Reply:
        if id_ not in names:
            return wording.not_found()
        return Reply(200, {kind: {"id": int(id_), holds: names[id_]}})


def _list_if_whole(told: Json, count: int) -> Any:
    """PHP writes places without a gap as a list, and others as an object."""
    return list(told.values()) if len(told) == count else told
