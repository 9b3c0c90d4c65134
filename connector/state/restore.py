"""After a backup was put back: what it calls unsent is not to be believed, and what people decided since still holds.

A write that the backup holds as planned may have reached the platform after the backup was made. Such rows become
`unknown`, as after a crash: they are read back before anything is sent again. Leads without a record are looked for
again before one is made. Who was erased since is erased in the backup, too, and what was paused stays paused. Tokens
and spent budgets are taken from the state that is replaced: a platform's clock does not go back with ours.

What the backup does not know at all comes back from the platforms: people whom marketing tells of again get the name
that their record in the CRM bears already, and for some days what happens once is asked after before it is done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from connector.state import audit, operation, people, reading
from connector.state.clock import moment, stamp
from connector.state.erase import erase_person
from connector.state.erasure import SALT, key_hash
from connector.state.store import Tx

RESTORED_AT: Final = "restored_at"
CAUGHT_UP_AT: Final = "caught_up_after_restore_at"
DOUBTED_FOR: Final = timedelta(days=2)
"""How long after every platform was read again: by then all that it told was worked out."""


def doubted_since(tx: Tx, read: Sequence[tuple[str, str]], now: datetime) -> datetime | None:
    """Since when what happens once may have happened without the state knowing it; None when all is as it knows.

    `read` are the streams (connection, name) that tell what the backup does not know.
    """
    at = restored_at(tx)
    if at is None:
        return None
    caught_up = operation.meta(tx, CAUGHT_UP_AT)
    if caught_up is not None:
        return at if now - moment(caught_up) < DOUBTED_FOR else None
    if all((fresh := reading.fresh_at(tx, *stream)) is not None and fresh > at for stream in read):
        operation.set_meta(tx, CAUGHT_UP_AT, stamp(now))
    return at


def restored_at(db: sqlite3.Connection) -> datetime | None:
    """When a backup was put in the state's place last."""
    value = operation.meta(db, RESTORED_AT)
    return None if value is None else moment(value)


def distrust(tx: Tx, at: datetime) -> int:
    """Have everything asked after that may have happened since the backup; how many writes."""
    operation.set_meta(tx, RESTORED_AT, stamp(at))
    operation.forget_meta(tx, CAUGHT_UP_AT)
    tx.execute("UPDATE desired SET resolved_at = NULL WHERE record_id IS NULL")
    done = tx.execute(
        "UPDATE outbox SET state = 'unknown', sent_at = coalesce(sent_at, planned_at), why = 'restored from a backup'"
        " WHERE id IN (SELECT min(o.id) FROM outbox AS o WHERE o.state = 'planned' AND NOT EXISTS"
        "  (SELECT 1 FROM outbox AS x WHERE x.connection = o.connection AND x.person_id = o.person_id"
        "   AND x.state IN ('sent', 'unknown', 'pending')) GROUP BY o.connection, o.person_id)"
    )
    return done.rowcount


class Decided(Struct, frozen=True):
    """What a state of an earlier day does not know of, and what must hold in it all the same.

    People decided who is erased, and what is paused. Platforms gave tokens, of which many spend the one before, counted
    calls, and asked to be left alone.
    """

    salt: str | None
    erased: list[tuple[bytes, str]]
    pauses: list[dict[str, str]]
    accounts: dict[str, list[tuple[Any, ...]]]


ACCOUNTS: Final = {
    "SELECT connection, sealed, configured_hash, updated_at FROM tokens": (
        "INSERT INTO tokens (connection, sealed, configured_hash, updated_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET sealed = excluded.sealed, configured_hash = excluded.configured_hash,"
        " updated_at = excluded.updated_at, lease_by = NULL, lease_until = NULL"
        " WHERE excluded.updated_at > tokens.updated_at"
    ),
    "SELECT account, bucket, slot, used FROM budgets": (
        "INSERT INTO budgets (account, bucket, slot, used) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET used = max(used, excluded.used)"
    ),
    "SELECT account, bucket, until, why FROM account_pauses": (
        "INSERT INTO account_pauses (account, bucket, until, why) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET until = excluded.until, why = excluded.why WHERE excluded.until > until"
    ),
}
"""What is taken from the state that is replaced, and how it is put into the other."""


def decided_in(db: sqlite3.Connection) -> Decided:
    """Of the state that is about to be replaced."""
    erased = [(row[0], row[1]) for row in db.execute("SELECT key_hash, at FROM erased")]
    accounts = {taken: [tuple(row) for row in db.execute(taken)] for taken in ACCOUNTS}
    return Decided(operation.meta(db, SALT), erased, operation.pauses(db), accounts)


def uphold(tx: Tx, decided: Decided, at: datetime) -> int:
    """Have it hold in the restored state; how many persons were erased once more."""
    for pause in decided.pauses:
        tx.execute("INSERT OR IGNORE INTO pauses (name, since, why) VALUES (:name, :since, :why)", pause)
    for taken, rows in decided.accounts.items():
        tx.executemany(ACCOUNTS[taken], rows)
    if decided.salt is None:
        return 0
    if operation.meta(tx, SALT) is None:
        operation.set_meta(tx, SALT, decided.salt)
    again = _erased_among(tx, decided.salt, {one for one, _ in decided.erased})
    for person in again:
        counts = erase_person(tx, person, at, decided.salt)
        audit.record(tx, "restore", "erase", people.leadloop_id_of(tx, person), counts, at)
    if operation.meta(tx, SALT) == decided.salt:  # hashes tell nothing under another key
        tx.executemany("INSERT OR IGNORE INTO erased (key_hash, at) VALUES (?, ?)", decided.erased)
    return len(again)


def _erased_among(tx: Tx, salt: str, gone: set[bytes]) -> list[int]:
    rows = tx.execute(
        "SELECT person_id, system, key FROM identities UNION ALL SELECT person_id, connection, id FROM contacts"
    )
    return sorted({person for person, system, key in rows if key_hash(salt, system, key) in gone})
