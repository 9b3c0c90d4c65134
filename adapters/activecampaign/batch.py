"""A batch of feedback becomes calls, and each write gets its own outcome.

Order for a lead: fields, tags, notes. Fields of many contacts go into an import, those of a few, of fresh leads, and
of whoever an import refused go one by one. What becomes of a call that fails: see `connector.adapter.Sending`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from adapters.activecampaign.fields import Fields
from adapters.activecampaign.imports import WORTH_IT, is_importable, send_import
from adapters.activecampaign.naming import Names
from adapters.activecampaign.people import People
from adapters.activecampaign.spec import BATCH
from adapters.activecampaign.writes import body_of, contact_id, send_fields, send_note, send_tag
from connector.adapter import Client, NotDone, Send, Sending
from connector.errors import RecordError, RemoteRefusal
from connector.model import LeadWrite, Outcome

ECHO: Final = timedelta(hours=1)
"""How long after a write the contact may show as changed by it: an import takes a while."""
ORDER: Final = ("field", "tag", "note")


class Batch:
    """Sends batches of one account.

    `alone`: effects that an import refused, without saying why. `written`: whom we wrote to lately, and when: such a
    contact comes back as changed (see `changes`).
    """

    def __init__(self, client: Client, people: People, fields: Fields, names: Names) -> None:
        self._client = client
        self._people = people
        self._fields = fields
        self._names = names
        self.alone: set[str] = set()
        self.written: dict[str, datetime] = {}

    def write_back(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
        sending = _Sending()
        fit = [write for write in batch if sending.fits(write, self._check)]
        for send, writes in self._calls(fit):
            sending.attempt(send, writes)
        outcomes = sending.outcomes_of(batch)
        self._remember([told.record_id for told in outcomes if told.status not in ("rejected", "conflict")])
        return outcomes

    def _remember(self, ids: Iterable[str | None]) -> None:
        now = self._client.now()
        kept = {id_: at for id_, at in self.written.items() if now - at < ECHO}
        self.written = {**kept, **{id_: now for id_ in ids if id_ is not None}}

    def _calls(self, writes: Sequence[LeadWrite]) -> Iterator[tuple[Send, Sequence[LeadWrite]]]:
        many = [write for write in writes if self._may_import(write)]
        if len(many) < WORTH_IT:
            many = []
        for start in range(0, len(many), BATCH):
            yield self._import, many[start : start + BATCH]
        imported = {write.effect for write in many}
        for write in sorted(writes, key=lambda one: ORDER.index(one.kind)):
            if write.effect not in imported:
                yield self._sender(write.kind), [write]

    def _may_import(self, write: LeadWrite) -> bool:
        return write.kind == "field" and write.effect not in self.alone and is_importable(write)

    def _import(self, some: Sequence[LeadWrite]) -> Sequence[Outcome]:
        return send_import(self._client, self._people, self._fields, some)

    def _sender(self, kind: str) -> Send:
        if kind == "field":
            return lambda some: send_fields(self._client, self._fields, some)
        if kind == "tag":
            return lambda some: send_tag(self._client, self._names, some)
        return lambda some: send_note(self._client, some)

    def _check(self, write: LeadWrite) -> None:
        contact_id(write)
        if write.kind == "field":
            self._fields.body_of(write.fields)
        elif write.kind == "note":
            body_of(write)
        elif write.kind == "tag" and not write.name:
            raise RecordError("the tag has no name", code="no_tag", place=write.effect)
        elif write.kind not in ORDER:
            raise RecordError(f"ActiveCampaign takes no {write.kind}", code="unsupported_kind", place=write.effect)


class _Sending(Sending):
    def status_of(self, refusal: RemoteRefusal) -> NotDone:
        """Every write names a contact by its id, so a conflict does not mean that another one stands for the person."""
        return "rejected"
