"""What a simulated account holds: contacts, their events and funnels, fields, and what becomes visible later."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from connector.model import Json
from connector.testing.simulators.rdstation.order import Order

EVENTS_KEPT: Final = 120
SAO_PAULO: Final = timezone(timedelta(hours=-3))
STAGES: Final = ("Lead", "Qualified Lead", "Client")
STANDARD: Final = (
    "name", "email", "job_title", "bio", "website", "personal_phone", "mobile_phone", "city", "state", "country",
    "twitter", "facebook", "linkedin", "birthdate",
)  # fmt: skip


def as_told(at: datetime) -> str:
    """A time as RD Station writes it: with the offset of São Paulo, to the millisecond."""
    return at.astimezone(SAO_PAULO).isoformat(timespec="milliseconds")


@dataclass(slots=True)
class SimContact:
    """One contact."""

    uuid: str
    created_at: datetime
    attributes: Json
    tags: list[str] = field(default_factory=list)
    legal_bases: list[Json] = field(default_factory=list)
    extra_emails: list[str] = field(default_factory=list)
    converted_at: datetime | None = None
    events: dict[str, list[Json]] = field(default_factory=lambda: {"CONVERSION": [], "OPPORTUNITY": []})
    funnel: Json = field(
        default_factory=lambda: {
            "lifecycle_stage": "Lead", "opportunity": False, "contact_owner_email": None, "fit": 0, "interest": 0,
        }
    )  # fmt: skip
    sales: list[Json] = field(default_factory=list)
    """Qualification events as they were applied, oldest first: what a test or the demo looks at."""

    @property
    def email(self) -> str:
        return str(self.attributes["email"])

    def record(self) -> Json:
        """The contact as GET answers it: no times, no company."""
        shown: Json = dict.fromkeys(STANDARD) | self.attributes
        return {
            "uuid": self.uuid, **shown, "tags": self.tags, "extra_emails": self.extra_emails,
            "legal_bases": self.legal_bases,
        }  # fmt: skip

    def row(self) -> Json:
        """The contact as the list of a segmentation shows it."""
        return {
            "uuid": self.uuid, "name": self.attributes.get("name"), "email": self.email,
            "last_conversion_date": as_told(self.converted_at) if self.converted_at else None,
            "created_at": as_told(self.created_at),
        }  # fmt: skip

    def happen(self, event_type: str, identifier: str, at: datetime, payload: Mapping[str, Any]) -> None:
        """Keep an event, newest first; what is beyond the newest 120 is lost."""
        told = {
            "event_type": event_type, "event_family": "CDP", "event_identifier": identifier,
            "event_timestamp": as_told(at), "payload": dict(payload),
        }  # fmt: skip
        kept = self.events[event_type]
        place = next(
            (i for i, one in enumerate(kept) if datetime.fromisoformat(one["event_timestamp"]) <= at), len(kept)
        )
        kept.insert(place, told)
        del kept[EVENTS_KEPT:]


class Account:
    """All contacts and fields of one account. `clock` is the account's own time."""

    def __init__(self, clock: Callable[[], datetime], *, nulls_first: bool = False) -> None:
        self.clock = clock
        self.contacts: dict[str, SimContact] = {}
        self.by_email: dict[str, str] = {}
        self.merged: dict[str, str] = {}
        self.order = Order(nulls_first=nulls_first)
        self.fields: dict[str, Json] = {}
        self._numbers = count(1)
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        for name in STANDARD:
            self.add_field(name, custom=False)

    def later(self, due_at: datetime, apply: Callable[[], None]) -> None:
        """Let something happen once the clock has reached `due_at`; at once if it has."""
        heapq.heappush(self._later, (due_at, next(self._numbers), apply))
        self.settle()

    def settle(self) -> None:
        """Apply what is due by now."""
        while self._later and self._later[0][0] <= self.clock():
            heapq.heappop(self._later)[2]()

    def add_field(
        self, name: str, data_type: str = "STRING", *, custom: bool = True, options: Sequence[str] = ()
    ) -> Json:
        """Make a field; `options` make it a choice of one."""
        rules = {"valid_options": [{"value": one, "label": {"pt-BR": one}} for one in options]} if options else {}
        self.fields[name] = {
            "uuid": self.uuid_of(f"field-{name}"), "api_identifier": name, "custom_field": custom,
            "data_type": data_type, "name": {"pt-BR": name}, "label": {"pt-BR": name.removeprefix("cf_")},
            "presentation_type": "COMBO_BOX" if options else "TEXT_INPUT", "validation_rules": rules,
        }  # fmt: skip
        return self.fields[name]

    def add(self, email: str, attributes: Mapping[str, Any], *, created_at: datetime | None = None) -> SimContact:
        """A new contact that has not converted yet."""
        uuid = self.uuid_of(f"contact-{next(self._numbers)}")
        contact = SimContact(uuid, created_at or self.clock(), {**attributes, "email": email})
        self.contacts[uuid] = contact
        self.by_email[email.lower()] = uuid
        self.order.put(uuid, None)
        return contact

    def find(self, uuid: str) -> SimContact | None:
        """The contact behind an id, through merges."""
        while uuid in self.merged:
            uuid = self.merged[uuid]
        return self.contacts.get(uuid)

    def find_email(self, email: str) -> SimContact | None:
        return self.find(self.by_email.get(email.lower(), ""))

    def convert(self, contact: SimContact, identifier: str, at: datetime, payload: Mapping[str, Any]) -> None:
        """A conversion: an event, and a new place in the order if it is the contact's newest."""
        contact.happen("CONVERSION", identifier, at, {"identificador": identifier, "email": contact.email, **payload})
        if contact.converted_at is None or at > contact.converted_at:
            self.order.drop(contact.uuid, contact.converted_at)
            contact.converted_at = at
            self.order.put(contact.uuid, at)

    def qualify(self, event: Json) -> None:
        """Apply a qualification event. It creates nobody: an unknown e-mail changes nothing."""
        payload = event["payload"]
        contact = self.find_email(payload["email"])
        if contact is None:
            return
        contact.sales.append(event)
        contact.funnel["opportunity"] = event["event_type"] == "OPPORTUNITY"
        if event["event_type"] == "SALE":
            contact.funnel["lifecycle_stage"] = "Client"
        if event["event_type"] == "OPPORTUNITY":
            contact.happen("OPPORTUNITY", "default", self.clock(), payload)

    def remove(self, contact: SimContact) -> None:
        """Forget a contact."""
        del self.contacts[contact.uuid]
        self.order.drop(contact.uuid, contact.converted_at)
        for email in [email for email, uuid in self.by_email.items() if uuid == contact.uuid]:
            del self.by_email[email]

    def merge(self, loser: SimContact, survivor: SimContact) -> None:
        """Two become one: the survivor has both histories, and answers to the loser's id and address."""
        self.remove(loser)
        self.merged[loser.uuid] = survivor.uuid
        self.by_email[loser.email.lower()] = survivor.uuid
        survivor.extra_emails.append(loser.email)
        survivor.tags += [tag for tag in loser.tags if tag not in survivor.tags]
        survivor.sales += loser.sales
        for event_type, events in loser.events.items():
            for event in events:
                at = datetime.fromisoformat(event["event_timestamp"])
                survivor.happen(event_type, event["event_identifier"], at, event["payload"])
        if loser.converted_at and (survivor.converted_at is None or loser.converted_at > survivor.converted_at):
            self.order.drop(survivor.uuid, survivor.converted_at)
            survivor.converted_at = loser.converted_at
            self.order.put(survivor.uuid, survivor.converted_at)

    @staticmethod
    def uuid_of(name: str) -> str:
        """The same ids in every run."""
        return str(uuid5(NAMESPACE_URL, f"rdstation:{name}"))
