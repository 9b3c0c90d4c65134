"""After a backup was put back: what it calls unsent may have been sent since, and is not to be believed.

A write that the backup holds as planned may have reached the platform after the backup was made. Such rows become
`unknown`, as after a crash: they are read back before anything is sent again. Leads without a record are looked for
again before one is made.
"""

from __future__ import annotations

from connector.state.store import Tx


def distrust(tx: Tx) -> int:
    """Have everything asked after that may have happened since the backup; how many writes."""
    tx.execute("UPDATE desired SET resolved_at = NULL WHERE record_id IS NULL")
    done = tx.execute(
        "UPDATE outbox SET state = 'unknown', sent_at = coalesce(sent_at, planned_at), why = 'restored from a backup'"
        " WHERE id IN (SELECT min(o.id) FROM outbox AS o WHERE o.state = 'planned' AND NOT EXISTS"
        "  (SELECT 1 FROM outbox AS x WHERE x.connection = o.connection AND x.person_id = o.person_id"
        "   AND x.state IN ('sent', 'unknown', 'pending')) GROUP BY o.connection, o.person_id)"
    )
    return done.rowcount
