"""Many are asked about at once: an error about one of them holds up none of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from msgspec import Struct, field

from connector.errors import LeadloopError, RecordError, RemoteRefusal
from connector.loop.stuck import may_be_its_own

MOST: Final = 5
"""Errors in a row, about those asked for one by one, that are not taken for their own any more."""
_OF_ONE: Final = ("record", "gone", "conflict")
"""What a refusal means that may be one person's; a field that is missing is everybody's."""

T = TypeVar("T")
A = TypeVar("A")


class Failed(Struct):
    """Errors by the number of who they are about.

    `own` are of one alone, as others were answered about; whose the `open` ones are nobody knows.
    """

    own: dict[int, LeadloopError] = field(default_factory=dict)
    open: dict[int, LeadloopError] = field(default_factory=dict)

    @property
    def all(self) -> dict[int, LeadloopError]:
        """Both."""
        return self.own | self.open

    @property
    def last(self) -> LeadloopError | None:
        """One of them, for a line of the report."""
        return next(reversed(self.all.values()), None)

    def add(self, other: Failed) -> None:
        """And those."""
        self.own |= other.own
        self.open |= other.open


def ask_each(ask: Callable[[Sequence[T]], Sequence[A]], items: Mapping[int, T]) -> tuple[dict[int, A], Failed]:
    """Answers and errors by number, asked for all at once if that goes well. `ask` answers in order, each item once.

    Who is in neither was not asked about any more, after `MOST` errors in a row. Raises what by its kind is about the
    account.
    """
    if not items:
        return {}, Failed()
    try:
        return dict(zip(items, ask(list(items.values())), strict=True)), Failed()
    except LeadloopError as error:
        if not _may_be_its_own(error):
            raise
        if len(items) == 1:
            return {}, Failed(open=dict.fromkeys(items, error))
    return _one_by_one(ask, items)


def _one_by_one(ask: Callable[[Sequence[T]], Sequence[A]], items: Mapping[int, T]) -> tuple[dict[int, A], Failed]:
    told: dict[int, A] = {}
    failed = Failed()
    for number, item in items.items():
        try:
            (told[number],) = ask([item])
        except LeadloopError as error:
            if not _may_be_its_own(error):
                raise
            failed.open[number] = error
            if len(failed.open) >= MOST:
                return told, failed
        else:
            failed.own |= failed.open
            failed.open = {}
    return told, Failed(own=failed.all) if told else failed


def _may_be_its_own(error: LeadloopError) -> bool:
    if isinstance(error, RemoteRefusal):
        return error.means in _OF_ONE
    return may_be_its_own(error)


def as_reject(error: LeadloopError, leadloop_id: str) -> RecordError:
    """The reject of a person who cannot be looked for."""
    hint = error.hint or "correct what marketing knows of them, then 'leadloop rejects replay NUMBER'"
    return RecordError(
        f"the CRM was asked for this lead: {error.message}", code=error.code, place=leadloop_id, hint=hint
    )
