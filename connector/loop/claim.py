"""What may be sent at this instant: asked in the very transaction that claims the rows."""

from __future__ import annotations

from collections.abc import Sequence

from connector.loop import merge
from connector.loop.context import Loop
from connector.model import Consent
from connector.state import contacts, outbox, people
from connector.state.outbox import Row
from connector.state.store import Tx


def may_send(tx: Tx, loop: Loop, side: str, rows: Sequence[Row]) -> list[Row]:
    """The rows that may go; the others become `suppressed` here and now, and their leads are worked out again."""
    allowed: list[Row] = []
    for row in rows:
        why = _forbidden(tx, loop, side, row)
        if why is None:
            allowed.append(row)
            continue
        outbox.settle(tx, row.id, "suppressed", loop.world.now(), why=why)
        outbox.suppress_hanging(tx, row.id, loop.world.now(), why)
        people.mark_dirty(tx, [row.person], level=2)
    return allowed


def _forbidden(tx: Tx, loop: Loop, side: str, row: Row) -> str | None:
    erased_at = tx.execute("SELECT erased_at FROM people WHERE id = ?", (row.person,)).fetchone()
    if erased_at is None or erased_at[0] is not None:
        return "the person was erased"
    if side != "crm" or row.limited:
        return None
    rules = loop.config.consent
    return merge.blocked_by(consents(tx, row.person), unknown=rules.unknown, email_denied=rules.email_denied)


def consents(tx: Tx, person: int) -> dict[str, Consent]:
    """What the person's contacts say at this instant, by lane."""
    return merge.consent(contacts.consents_of(tx, person))
