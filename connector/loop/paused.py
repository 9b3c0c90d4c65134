"""A pause works at once: it is asked in the transaction that claims a batch, and before each request of the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.errors import RetryableError
from connector.http.brake import braked
from connector.loop.context import Loop
from connector.model import LeadWrite, Outcome
from connector.state import operation

WHY = "paused: 'leadloop resume' lets it write again"

Write = Callable[[Sequence[LeadWrite]], Sequence[Outcome]]


class PausedError(RetryableError):
    """A person said stop while a batch was on its way; this request was not sent."""

    default_code = "paused"


def unless_paused(loop: Loop, connection: str, write: Write) -> Write:
    """`write`, whose requests end with a pause of its connection."""

    def brake() -> None:
        if operation.is_paused(loop.store.read(), connection):
            raise PausedError(f"{connection} was paused")

    def stopping(batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        with braked(brake):
            return write(batch)

    return stopping
