"""The addresses beside the objects: properties, forms and their submissions, e-mail events, lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.hubspot import wording
from connector.testing.simulators.hubspot.account import Account, SimList
from connector.testing.simulators.hubspot.schema import PropertyDef

PROPERTIES: Final = "/crm/v3/properties/{object}"
LISTS: Final = "/crm/v3/lists"
MOST_SUBMISSIONS: Final = 50
MOST_EVENTS: Final = 1000
Json = dict[str, Any]


class Feeds:
    """Routes. `scopes` are those that the token lacks (`forms`, `content`)."""

    account: Account
    clock: Callable[[], datetime]
    has_leads: bool
    lacks: frozenset[str] = frozenset()

    @route("GET", PROPERTIES)
    def show_properties(self, request: Request) -> Reply:
        name = request.args["object"]
        if name == "leads" and not self.has_leads:
            return wording.missing_scope("crm.schemas.leads.read")
        if name not in self.account.objects:
            return wording.refused(404, "OBJECT_NOT_FOUND", "Unable to infer object type")
        return Reply(200, {"results": [one.described() for one in self.account.objects[name].defs.values()]})

    @route("POST", PROPERTIES + "/groups")
    def add_group(self, request: Request) -> Reply:
        name = request.json()["name"]
        if name in self.account.groups:
            return wording.refused(409, "OBJECT_ALREADY_EXISTS", f"Property Group with name '{name}' already exists")
        self.account.groups.add(name)
        return Reply(201, request.json())

    @route("POST", PROPERTIES)
    def add_property(self, request: Request) -> Reply:
        body, defs = request.json(), self.account.objects[request.args["object"]].defs
        if missing := {"name", "label", "groupName", "type", "fieldType"} - body.keys():
            return wording.refused(400, "VALIDATION_ERROR", f"some required fields were not set: {sorted(missing)}")
        if body["name"] in defs:
            return wording.refused(409, "OBJECT_ALREADY_EXISTS", f"Property named {body['name']} already exists")
        if body["groupName"] not in self.account.groups or body["name"] != body["name"].lower():
            return wording.refused(400, "VALIDATION_ERROR", "no such group, or a name with capitals")
        options = body.get("options") or []
        made = PropertyDef(
            body["name"], body["type"], body["fieldType"], body["label"], tuple(one["value"] for one in options),
            unique=bool(body.get("hasUniqueValue")), group=body["groupName"],
            labels=tuple(one["label"] for one in options), own=True,
        )  # fmt: skip
        defs[made.name] = made
        return Reply(201, made.described())

    # Forms.

    @route("GET", "/marketing/v3/forms")
    def show_forms(self, request: Request) -> Reply:
        if "forms" in self.lacks:
            return wording.missing_scope("forms")
        forms = [{"id": form.id, "name": form.name, "formType": "hubspot"} for form in self.account.forms.values()]
        return _paged(forms, request, 50)

    @route("GET", "/form-integrations/v1/submissions/forms/{guid}")
    def show_submissions(self, request: Request) -> Reply:
        form = self.account.forms.get(request.args["guid"])
        if form is None:
            return wording.refused(404, "OBJECT_NOT_FOUND", "form not found")
        return _paged(form.newest_first(self.clock()), request, MOST_SUBMISSIONS)

    # E-mail events.

    @route("GET", "/email/public/v1/events")
    def show_events(self, request: Request) -> Reply:
        if "content" in self.lacks:
            return wording.missing_scope("content")
        asked = request.params
        start, end = int(asked.get("startTimestamp", 0)), int(asked.get("endTimestamp", 10**14))
        line = self.account.events_of[asked["eventType"]] if "eventType" in asked else self.account.events
        first = bisect_left(line, start, key=lambda one: one["created"])
        last = bisect_right(line, end, key=lambda one: one["created"]) - int(asked.get("offset") or 0)
        limit, place = min(int(asked.get("limit", 10)), MOST_EVENTS), int(asked.get("offset") or 0)
        events = line[max(first, last - limit) : max(first, last)][::-1]
        return Reply(200, {"hasMore": last - limit > first, "offset": str(place + limit), "events": events})

    # Lists.

    @route("GET", LISTS + "/object-type-id/0-1/name/{name}")
    def show_list(self, request: Request) -> Reply:
        named = [one for one in self.account.lists.values() if one.name == request.args["name"]]
        if not named:
            return wording.refused(404, "OBJECT_NOT_FOUND", "List does not exist")
        kind = "MANUAL" if named[0].is_static else "DYNAMIC"
        return Reply(200, {"list": {"listId": named[0].id, "name": named[0].name, "processingType": kind}})

    @route("PUT", LISTS + "/{list}/memberships/add")
    def add_members(self, request: Request) -> Reply:
        return self._members(request, "Added", lambda one, number: number not in one.members and _add(one, number))

    @route("PUT", LISTS + "/{list}/memberships/remove")
    def remove_members(self, request: Request) -> Reply:
        return self._members(request, "Removed", lambda one, number: number in one.members and _remove(one, number))

    @route("GET", LISTS + "/records/0-1/{id}/memberships")
    def show_memberships(self, request: Request) -> Reply:
        record = self.account.contacts.find(request.args["id"])
        if record is None:
            return wording.not_found().as_reply()
        on = [one.id for one in self.account.lists.values() if record.id in one.members]
        return Reply(200, {"total": len(on), "results": [{"listId": one, "listVersion": 1} for one in on]})

    def _members(self, request: Request, word: str, change: Callable[[SimList, int], bool]) -> Reply:
        one = self.account.lists.get(request.args["list"])
        if one is None:
            return wording.refused(404, "OBJECT_NOT_FOUND", "List does not exist")
        if not one.is_static:
            return wording.refused(400, "VALIDATION_ERROR", "the list is filled by a filter")
        ids = [str(id_) for id_ in request.json()]
        there = [id_ for id_ in ids if (record := self.account.contacts.find(id_)) and str(record.id) == id_]
        told = {"recordIdsAdded": [], "recordIdsRemoved": [], "recordIdsMissing": [i for i in ids if i not in there]}
        return Reply(200, {**told, f"recordIds{word}": [id_ for id_ in there if change(one, int(id_))]})


def _add(one: SimList, number: int) -> bool:
    one.members.add(number)
    return True


def _remove(one: SimList, number: int) -> bool:
    one.members.remove(number)
    return True


def _paged(rows: Sequence[Json], request: Request, most: int) -> Reply:
    limit, place = int(request.params.get("limit", 20)), int(request.params.get("after") or 0)
    if limit > most:
        return wording.refused(400, "VALIDATION_ERROR", f"limit may be {most} at most")
    told: Json = {"results": list(rows[place : place + limit])}
    if len(rows) > place + limit:
        told["paging"] = {"next": {"after": str(place + limit), "link": "https://api.hubapi.com/"}}
    return Reply(200, told)
