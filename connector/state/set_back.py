"""A clock that was days ahead and is right again: what waits until then is due, what was scored then is scored anew.

A machine that begins without a clock of its own, or a restored snapshot, may run for a while in another year. Times of
what happened stay as they were noted; times until which something waits would keep it there for years.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Final

from connector.state import audit
from connector.state.clock import stamp

AHEAD: Final = timedelta(days=1)
"""By so much a clock is wrong, and not set by a time service or for the summer."""
LONGEST_WAIT: Final = timedelta(days=32)
"""Nothing is ever put off for longer: some budgets begin anew with the month."""
PUT_OFF: Final = (
    "UPDATE waits SET until = NULL WHERE until > ?",
    "UPDATE to_read SET next_at = NULL WHERE next_at > ?",
    "UPDATE outbox SET next_at = NULL WHERE next_at > ?",
    "UPDATE desired SET look_at = NULL WHERE look_at > ?",
)


def set_right(tx: sqlite3.Connection, now: datetime) -> None:
    """Free what waits for a time that only a wrong clock could name, and say so in the audit log."""
    far = stamp(now + LONGEST_WAIT)
    freed = [tx.execute(statement, (far,)).rowcount for statement in PUT_OFF]
    scored = tx.execute(
        "UPDATE people SET dirty = max(dirty, 1) WHERE erased_at IS NULL AND merged_into IS NULL"
        " AND id IN (SELECT person_id FROM scores WHERE at > ?)",
        (stamp(now + AHEAD),),
    ).rowcount
    audit.record(tx, "leadloop", "clock set right", "state", {"freed": sum(freed), "to_score": scored}, now)
