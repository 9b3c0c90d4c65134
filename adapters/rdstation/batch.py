"""A batch of feedback becomes calls, and each write gets its own outcome.

Order for a lead: fields, tag, stage, event. What becomes of a call that fails: see `connector.adapter.Sending`; here
also a limit per lead, which parks that lead alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from adapters.rdstation import events
from adapters.rdstation.address import contact_path
from adapters.rdstation.spec import LEAD_LIMITER
from adapters.rdstation.writes import send_fields, send_stage, send_tag
from connector.adapter import Client, Send, Sending
from connector.errors import QuotaError, RecordError, RemoteRefusal
from connector.model import LeadWrite, Outcome

SENDERS: Final[Mapping[str, Callable[[Client, Sequence[LeadWrite]], list[Outcome]]]] = {
    "field": send_fields, "tag": send_tag, "stage": send_stage, "event": events.send_events,
}  # fmt: skip
DAY_S: Final = 86_400.0


def write_back(client: Client, batch: Sequence[LeadWrite]) -> list[Outcome]:
    """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
    sending = _Sending()
    fit = [write for write in batch if sending.fits(write, _check)]
    for kind, writes in _calls(fit):
        sending.attempt(partial(SENDERS[kind], client), writes)
    return sending.outcomes_of(batch)


def _calls(fit: Sequence[LeadWrite]) -> Iterator[tuple[str, list[LeadWrite]]]:
    """Writes grouped as they travel: fields by contact, events together, the rest one by one."""
    by_contact: dict[str, list[LeadWrite]] = {}
    for write in (one for one in fit if one.kind == "field"):
        by_contact.setdefault(contact_path(write), []).append(write)
    yield from (("field", group) for group in by_contact.values())
    for kind in ("tag", "stage"):
        yield from ((kind, [write]) for write in fit if write.kind == kind)
    yield from (("event", group) for group in events.calls([write for write in fit if write.kind == "event"]))


def _check(write: LeadWrite) -> None:
    if write.kind not in SENDERS:
        raise RecordError(f"RD Station takes no {write.kind}", code="unsupported_kind", place=write.effect)
    contact_path(write)
    if write.kind == "event":
        events.event_of(write)


class _Sending(Sending):
    """RD Station counts calls per lead, too, and most calls are about one contact."""

    def has_begun(self) -> bool:
        """Nothing is lost until a write has its outcome: a refused call that is still being cut applied nothing."""
        return bool(self.outcomes)

    def is_for_all(self, refusal: RemoteRefusal) -> bool:
        """Writes that share a call about one contact are gone together."""
        return refusal.means == "gone"

    def limited(self, send: Send, writes: Sequence[LeadWrite], error: QuotaError) -> None:
        """A limit of one contact parks that contact; one of the account stops the rest."""
        if error.record is None and error.code != LEAD_LIMITER:
            self.stop(writes, error)
        elif len({write.key for write in writes}) > 1:
            self.halve(send, writes)
        else:
            self.put_off(writes, error, DAY_S)
