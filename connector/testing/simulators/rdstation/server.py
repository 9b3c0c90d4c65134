"""RD Station Marketing over HTTP: the addresses that the adapter asks, and how each of them answers.

Source: https://developers.rdstation.com/reference, API 2.0, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from connector.model import Json
from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.rdstation import checks, wording
from connector.testing.simulators.rdstation.account import Account, SimContact
from connector.testing.simulators.rdstation.signed import SignedAccount

MAX_BYTES: Final = 200_000
ALL: Final = "1"
_SEGMENTS: Final[Mapping[str, Callable[[SimContact], bool]]] = {
    "2": lambda contact: contact.funnel["lifecycle_stage"] == "Lead",
    "3": lambda contact: contact.funnel["lifecycle_stage"] == "Qualified Lead",
    "4": lambda contact: contact.funnel["lifecycle_stage"] == "Client",
    "5": lambda contact: bool(contact.funnel["opportunity"]),
}


class RdStationSimulator(SignedAccount):
    """One account, answering."""

    @route("POST", "/auth/token")
    def token(self, request: Request) -> Reply:
        return self.tokens.exchange(request)

    @route("GET", "/platform/segmentations")
    def segmentations(self, request: Request) -> Reply:
        items = [
            {"id": int(one), "name": one, "standard": True, "process_status": "processed"} for one in (ALL, *_SEGMENTS)
        ]
        return Reply(200, {"segmentations": items})

    @route("GET", "/platform/segmentations/{id}/contacts")
    def segmentation(self, request: Request) -> Reply:
        self.account.settle()
        number, size = request.params.get("page", "1"), request.params.get("page_size", "25")
        if not (number.isdigit() and size.isdigit() and int(number) > 0 and 0 < int(size) <= 125):
            return wording.flat("INVALID_PARAMETER", "page_size must be between 1 and 125.")
        if request.args["id"] not in (ALL, *_SEGMENTS):
            return wording.not_found()
        contacts, total = self._segment(request, int(number), int(size))
        headers = {"pagination-total-rows": str(total), "pagination-page": number, "pagination-page-size": size}
        return Reply(200, {"contacts": [contact.row() for contact in contacts]}, headers)

    def _segment(self, request: Request, number: int, size: int) -> tuple[list[SimContact], int]:
        order, contacts = self.account.order, self.account.contacts
        descending = request.params.get("order", "last_conversion_date:asc").endswith(":desc")
        if request.args["id"] == ALL:
            return [contacts[uuid] for uuid in order.page(number, size, descending=descending)], len(order)
        everybody = (contacts[uuid] for uuid in order.page(1, max(1, len(order)), descending=descending))
        inside = [contact for contact in everybody if _SEGMENTS[request.args["id"]](contact)]
        return inside[(number - 1) * size : number * size], len(inside)

    @route("GET", "/platform/contacts/fields")
    def list_fields(self, request: Request) -> Reply:
        return Reply(200, {"fields": list(self.account.fields.values())})

    @route("POST", "/platform/contacts/fields")
    def make_field(self, request: Request) -> Reply:
        body = request.json()
        name = body.get("api_identifier", "")
        if not name.startswith("cf_"):
            return wording.by_field("api_identifier", "INVALID_FORMAT", "Must begin with cf_.")
        if name in self.account.fields:
            return wording.by_field("api_identifier", "TAKEN", "Has already been taken.")
        return Reply(201, self.account.add_field(name, body["data_type"]))

    @route("GET", "/platform/contacts/(?!fields){who}")
    def read(self, request: Request) -> Reply:
        contact = self._by_address(request.args["who"])
        return Reply(200, contact.record()) if contact else wording.not_found()

    @route("PATCH", "/platform/contacts/{who}")
    def write(self, request: Request) -> Reply:
        who = request.args["who"]
        contact = self._by_address(who)
        kind, _, value = who.partition(":")
        body = request.json()
        refusal = checks.contact(self.account, body, kind, contact)
        if refusal is not None:
            return refusal
        if contact is None and kind != "email":
            return wording.not_found()
        target = contact or self.account.add(value, {})
        self._apply_to(target, body)
        return Reply(200, target.record())

    @route("DELETE", "/platform/contacts/{who}")
    def erase(self, request: Request) -> Reply:
        contact = self._by_address(request.args["who"])
        if contact is None:
            return wording.not_found()
        self.account.remove(contact)
        return Reply(204)

    @route("POST", "/platform/contacts/{who}/tag")
    def tag(self, request: Request) -> Reply:
        contact = self._by_address(request.args["who"])
        if contact is None:
            return wording.not_found()
        tags: Any = (request.json() or {}).get("tags")
        refusal = checks.tags(tags, contact.tags)
        if refusal is None:
            contact.tags += tags
        return refusal or Reply(200, contact.record())

    @route("GET", "/platform/contacts/{who}/events")
    def events_of(self, request: Request) -> Reply:
        contact = self._by_address(request.args["who"])
        if contact is None:
            return wording.not_found()
        event_type = request.params.get("event_type", "")
        if event_type not in contact.events:
            return wording.several("REQUIRED_PARAMETER", "event_type must be CONVERSION or OPPORTUNITY.")
        start = (int(request.params.get("page", "1")) - 1) * 10
        return Reply(200, contact.events[event_type][start : start + 10])

    @route("GET", "/platform/contacts/{who}/funnels/default")
    def funnel(self, request: Request) -> Reply:
        contact = self._by_address(request.args["who"])
        return Reply(200, contact.funnel) if contact else wording.not_found()

    @route("PUT", "/platform/contacts/{who}/funnels/default")
    def move(self, request: Request) -> Reply:
        contact = self._by_address(request.args["who"])
        if contact is None:
            return wording.not_found()
        refusal = checks.funnel(request.json())
        if refusal is None:
            contact.funnel.update(request.json())
        return refusal or Reply(200, contact.funnel)

    @route("POST", "/platform/events")
    def event(self, request: Request) -> Reply:
        reply = self._take([request.json()], request)
        return Reply(200, reply.body["events"][0]) if reply.status == 200 else reply

    @route("POST", "/platform/events/batch")
    def batch(self, request: Request) -> Reply:
        items = request.json()
        if not isinstance(items, list):
            return wording.several("INVALID_DATA_TYPE", "Invalid data type. Payload should be array.", "$")
        return self._take(items, request)

    def _take(self, items: list[Json], request: Request) -> Reply:
        """All are taken, or none; they are applied later."""
        if len(request.body) > MAX_BYTES:
            return wording.several("TOO_LONG", "The payload is larger than 0.2 MB.", "$")
        for place, item in enumerate(items):
            refusal = checks.event(item, f"$[{place}]") or self._lead_limit(item)
            if refusal is not None:
                return refusal
        due_at = self.clock() + timedelta(seconds=self.events_lag_s)
        for item in items:
            self.account.later(due_at, lambda item=item: self.account.qualify(item))  # type: ignore[misc]
        taken = [{"event_uuid": Account.uuid_of(f"event-{len(self.ledger)}-{place}")} for place in range(len(items))]
        return Reply(200, {"event_batch_uuid": Account.uuid_of(f"batch-{len(self.ledger)}"), "events": taken})

    def _lead_limit(self, item: Json) -> Reply | None:
        email = item["payload"]["email"]
        broken = self.meter.take("events_of_lead", email)
        return wording.lead_limited(email, broken[0].calls, broken[0].per_s, broken[1]) if broken else None

    def _apply_to(self, contact: SimContact, body: Json) -> None:
        for name, value in body.items():
            if name in checks.LISTS:
                setattr(contact, name, list(value))
            elif name == "email":
                self.account.by_email[value.lower()] = contact.uuid
                contact.attributes["email"] = value
            else:
                contact.attributes[name] = value
