"""A batch of writes on its way: which calls were tried, and what became of each write.

A call that is refused as a whole is cut in halves until the bad write is alone, so that it sinks nobody else. Once
something of the batch has gone out, trouble of the whole account no longer raises: what is left is answered "again
later", and nothing that was done is forgotten. What a call carries, and in which order calls go, is the platform's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

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

Send = Callable[[Sequence[LeadWrite]], Sequence[Outcome]]
"""One call with these writes: one outcome for each, or an error of connector.errors for all."""
NotDone = Literal["rejected", "conflict", "unknown"]
PAUSE_S: Final = 60.0
"""How long a write is put off when the trouble names no time."""


class Sending:
    """What became of each write of one batch so far. The methods named for a question may be overridden."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self._stopped: LeadloopError | None = None
        self._sent = False

    def fits(self, write: LeadWrite, check: Callable[[LeadWrite], object]) -> bool:
        """Can this write travel at all? If `check` raises RecordError, its outcome says why, and no call is spent."""
        try:
            check(write)
        except RecordError as error:
            self.refuse([write], "rejected", error)
            return False
        return True

    def attempt(self, send: Send, writes: Sequence[LeadWrite]) -> None:
        """Send one call and keep its outcomes.

        Raises AuthError and RetryableError (QuotaError, too) as long as the batch has not begun.
        """
        if self._stopped is not None:
            self.put_off(writes, self._stopped)
            return
        try:
            outcomes = send(writes)
        except RemoteRefusal as refusal:
            self._refused(send, writes, refusal)
        except (UnknownOutcome, ContractError) as error:
            # An answer that nobody documented does not say that nothing was applied.
            self._sent = True
            self.refuse(writes, "unknown", error)
        except QuotaError as error:
            self.limited(send, writes, error)
        except (AuthError, RetryableError) as error:
            self.stop(writes, error)
        else:
            self._sent = True
            self.outcomes |= {outcome.effect: outcome for outcome in outcomes}

    def halve(self, send: Send, writes: Sequence[LeadWrite]) -> None:
        """Try each half of a call on its own."""
        middle = len(writes) // 2
        self.attempt(send, writes[:middle])
        self.attempt(send, writes[middle:])

    def stop(self, writes: Sequence[LeadWrite], error: LeadloopError) -> None:
        """Trouble of the whole account: raised if the batch has not begun, else these and all later writes wait."""
        if not self.has_begun():
            raise error
        self._stopped = error
        self.put_off(writes, error)

    def put_off(self, writes: Sequence[LeadWrite], error: LeadloopError, otherwise_s: float = PAUSE_S) -> None:
        """These writes are to be sent again: when the error says, else after `otherwise_s`."""
        told: float | None = getattr(error, "retry_after_s", None)
        self.refuse(writes, "rejected", error, wait_s=otherwise_s if told is None else float(told))

    def refuse(
        self,
        writes: Sequence[LeadWrite],
        status: NotDone,
        error: LeadloopError,
        *,
        wait_s: float | None = None,
        moved: bool = False,
    ) -> None:
        """Give all these writes the same outcome, in the words of the error."""
        for write in writes:
            self.outcomes[write.effect] = Outcome(
                write.effect, status, record_id=write.record_id, code=error.code, text=error.message,
                field=getattr(error, "field", None), retry_after_s=wait_s, moved=moved, hint=error.hint,
            )  # fmt: skip

    def outcomes_of(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Every write must have been attempted or found not to fit."""
        return [self.outcomes[write.effect] for write in batch]

    def has_begun(self) -> bool:
        """Is there something to lose if trouble of the account raised? Yes, once the platform has judged a call."""
        return self._sent

    def is_for_all(self, refusal: RemoteRefusal) -> bool:
        """Does this refusal hold for every write of its call, so that halves would only repeat it?"""
        return False

    def status_of(self, refusal: RemoteRefusal) -> NotDone:
        """What is the outcome of a write that is refused alone?"""
        return "conflict" if refusal.means == "conflict" else "rejected"

    def limited(self, send: Send, writes: Sequence[LeadWrite], error: QuotaError) -> None:
        """What does a spent budget stop? The rest of the batch, unless the platform also counts per record."""
        self.stop(writes, error)

    def _refused(self, send: Send, writes: Sequence[LeadWrite], refusal: RemoteRefusal) -> None:
        self._sent = True
        if len(writes) > 1 and not self.is_for_all(refusal):
            self.halve(send, writes)
        else:
            self.refuse(writes, self.status_of(refusal), refusal, moved=refusal.means == "gone")
