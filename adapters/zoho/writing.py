"""A batch of writes becomes calls, and each write gets its own outcome.

What becomes of a call that fails: see `connector.adapter.Sending`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from adapters.zoho import saving, tags, tasks
from adapters.zoho.account import Account
from adapters.zoho.api import MAX_IDS, Api
from connector.adapter import Send, Sending
from connector.adapter.usable import check_write, stop_if_nothing_fits
from connector.errors import RemoteRefusal
from connector.model import LeadWrite, Outcome

Sender = Callable[[Account, Api, Sequence[LeadWrite]], list[Outcome]]
SENDERS: Final[dict[str, Sender]] = {
    "record": saving.send, "tag": tags.send, "task": tasks.send, "note": tasks.send,
}  # fmt: skip
ORDER: Final = tuple(SENDERS)


class Route(NamedTuple):
    """What writes of one call share. `turn` counts the writes of one record; `tag` is put there or taken away."""

    kind: str
    turn: int
    object: str
    is_new: bool
    tag: str
    on: bool


class Batch:
    """One batch of one account."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def write(self, batch: Sequence[LeadWrite]) -> list[Outcome]:
        """One outcome per write, in the order given. Raises only when nothing of the batch has gone out.

        Raises ConfigError when every write names a field that nobody has: it is the mapping's, and nobody's record.
        """
        sending = _Sending()
        fit = [write for write in batch if sending.fits(write, self._check)]
        if not fit:
            stop_if_nothing_fits(list(sending.outcomes.values()), "Zoho", self.account.options.connection)
        for send, writes in self._calls(fit):
            sending.attempt(send, writes)
        return sending.outcomes_of(batch)

    def _check(self, write: LeadWrite) -> None:
        check_write(write, SENDERS, "Zoho")
        if write.kind == "record":
            saving.check(self.account, write)
        elif write.kind == "tag":
            tags.check(write)

    def _calls(self, writes: Sequence[LeadWrite]) -> Iterator[tuple[Send, Sequence[LeadWrite]]]:
        groups: dict[Route, list[LeadWrite]] = {}
        turns: Counter[tuple[str, str]] = Counter()
        for write in writes:
            turn = 0
            if write.kind == "record":  # one call takes each record once: a second write of it goes behind the first
                identity = write.object, write.record_id or write.key
                turn = turns[identity]
                turns[identity] += 1
            route = Route(write.kind, turn, write.object, write.record_id is None, write.name, write.on)
            groups.setdefault(route, []).append(write)
        for route, group in sorted(groups.items(), key=lambda one: (ORDER.index(one[0].kind), one[0].turn)):
            for start in range(0, len(group), MAX_IDS):
                yield self._sender(SENDERS[route.kind]), group[start : start + MAX_IDS]

    def _sender(self, sender: Sender) -> Send:
        def send(some: Sequence[LeadWrite]) -> Sequence[Outcome]:
            # A call is paid for as a whole: one fresh lead takes its companions along.
            return sender(self.account, self.account.api.with_reserve(any(write.fresh for write in some)), some)

        return send


class _Sending(Sending):
    def is_for_all(self, refusal: RemoteRefusal) -> bool:
        """A missing module or feature is missing for every row."""
        return refusal.means == "config"
