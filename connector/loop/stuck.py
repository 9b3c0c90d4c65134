"""Records about which a platform answers with an error, while it answers about others: none holds up those behind it.

One error says nothing about whose it is: the record's, or the platform's. So the record is put off and the next one
is asked for. An answer to that one shows that the trouble was the record's own, and it is a reject until it was read.
As many errors in a row as `MOST` mean the platform, and stop the stream.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from connector.adapter.apart import MOST, may_be_its_own, may_be_of_one_read
from connector.errors import LeadloopError, RecordError
from connector.loop.context import Crm, Loop, Marketing
from connector.loop.tally import Tally
from connector.state import reading

__all__ = ["FIRST_WAIT", "LONGEST_WAIT", "MOST", "Stuck", "may_be_its_own"]

FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(days=1)
"""How long a record is put off: twice as long with each time."""


class Stuck:
    """The contacts, or records of a CRM, that one turn of a stream did not get an answer about."""

    def __init__(self, loop: Loop, source: Marketing | Crm, stream: str, tally: Tally) -> None:
        self._loop = loop
        self._source = source
        self._stream = stream
        self._tally = tally
        self._in_a_row: list[tuple[str, LeadloopError]] = []

    def put_off(self, id_: str, error: LeadloopError) -> None:
        """Ask about this one later. Raises the error when it is not, or no longer, taken for its own."""
        if self._loop.stopping() or not may_be_of_one_read(error):
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
        """The platform answers about others: what failed before was the records' own."""
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
