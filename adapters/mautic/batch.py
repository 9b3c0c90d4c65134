"""A batch of feedback becomes calls, and each write gets its own outcome.

Order for a lead: fields, tags, stage, segments, notes. What becomes of a call that fails: see
`connector.adapter.Sending`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.mautic.naming import Names
from adapters.mautic.spec import BATCH
from adapters.mautic.writes import PLACES, contact_id, place_path, send_items, send_note, send_place
from connector.adapter import Client, NotDone, Send, Sending
from connector.errors import RecordError, RemoteRefusal
from connector.model import LeadWrite, Outcome

ORDER: Final = ("field", "tag", "stage", "list", "note")


class Batch:
    """One batch, with the account's names of stages and segments."""

    def __init__(self, client: Client, names: Names) -> None:
        self._client = client
        self._names = names

    def write_back(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
        sending = _Sending()
        fit = [write for write in batch if sending.fits(write, self._check)]
        for send, writes in self._calls(fit):
            sending.attempt(send, writes)
        return sending.outcomes_of(batch)

    def _calls(self, writes: Sequence[LeadWrite]) -> Iterator[tuple[Send, Sequence[LeadWrite]]]:
        """Fields together, tags together, the rest one by one."""
        for kind in ORDER:
            some = [write for write in writes if write.kind == kind]
            size = BATCH if kind in ("field", "tag") else 1
            for start in range(0, len(some), size):
                yield self._sender(kind), some[start : start + size]

    def _sender(self, kind: str) -> Send:
        if kind in PLACES:
            return lambda some: send_place(self._client, self._names, some)
        send = send_note if kind == "note" else send_items
        return lambda some: send(self._client, some)

    def _check(self, write: LeadWrite) -> None:
        contact_id(write)
        if write.kind in PLACES:
            place_path(self._names, write)
        elif write.kind == "note" and not write.fields.get("body"):
            raise RecordError("the note is empty", code="empty_note", place=write.effect)
        elif write.kind not in ORDER:
            raise RecordError(f"Mautic takes no {write.kind}", code="unsupported_kind", place=write.effect)


class _Sending(Sending):
    def status_of(self, refusal: RemoteRefusal) -> NotDone:
        """Every write names a contact by its id, so a 409 (undocumented) does not mean that another one exists."""
        return "rejected"
