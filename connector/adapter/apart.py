"""Records of which a part is told by itself: one about which the platform answers with an error holds up no other.

One error says nothing about whose it is: the record's, or the platform's. So the next record is asked about; after as
many errors in a row as `MOST` nobody is asked any more, and the rest is only named, for the engine to ask later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from connector.adapter.base import Unread
from connector.errors import ContractError, ForbiddenError, LeadloopError, QuotaError, RecordError, RetryableError
from connector.model import CrmRecord

T = TypeVar("T")
MOST: Final = 3
"""Errors in a row that are not taken for the records' own any more."""
_OF_ALL: Final = frozenset({"dns", "unreachable", "tls", "lease_held", "lease_lost", "sign_in_unavailable"})
"""Codes of trouble that no record makes."""


class Apart:
    """The records of one walk, each read by itself."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def read(
        self, object_name: str, rows: Sequence[T], id_of: Callable[[T], str], make: Callable[[T], CrmRecord]
    ) -> tuple[list[CrmRecord], list[Unread]]:
        """The records, and those that could not be read. Raises what is about no single record by its kind."""
        records: list[CrmRecord] = []
        unread: list[Unread] = []
        for row in rows:
            if self._in_a_row >= MOST:
                unread.append(Unread(object_name, id_of(row)))
                continue
            try:
                records.append(make(row))
            except LeadloopError as error:
                if not may_be_of_one_read(error):
                    raise
                self._in_a_row += 1
                unread.append(Unread(object_name, id_of(row), error))
            else:
                self._in_a_row = 0
        return records, unread


class Failures:
    """Of the parts of a walk (forms, messages) those about which the platform answers with an error: the others are
    read, each from where it stands, and the walk ends with the first error. Silence stops it, as `MOST` in a row.
    """

    def __init__(self) -> None:
        self._first: LeadloopError | None = None
        self._in_a_row = 0

    @contextmanager
    def of_one(self) -> Iterator[None]:
        """Around the reading of one part."""
        try:
            yield
        except LeadloopError as error:
            if not may_be_of_one_read(error):
                raise
            self._in_a_row += isinstance(error, RetryableError)
            if self._in_a_row >= MOST:
                raise
            self._first = self._first or error
        else:
            self._in_a_row = 0

    def end(self) -> None:
        """All were read that can be. Raises the first error: a right that one part lacks is no refused sign-in."""
        first = self._first
        if isinstance(first, ForbiddenError):
            raise ContractError(first.message, code=first.code, hint=first.hint) from first
        if first is not None:
            raise first


def told_together(object_name: str, failed: Mapping[str, LeadloopError], *, others: bool) -> list[Unread]:
    """Records of which one batch did not tell a part; where it told of no `others`, a few stand for them all."""
    few = len(failed) if others else MOST
    return [Unread(object_name, id_, error if n < few else None) for n, (id_, error) in enumerate(failed.items())]


def may_be_its_own(error: LeadloopError) -> bool:
    """May this be about one record alone? Not a spent budget, nor what the platform says that all have to wait for."""
    if isinstance(error, QuotaError):
        return False
    if isinstance(error, RetryableError):
        return error.retry_after_s is None and error.code not in _OF_ALL
    return isinstance(error, ContractError | RecordError)


def may_be_of_one_read(error: LeadloopError) -> bool:
    """The same of an error of a reading: what a user may see differs from record to record."""
    return isinstance(error, ForbiddenError) or may_be_its_own(error)
