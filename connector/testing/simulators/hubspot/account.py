"""The account behind the addresses: its objects, forms, e-mails and lists, and what people do in it.

`by` is a user's id, `at` the moment it happens (default: now). Nothing here goes over the network or costs a call.
"""

from __future__ import annotations

import threading
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from connector.testing.simulators.hubspot.records import API_SOURCE, Records, SimRecord, by_user, iso
from connector.testing.simulators.hubspot.schema import PropertyDef, defaults

SALES_USER = "789"
LONG_AGO = datetime.min.replace(tzinfo=UTC)
Json = dict[str, Any]


@dataclass(slots=True)
class SimForm:
    """A form and its submissions by time, each with the moment from which it is to be seen."""

    id: str
    name: str
    submissions: list[tuple[datetime, Json]] = field(default_factory=list)
    settled_at: datetime = LONG_AGO
    """From here on all of them are to be seen."""

    def add(self, seen_from: datetime, submission: Json) -> None:
        insort(self.submissions, (seen_from, submission), key=lambda one: one[1]["submittedAt"])
        self.settled_at = max(self.settled_at, seen_from)

    def newest_first(self, now: datetime) -> list[Json]:
        """What is to be seen now."""
        if now >= self.settled_at:
            return [one for _, one in reversed(self.submissions)]
        return [one for seen_from, one in reversed(self.submissions) if seen_from <= now]


@dataclass(slots=True)
class SimList:
    """A list of contacts; `is_static`: people may be put on it."""

    id: str
    name: str
    is_static: bool = True
    members: set[int] = field(default_factory=set)


