"""The marketing adapter of RD Station: what the declaration in `spec` cannot say.

Source: https://developers.rdstation.com/reference, read 2026-11-22.
Quirk:  no feed of changes. Conversions show in the list of contacts (`hot`), removals by comparing all ids (`sweep`);
        edits, tags and opt-outs show only when a contact is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ClassVar, Final
from urllib.parse import quote

from adapters.rdstation import fields, hot, refusals
from adapters.rdstation.batch import write_back
from adapters.rdstation.listing import PAGE_SIZE, ContactList, moment_or_none
from adapters.rdstation.readback import read_back
from adapters.rdstation.spec import SPEC
from adapters.rdstation.sweep import everyone
from connector.adapter import Answer, CheckLine, ContactAnswer, MarketingAdapter, MarketingSpec, Page
from connector.errors import ContractError, RemoteError
from connector.model import Field, Json, LeadWrite, Outcome, ReadBack

EVENT_TYPES: Final = ("CONVERSION", "OPPORTUNITY")
EVENTS_A_PAGE: Final = 10
EVENTS_KEPT: Final = 120


class RdStationMarketing(MarketingAdapter):
    """One account of RD Station Marketing."""

    spec: ClassVar[MarketingSpec] = SPEC
    page_size: ClassVar[int] = PAGE_SIZE

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return refusals.errors_in(answer)

    @classmethod
    def retry_after_s(cls, answer: Answer) -> float | None:
        return refusals.wait_in(answer)

    def check(self) -> Sequence[CheckLine]:
        total = ContactList(self.client, 1).page(1).total
        there = {field.name for field in self.fields()}
        missing = sorted(name for name in self._named_fields() if name.startswith("cf_") and name not in there)
        lines = [
            CheckLine("ok", f"signed in; the lead base has {total} contacts"),
            CheckLine("ok", f"{len(there)} contact fields"),
        ]
        if missing:
            step = f"run 'leadloop prepare {self.options.connection}'"
            lines.append(CheckLine("warn", f"the account has no field {', '.join(missing)}", step))
        return lines

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002
        return fields.fields_of(self.client)

    def prepare_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        return fields.make_fields(self.client, plan)

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        return hot.changes(ContactList(self.client, self.page_size), cursor, self.options.since)

    def everyone(self, cursor: Json | None) -> Iterator[Page[str]]:
        return everyone(ContactList(self.client, self.page_size), cursor)

    def contacts(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        """One call for each, several at once: one after the other would not reach the plan's calls a minute."""
        with ThreadPoolExecutor(max_workers=max(1, self.client.workers)) as pool:
            yield from pool.map(self._contact, ids)

    def activities_of(self, id: str, since: datetime | None) -> Iterator[Page[Json]]:  # noqa: A002
        """Events newest first, back to `since` with the overlap; whatever a page holds is passed on."""
        until = since - hot.OVERLAP if since else None
        for event_type in EVENT_TYPES:
            yield from self._events(id, event_type, until)

    def write_back(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return write_back(self.client, batch)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return read_back(self.client, writes)

    def _named_fields(self) -> set[str]:
        return {name for names in self.options.fields.values() for name in names}

    def _contact(self, uuid: str) -> ContactAnswer:
        """A merged contact answers with its survivor's record, so the id in the answer decides."""
        answer = refusals.found(self.client, f"/platform/contacts/{quote(uuid, safe='')}")
        if answer is None:
            return ContactAnswer(uuid, "gone")
        record = answer.json()
        if not isinstance(record, dict) or not record.get("uuid"):
            raise ContractError(f"contact {uuid} came without its 'uuid'")
        if record["uuid"] != uuid:
            return ContactAnswer(uuid, "merged", record=record, merged_into=str(record["uuid"]))
        return ContactAnswer(uuid, "whole", record=record)

    def _events(self, uuid: str, event_type: str, until: datetime | None) -> Iterator[Page[Json]]:
        path = f"/platform/contacts/{quote(uuid, safe='')}/events"
        for number in range(1, EVENTS_KEPT // EVENTS_A_PAGE + 1):
            query = {"event_type": event_type, "order": "created_at:desc", "page": number}
            answer = refusals.found(self.client, path, params=query)
            events = [] if answer is None else answer.json()
            if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
                raise ContractError(f"the events of contact {uuid} are not a list of events")
            # An event does not say whose it is; the reader of activities asks for `contact_id`.
            yield Page(records=[{**event, "contact_id": uuid} for event in events])
            reached = moment_or_none(events[-1].get("event_timestamp")) if events else None
            if len(events) < EVENTS_A_PAGE or (until and reached and reached < until):
                return
