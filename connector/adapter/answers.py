"""What an adapter found out about several writes, put together from the parts that asked for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.model import LeadWrite, ReadBack


def of_kind(writes: Iterable[LeadWrite], *kinds: str) -> list[LeadWrite]:
    """The writes of these kinds, in their order."""
    return [write for write in writes if write.kind in kinds]


def in_order(writes: Iterable[LeadWrite], *answers: Iterable[ReadBack]) -> Sequence[ReadBack]:
    """One answer for each write, in the order of the writes. Every write must have been answered by some part."""
    found = {answer.effect: answer for part in answers for answer in part}
    return [found[write.effect] for write in writes]
