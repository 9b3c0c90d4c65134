"""A batch of feedback becomes calls, and each write gets its own outcome.

Order for a lead: columns, then events. What becomes of a call that fails: see `connector.adapter.Sending`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from adapters.acton.lists import Lists
from adapters.acton.writes import check_columns, check_event, contact_id, send_event, send_fields
from connector.adapter import Client, NotDone, Send, Sending
from connector.errors import RecordError, RemoteRefusal
from connector.model import LeadWrite, Outcome


def write_back(client: Client, lists: Lists, batch: Sequence[LeadWrite]) -> list[Outcome]:
    """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
    sending = _Sending()
    fit = [write for write in batch if sending.fits(write, partial(_check, lists))]
    for send, writes in _calls(client, fit):
        sending.attempt(send, writes)
    return sending.outcomes_of(batch)


def _calls(client: Client, fit: Sequence[LeadWrite]) -> Iterator[tuple[Send, list[LeadWrite]]]:
    """Columns grouped by record, events one by one."""
    by_record: dict[str, list[LeadWrite]] = {}
    for write in (one for one in fit if one.kind == "field"):
        by_record.setdefault(contact_id(write), []).append(write)
    yield from ((partial(send_fields, client), group) for group in by_record.values())
    yield from ((partial(send_event, client), [write]) for write in fit if write.kind == "event")


def _check(lists: Lists, write: LeadWrite) -> None:
    if write.kind == "field":
        check_columns(lists, write)
    elif write.kind == "event":
        check_event(write)
    else:
        raise RecordError(f"Act-On takes no {write.kind}", code="unsupported_kind", place=write.effect)


class _Sending(Sending):
    def is_for_all(self, refusal: RemoteRefusal) -> bool:
        """Writes that share a call about one record are gone together."""
        return refusal.means == "gone"

    def status_of(self, refusal: RemoteRefusal) -> NotDone:
        """Every write names a record by its id, so a 409 (undocumented) does not mean that another one exists."""
        return "rejected"
