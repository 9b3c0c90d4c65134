"""A batch of feedback becomes calls, and each write gets its own outcome.

Order for a lead: fields, tags, stage, segments, notes. A call that is refused as a whole is cut in halves until the bad
write is alone. Once something of the batch has gone out, trouble of the whole account no longer raises: what is left is
answered "again later", and nothing that was done is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from adapters.mautic.naming import Names
from adapters.mautic.spec import BATCH
from adapters.mautic.writes import PLACES, contact_id, place_path, send_items, send_note, send_place
from connector.adapter import Client
from connector.errors import (
    AuthError,
    ContractError,
    LeadloopError,
    RecordError,
    RemoteRefusal,
    RetryableError,
    UnknownOutcome,
)
from connector.model import LeadWrite, Outcome

Send = Callable[[Sequence[LeadWrite]], list[Outcome]]
PAUSE_S: Final = 60.0
ORDER: Final = ("field", "tag", "stage", "list", "note")


class Batch:
    """What became of each write of one batch so far."""

    def __init__(self, client: Client, names: Names) -> None:
        self._client = client
        self._names = names
        self._outcomes: dict[str, Outcome] = {}
        self._stopped: LeadloopError | None = None
        self._sent = False

    def write_back(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Raises only when nothing of the batch has gone out."""
        fit = [write for write in batch if self._fits(write)]
        for send, writes in self._calls(fit):
            self._attempt(send, writes)
        return [self._outcomes[write.effect] for write in batch]

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

    def _fits(self, write: LeadWrite) -> bool:
        """Can this write travel at all? If not, its outcome says why, and no call is spent on it."""
        try:
            contact_id(write)
            if write.kind in PLACES:
                place_path(self._names, write)
            elif write.kind == "note" and not write.fields.get("body"):
                raise RecordError("the note is empty", code="empty_note", place=write.effect)
            elif write.kind not in ORDER:
                raise RecordError(f"Mautic takes no {write.kind}", code="unsupported_kind", place=write.effect)
        except RecordError as error:
            self._all([write], "rejected", error)
            return False
        return True

    def _attempt(self, send: Send, writes: Sequence[LeadWrite]) -> None:
        if self._stopped is not None:
            self._all(writes, "rejected", self._stopped, wait_s=_wait_s(self._stopped))
            return
        try:
            outcomes = send(writes)
        except RemoteRefusal as refusal:
            self._refused(send, writes, refusal)
        except (UnknownOutcome, ContractError) as error:
            # An answer that nobody documented does not say that nothing was applied.
            self._sent = True
            self._all(writes, "unknown", error)
        except (AuthError, RetryableError) as error:
            if not self._sent:
                raise
            self._stopped = error
            self._all(writes, "rejected", error, wait_s=_wait_s(error))
        else:
            self._sent = True
            self._outcomes |= {outcome.effect: outcome for outcome in outcomes}

    def _refused(self, send: Send, writes: Sequence[LeadWrite], refusal: RemoteRefusal) -> None:
        self._sent = True
        if len(writes) > 1:
            middle = len(writes) // 2
            self._attempt(send, writes[:middle])
            self._attempt(send, writes[middle:])
        else:
            self._all(writes, "rejected", refusal, moved=refusal.means == "gone")

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
            self._outcomes[write.effect] = Outcome(
                write.effect,
                status,  # type: ignore[arg-type]  # one of Outcome's words, given by the callers above
                record_id=write.record_id,
                code=error.code,
                text=error.message,
                field=getattr(error, "field", None),
                retry_after_s=wait_s,
                moved=moved,
            )


def _wait_s(error: LeadloopError) -> float:
    told = getattr(error, "retry_after_s", None)
    return PAUSE_S if told is None else float(told)
