"""A batch of feedback becomes calls, and each write gets its own outcome.

Order for a lead: fields, tag, stage, event. A refused call that carried several writes is cut in halves until the bad
one is alone, so that it sinks nobody else. Once something of the batch has gone out, trouble of the whole account no
longer raises: what is left is answered "again later", and nothing that was done is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from adapters.rdstation import events
from adapters.rdstation.address import contact_path
from adapters.rdstation.spec import LEAD_LIMITER
from adapters.rdstation.writes import send_fields, send_stage, send_tag
from connector.adapter import Client
from connector.errors import (
    AuthError,
    ContractError,
    LeadloopError,
    QuotaError,
    RecordError,
    RemoteRefusal,
    RetryableError,
    UnknownOutcome,
)
from connector.model import LeadWrite, Outcome

Send = Callable[[Client, Sequence[LeadWrite]], list[Outcome]]
SENDERS: Final[Mapping[str, Send]] = {
    "field": send_fields, "tag": send_tag, "stage": send_stage, "event": events.send_events,
}  # fmt: skip
PAUSE_S: Final = 60.0
DAY_S: Final = 86_400.0


def write_back(client: Client, batch: Sequence[LeadWrite]) -> list[Outcome]:
    """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
    log = _Log(client)
    for send, writes in _calls(batch, log):
        log.attempt(send, writes)
    return [log.outcomes[write.effect] for write in batch]


def _calls(batch: Sequence[LeadWrite], log: _Log) -> Iterator[tuple[Send, list[LeadWrite]]]:
    """Writes grouped as they travel: fields by contact, events together, the rest one by one."""
    fit = [write for write in batch if log.fits(write)]
    by_contact: dict[str, list[LeadWrite]] = {}
    for write in (one for one in fit if one.kind == "field"):
        by_contact.setdefault(contact_path(write), []).append(write)
    yield from ((send_fields, group) for group in by_contact.values())
    for kind in ("tag", "stage"):
        yield from ((SENDERS[kind], [write]) for write in fit if write.kind == kind)
    for group in events.calls([write for write in fit if write.kind == "event"]):
        yield events.send_events, group


class _Log:
    """What became of each write so far."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.outcomes: dict[str, Outcome] = {}
        self.stopped: LeadloopError | None = None

    def fits(self, write: LeadWrite) -> bool:
        """Can this write travel at all? If not, its outcome says why, and no call is spent."""
        try:
            _check(write)
        except RecordError as error:
            self._all([write], "rejected", error)
            return False
        return True

    def attempt(self, send: Send, writes: Sequence[LeadWrite]) -> None:
        """Send one call and keep its outcomes."""
        if self.stopped is not None:
            self._all(writes, "rejected", self.stopped, wait_s=_wait_s(self.stopped, PAUSE_S))
            return
        try:
            for outcome in send(self.client, writes):
                self.outcomes[outcome.effect] = outcome
        except RemoteRefusal as refusal:
            self._refused(send, writes, refusal)
        except (UnknownOutcome, ContractError) as error:
            # An answer that nobody documented does not say that nothing was applied.
            self._all(writes, "unknown", error)
        except QuotaError as error:
            self._spent(send, writes, error)
        except (AuthError, RetryableError) as error:
            self._stop(writes, error)

    def _refused(self, send: Send, writes: Sequence[LeadWrite], refusal: RemoteRefusal) -> None:
        if len(writes) > 1 and refusal.means != "gone":
            self._halves(send, writes)
        elif refusal.means == "conflict":
            self._all(writes, "conflict", refusal)
        else:
            self._all(writes, "rejected", refusal, moved=refusal.means == "gone")

    def _spent(self, send: Send, writes: Sequence[LeadWrite], error: QuotaError) -> None:
        """A limit of one contact parks that contact; one of the account stops the rest."""
        if error.record is None and error.code != LEAD_LIMITER:
            self._stop(writes, error)
        elif len({write.key for write in writes}) > 1:
            self._halves(send, writes)
        else:
            self._all(writes, "rejected", error, wait_s=_wait_s(error, DAY_S))

    def _halves(self, send: Send, writes: Sequence[LeadWrite]) -> None:
        middle = len(writes) // 2
        self.attempt(send, writes[:middle])
        self.attempt(send, writes[middle:])

    def _stop(self, writes: Sequence[LeadWrite], error: LeadloopError) -> None:
        if not self.outcomes:
            raise error
        self.stopped = error
        self._all(writes, "rejected", error, wait_s=_wait_s(error, PAUSE_S))

    def _all(
        self,
        writes: Sequence[LeadWrite],
        status: str,
        error: LeadloopError,
        *,
        wait_s: float | None = None,
        moved: bool = False,
    ) -> None:
        for write in writes:
            self.outcomes[write.effect] = Outcome(
                write.effect,
                status,  # type: ignore[arg-type]  # one of Outcome's words, given by the callers above
                record_id=write.record_id,
                code=error.code,
                text=error.message,
                field=getattr(error, "field", None),
                retry_after_s=wait_s,
                moved=moved,
            )


def _check(write: LeadWrite) -> None:
    if write.kind not in SENDERS:
        raise RecordError(f"RD Station takes no {write.kind}", code="unsupported_kind", place=write.effect)
    contact_path(write)
    if write.kind == "event":
        events.event_of(write)


def _wait_s(error: LeadloopError, otherwise_s: float) -> float:
    told = getattr(error, "retry_after_s", None)
    return otherwise_s if told is None else float(told)
