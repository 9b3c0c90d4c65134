"""Records of a CRM that were not read whole (see `Unread`): named in the store, and asked for again.

Which of them the platform answers about, and what of it is a reject, is told by `connector.loop.stuck`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from connector.adapter import ToRead, Unread
from connector.errors import LeadloopError
from connector.loop.context import Crm, Loop
from connector.loop.stuck import Stuck
from connector.model import CrmRecord
from connector.state import reading
from connector.state.store import Tx

STREAM = "decisions"
AT_ONCE = 100
"""How many names are taken from the store at once."""
Save = Callable[[str, CrmRecord | None], None]
"""Saves a record that was read by its name; None: it is no more."""


def name_of(object_name: str, id_: str) -> str:
    """What a record is called in the store, and in its reject."""
    return f"{object_name} {id_}"


def remember(tx: Tx, crm: Crm, unread: Sequence[Unread], at: datetime) -> None:
    """Name them, in the transaction of their page. Those who were not asked about come before those who failed."""
    reading.want_read(
        tx,
        crm.name,
        [
            ToRead("decisions", name_of(one.object, one.id), changed_at=at if one.error is None else None)
            for one in unread
        ],
    )


def put_off(stuck: Stuck, unread: Sequence[Unread], *, others: bool) -> LeadloopError | None:
    """Ask about these later; the error that is nobody's own, if there is one. `others`: the page told of other records.

    The walk goes on all the same: after so many errors in a row it asks about nobody any more and only names them, and
    the mark of some walks moves at their end alone.
    """
    is_answered = others and all(one.error is not None for one in unread)
    trouble: LeadloopError | None = None
    for one in unread:
        if one.error is not None:
            try:
                stuck.put_off(name_of(one.object, one.id), one.error)
            except LeadloopError as error:
                trouble = error
            if is_answered:
                stuck.answered()
    if is_answered:
        stuck.answered()
    return trouble


def read_again(loop: Loop, crm: Crm, stuck: Stuck, save: Save) -> None:
    """Ask for what was put off and is due, and for what was not asked about. Raises what is nobody's own."""
    while not loop.stopping():
        wanted = reading.next_reads(loop.store.read(), crm.name, STREAM, AT_ONCE, loop.world.now())
        if not wanted:
            stuck.end()
            return
        for name, _ in wanted:
            if loop.stopping():
                return
            object_name, _, id_ = name.partition(" ")
            try:
                record = crm.adapter.record(object_name, id_)
            except LeadloopError as error:
                stuck.put_off(name, error)
                continue
            stuck.answered()
            save(name, record)
