"""Contacts about which a platform answers with an error, while it answers about others: none holds up those behind it.

One error says nothing about whose it is: the contact's, or the platform's. So the contact is put off and the next one
is asked for. An answer to that one shows that the trouble was the contact's own, and it is a reject until it was read.
As many errors in a row as `MOST` mean the platform, and stop the stream.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from connector.errors import ContractError, LeadloopError, QuotaError, RecordError, RetryableError
from connector.loop.context import Loop, Marketing
from connector.loop.tally import Tally
from connector.state import reading

MOST: Final = 3
"""Errors in a row that are not taken for the contacts' own any more."""
FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(days=1)
"""How long a contact is put off: twice as long with each time."""
_OF_ALL: Final = frozenset({"dns", "unreachable", "tls", "lease_held", "lease_lost", "sign_in_unavailable"})
"""Codes of trouble that no contact makes."""


class Stuck:
    """The contacts that one turn of a stream did not get an answer about."""

    def __init__(self, loop: Loop, source: Marketing, stream: str, tally: Tally) -> None:
        self._loop = loop
        self._source = source
        self._stream = stream
        self._tally = tally
        self._in_a_row: list[tuple[str, LeadloopError]] = []

    def put_off(self, id_: str, error: LeadloopError) -> None:
        """Ask about this contact later. Raises the error when it is not, or no longer, taken for this contact's own."""
        if self._loop.stopping() or not may_be_its_own(error):
            raise error
        with self._loop.store.write(durable=False, step=True) as tx:
            times = reading.put_off(
                tx, self._source.name, self._stream, id_, self._loop.world.now(), FIRST_WAIT, LONGEST_WAIT
            )
        self._in_a_row.append((id_, error))
        if times >= MOST:
            self._reject(id_, error)
        if len(self._in_a_row) >= MOST:
            raise error

    def answered(self) -> None:
        """The platform answers about others: what failed before was the contacts' own."""
        for id_, error in self._in_a_row:
            self._reject(id_, error)
        self._in_a_row.clear()

    def end(self) -> None:
        """The turn is over. Raises the last error if nothing was answered since: whose it was is not known."""
        if self._in_a_row:
            raise self._in_a_row[-1][1]

    def _reject(self, id_: str, error: LeadloopError) -> None:
        named = RecordError(
            error.message, code=error.code, place=id_, hint=error.hint or "it is asked for again, less and less often"
        )
        at = self._loop.world.now()
        with self._loop.store.write(durable=False, step=True) as tx:
            news = reading.add_reject(tx, self._source.name, self._stream, id_, named, at, run=self._loop.run)
        self._tally.read += 1
        self._tally.rejected += 1
        self._tally.new_rejects += news


def may_be_its_own(error: LeadloopError) -> bool:
    """May this be about one contact alone? Not a spent budget, nor what the platform says that all have to wait for."""
    if isinstance(error, QuotaError):
        return False
    if isinstance(error, RetryableError):
        return error.retry_after_s is None and error.code not in _OF_ALL
    return isinstance(error, ContractError | RecordError)