class Account:
    """Everything in one account."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        first = {"contacts": 501, "deals": 9001, "leads": 70_001, "tasks": 300_001, "notes": 400_001}
        self.objects = {
            name: Records(name, {one.name: one for one in defs}, clock, first[name])
            for name, defs in defaults().items()
        }
        self.groups: set[str] = {"contactinformation"}
        self.links: dict[tuple[str, str], dict[int, list[int]]] = {}
        self.forms: dict[str, SimForm] = {}
        self.lists: dict[str, SimList] = {}
        self.events: list[Json] = []
        """By time."""
        self.events_of: defaultdict[str, list[Json]] = defaultdict(list)
        self._numbers = count(1)

    @property
    def contacts(self) -> Records:
        return self.objects["contacts"]

    # What an admin does.

    def add_property(self, name: str, kind: str = "string", object_name: str = "contacts", **more: Any) -> None:
        """A property of the account's own."""
        shown = {"string": "text", "bool": "booleancheckbox", "number": "number", "enumeration": "select"}
        self.objects[object_name].defs[name] = PropertyDef(name, kind, shown.get(kind, "date"), own=True, **more)

    def remove_property(self, name: str, object_name: str = "contacts") -> None:
        """It vanishes, and its values with it."""
        del self.objects[object_name].defs[name]

    def add_form(self, name: str) -> str:
        """A form; its id."""
        guid = f"{next(self._numbers):08d}-form"
        self.forms[guid] = SimForm(guid, name)
        return guid

    def add_list(self, name: str, *, is_static: bool = True) -> str:
        """A list of contacts; its id."""
        list_id = str(next(self._numbers))
        self.lists[list_id] = SimList(list_id, name, is_static)
        return list_id

    # What people do.

    def add(self, email: str = "", at: datetime | None = None, **values: str) -> str:
        """A contact made by hand or by import; its id."""
        with self.lock:
            named = {**({"email": email} if email else {}), **values}
            return str(self.contacts.create(named, by_user(SALES_USER), at).id)

    def edit(
        self, record_id: str, values: Mapping[str, str], object_name: str = "contacts", *, by: str = SALES_USER,
        at: datetime | None = None,
    ) -> None:  # fmt: skip
        """Somebody changes a record in HubSpot's own pages."""
        with self.lock:
            self.objects[object_name].change(self._record(object_name, record_id), values, by_user(by), at)

    def submit(
        self, form: str, email: str, at: datetime | None = None, *, visible_at: datetime | None = None,
        page: str = "https://www.acme.example/", **answers: str,
    ) -> None:  # fmt: skip
        """Somebody fills in a form (by id or name; a new name is a new form); a new address makes a contact."""
        at = at or self.clock()
        with self.lock:
            guid = form if form in self.forms else self._form(form)
            values = [{"name": "email", "value": email, "objectTypeId": "0-1"}]
            values += [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in answers.items()]
            submission = {
                "conversionId": f"conversion-{next(self._numbers)}", "submittedAt": _ms(at), "values": values,
                "pageUrl": page,
            }  # fmt: skip
            self.forms[guid].add(visible_at or self.clock(), submission)
            contact = self.contacts.by("email", email) or self.contacts.create({"email": email}, API_SOURCE)
            self.contacts.change(contact, {"recent_conversion_date": iso(at)}, ("FORM", guid, None))

    def mail(self, kind: str, email: str, at: datetime | None = None, **more: Any) -> None:
        """Something happens with an e-mail: OPEN, CLICK, BOUNCE, SENT …"""
        with self.lock:
            event = {
                "id": f"event-{next(self._numbers)}", "created": _ms(at or self.clock()), "type": kind,
                "recipient": email, "portalId": 12345, "appId": 113, "emailCampaignId": 987, **more,
            }  # fmt: skip
            for line in (self.events, self.events_of[kind]):
                insort(line, event, key=lambda one: one["created"])

    def opt_out(self, record_id: str) -> None:
        """The person no longer wants to be mailed."""
        with self.lock:
            contact = self._record("contacts", record_id)
            self.contacts.change(contact, {"hs_email_optout": "true"}, ("EMAIL", "", None))

    def view_pages(self, record_id: str, pages: int) -> None:
        """The tracking code saw the person; only the counter tells."""
        with self.lock:
            contact = self._record("contacts", record_id)
            seen = int(contact.values.get("hs_analytics_num_page_views") or 0) + pages
            values = {
                "hs_analytics_num_page_views": str(seen), "hs_analytics_last_timestamp": iso(self.clock()),
            }  # fmt: skip
            self.contacts.change(contact, values, ("ANALYTICS", "", None))

    def delete(self, record_id: str, object_name: str = "contacts") -> None:
        """Into the recycle bin."""
        with self.lock:
            self.objects[object_name].delete(self._record(object_name, record_id))

    def erase(self, record_id: str) -> None:
        """A person's right: gone without a trace."""
        with self.lock:
            self.contacts.erase(self._record("contacts", record_id))

    def merge(self, loser: str, survivor: str) -> None:
        """Two contacts become one."""
        with self.lock:
            self.contacts.merge(self._record("contacts", loser), self._record("contacts", survivor))

    def add_deal(self, contact: str, stage: str = "appointmentscheduled", **values: str) -> str:
        """Sales opens a deal with a contact; its id."""
        with self.lock:
            deal = self.objects["deals"].create({"dealname": "A deal", **values}, by_user(SALES_USER))
            self.link("deals", deal.id, "contacts", int(contact))
        self.move_deal(str(deal.id), stage)
        return str(deal.id)

    def move_deal(self, deal: str, stage: str, **values: str) -> None:
        """A deal changes its stage; HubSpot works out whether it is closed, and won."""
        closed = {"hs_is_closed": _word(stage.startswith("closed")), "hs_is_closed_won": _word(stage == "closedwon")}
        self.edit(deal, {"dealstage": stage, **closed, **values}, "deals")

    def add_lead(self, contact: str, stage: str = "new-stage-id") -> str:
        """Sales takes a contact up as a lead; its id."""
        with self.lock:
            values = {"hs_lead_name": "A lead", "hs_pipeline_stage": stage, "hs_pipeline": "lead-pipeline-id"}
            lead = self.objects["leads"].create(values, by_user(SALES_USER))
            self.link("leads", lead.id, "contacts", int(contact))
            return str(lead.id)

    # What is so now.

    def values(self, record_id: str, object_name: str = "contacts") -> Mapping[str, str]:
        """A record's values as they stand, through merges."""
        with self.lock:
            return dict(self._record(object_name, record_id).values)

    def hanging_on(self, contact: str, object_name: str) -> list[Mapping[str, str]]:
        """Tasks or notes of a contact."""
        with self.lock:
            ids = self.links.get(("contacts", object_name), {}).get(int(contact), [])
            return [self.objects[object_name].live[one].values for one in ids]

    def link(self, from_object: str, from_id: int, to_object: str, to_id: int) -> None:
        """Associate two records, in both directions."""
        self.links.setdefault((from_object, to_object), {}).setdefault(from_id, []).append(to_id)
        self.links.setdefault((to_object, from_object), {}).setdefault(to_id, []).append(from_id)

    def _record(self, object_name: str, record_id: str) -> SimRecord:
        record = self.objects[object_name].find(record_id)
        if record is None:
            raise KeyError(f"{object_name} {record_id}")
        return record

    def _form(self, name: str) -> str:
        return next((form.id for form in self.forms.values() if form.name == name), None) or self.add_form(name)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _word(told: bool) -> str:
    return "true" if told else "false"
