"""A batch of feedback becomes calls, and each write gets its own outcome.

Order for a lead: fields, lists, activities. What becomes of a call that fails: see `connector.adapter.Sending`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.marketo.events import Events
from adapters.marketo.spec import BATCH
from adapters.marketo.writes import Lists, lead_id, send_fields
from connector.adapter import Client, Send, Sending
from connector.errors import RecordError
from connector.model import LeadWrite, Outcome


class Batch:
    """One batch, its lists and types of activities looked up as its writes name them."""

    def __init__(self, client: Client, lists: Lists, events: Events) -> None:
        self._client = client
        self._lists = lists
        self._events = events

    def write_back(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
        sending = Sending()
        fit = [write for write in batch if sending.fits(write, self._check)]
        for send, writes in self._calls(fit):
            sending.attempt(send, writes)
        return sending.outcomes_of(batch)

    def _calls(self, writes: Sequence[LeadWrite]) -> Iterator[tuple[Send, Sequence[LeadWrite]]]:
        """Writes as they travel: fields together, one list and direction together, activities together."""
        groups: dict[tuple[str, str, bool], list[LeadWrite]] = {}
        for write in sorted(writes, key=lambda one: ("field", "list", "event").index(one.kind)):
            name = write.name if write.kind == "list" else ""
            groups.setdefault((write.kind, name, write.on), []).append(write)
        sends: dict[str, Send] = {
            "field": lambda some: send_fields(self._client, some),
            "list": self._lists.send,
            "event": self._events.send,
        }
        for (kind, _, _), group in groups.items():
            for start in range(0, len(group), BATCH):
                yield sends[kind], group[start : start + BATCH]

    def _check(self, write: LeadWrite) -> None:
        lead_id(write)
        if write.kind == "list":
            self._lists.id_of(write)
        elif write.kind == "event":
            self._events.type_of(write)
        elif write.kind != "field":
            raise RecordError(f"Marketo takes no {write.kind}", code="unsupported_kind", place=write.effect)
