"""People and their identities: one row a person, any number of ids and addresses in any system.

Systems are `email`, a marketing connection's name, or `connection:Object` for CRM records. Roles: `own` (current),
`alias` (an address the person had: still finds incoming acts, no longer a CRM record), `merged` (the loser of a merge).
A contact's row names its person itself; in `identities` stand the ids of those that were merged, or only heard of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter

from connector.state import desired, outbox
from connector.state.clock import stamp
from connector.state.packing import pack
from connector.state.rows import insert_rows

EMAIL = "email"


def crm_system(connection: str, object: str) -> str:  # noqa: A002 - the field's word
    """The identity system of one kind of CRM record."""
    return f"{connection}:{object}"


def persons_by(tx: sqlite3.Connection, system: str, keys: Iterable[str]) -> dict[str, int]:
    """Which person each known key of a system belongs to."""
    wanted = pack(list(keys))
    rows = tx.execute(
        "SELECT c.id, c.person_id FROM json_each(?) AS wanted"
        " CROSS JOIN contacts AS c ON c.connection = ? AND c.id = wanted.value",
        (wanted, system),
    )
    return {row[0]: row[1] for row in rows} | _identified(tx, system, wanted)


def identified(tx: sqlite3.Connection, system: str, keys: Iterable[str]) -> dict[str, int]:
    """As `persons_by`, for addresses, CRM records, and ids that no stored contact has."""
    if tx.execute("SELECT 1 FROM identities WHERE system = ? LIMIT 1", (system,)).fetchone() is None:
        return {}  # while nobody was merged, no id of marketing needs looking for
    return _identified(tx, system, pack(list(keys)))


def _identified(tx: sqlite3.Connection, system: str, wanted: str) -> dict[str, int]:
    rows = tx.execute(
        "SELECT i.key, i.person_id FROM json_each(?) AS wanted"
        " CROSS JOIN identities AS i ON i.system = ? AND i.key = wanted.value",
        (wanted, system),
    )
    return {row[0]: row[1] for row in rows}


def own_by_email(tx: sqlite3.Connection, keys: Iterable[str]) -> dict[str, int]:
    """Whose current address each is; an address that somebody had before finds no CRM record."""
    rows = tx.execute(
        "SELECT i.key, i.person_id FROM json_each(?) AS wanted"
        " CROSS JOIN identities AS i ON i.system = ? AND i.key = wanted.value WHERE i.role = 'own'",
        (pack(list(keys)), EMAIL),
    )
    return {row[0]: row[1] for row in rows}


def person_by(tx: sqlite3.Connection, system: str, key: str) -> int | None:
    """The person behind one key, if known."""
    return persons_by(tx, system, [key]).get(key)


def persons_by_leadloop_id(tx: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """Which person each leadloop_id is; a person who was joined into another answers as that other."""
    rows = tx.execute(
        "SELECT p.leadloop_id, coalesce(p.merged_into, p.id) FROM people AS p"
        " WHERE p.leadloop_id IN (SELECT value FROM json_each(?))",
        (pack(list(ids)),),
    )
    return {row[0]: row[1] for row in rows}


def erased_of(tx: sqlite3.Connection, persons: Iterable[int]) -> set[int]:
    """Which of these were erased."""
    rows = tx.execute(
        "SELECT id FROM people WHERE erased_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (pack(list(persons)),),
    )
    return {row[0] for row in rows}


def next_person_id(tx: sqlite3.Connection) -> int:
    """The id that the next new person gets (only valid inside this transaction)."""
    return int(tx.execute("SELECT coalesce(max(id), 0) + 1 FROM people").fetchone()[0])


def add_people(tx: sqlite3.Connection, rows: Sequence[tuple[int, str]], at: datetime, *, dirty: int = 1) -> None:
    """New persons as (id, leadloop_id)."""
    insert_rows(tx, "people (id, leadloop_id, created_at, dirty)", rows, same=(stamp(at), dirty))


def add_emails(tx: sqlite3.Connection, rows: Iterable[tuple[str, int]], at: datetime) -> None:
    """Addresses that nobody has or had, as (key, person)."""
    in_order = sorted(rows, key=itemgetter(0))  # neighbours in the tree share pages
    insert_rows(tx, "identities (key, person_id, system, role, since)", in_order, same=(EMAIL, "own", stamp(at)))


def add_identities(tx: sqlite3.Connection, rows: Sequence[tuple[str, str, int, str]], at: datetime) -> None:
    """Identities as (system, key, person, role); one that is known already keeps its person and takes the new role."""
    when = stamp(at)
    tx.executemany(
        "INSERT INTO identities (system, key, person_id, role, since) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (system, key) DO UPDATE SET role = excluded.role WHERE role <> excluded.role",
        [(*row, when) for row in sorted(rows)],  # in the order of the tree: neighbours share pages
    )


def identities_of(tx: sqlite3.Connection, person: int) -> list[tuple[str, str, str]]:
    """All (system, key, role) of a person."""
    rows = tx.execute(
        "SELECT system, key, role FROM identities WHERE person_id = ?"
        " UNION ALL SELECT c.connection, c.id, 'own' FROM contacts AS c WHERE c.person_id = ? AND NOT EXISTS"
        " (SELECT 1 FROM identities AS i WHERE i.system = c.connection AND i.key = c.id) ORDER BY 1, 2",
        (person, person),
    )
    return [(system, key, role) for system, key, role in rows]


def emails_of(tx: sqlite3.Connection, person: int) -> list[tuple[str, str]]:
    """The person's addresses with their roles."""
    rows = tx.execute(
        "SELECT key, role FROM identities WHERE person_id = ? AND system = ? ORDER BY role DESC, since DESC",
        (person, EMAIL),
    )
    return [(key, role) for key, role in rows]


def leadloop_id_of(tx: sqlite3.Connection, person: int) -> str:
    """The person's own id for ever."""
    return str(tx.execute("SELECT leadloop_id FROM people WHERE id = ?", (person,)).fetchone()[0])


def take_name(tx: sqlite3.Connection, person: int, leadloop_id: str) -> str:
    """Give a person another leadloop_id, which nobody has; the one that they had until now."""
    before = leadloop_id_of(tx, person)
    tx.execute("UPDATE people SET leadloop_id = ? WHERE id = ?", (leadloop_id, person))
    tx.execute("UPDATE desired SET effects = replace(effects, ?, ?) WHERE person_id = ?", (before, leadloop_id, person))
    return before


def made_since(tx: sqlite3.Connection, person: int, at: datetime) -> bool:
    """Did this state get to know the person after that moment?"""
    row = tx.execute("SELECT 1 FROM people WHERE id = ? AND created_at >= ?", (person, stamp(at))).fetchone()
    return row is not None


def mark_dirty(tx: sqlite3.Connection, persons: Iterable[int], *, level: int = 1) -> None:
    """These leads are to be scored again; `level` 2 goes first. Who was erased, or is somebody else by now, is not."""
    tx.executemany(
        "UPDATE people SET dirty = max(dirty, ?) WHERE id = ? AND erased_at IS NULL AND merged_into IS NULL",
        [(level, person) for person in persons],
    )


def mark_everyone_dirty(tx: sqlite3.Connection) -> None:
    """All leads are to be scored again, behind those that something happened to."""
    tx.execute("UPDATE people SET dirty = 1 WHERE dirty = 0 AND merged_into IS NULL AND erased_at IS NULL")


def retire_email(tx: sqlite3.Connection, person: int, key: str) -> None:
    """An address that none of the person's contacts has any more becomes an alias."""
    tx.execute(
        "UPDATE identities SET role = 'alias' WHERE system = ? AND key = ? AND person_id = ?", (EMAIL, key, person)
    )


def who_is(tx: sqlite3.Connection, person: int) -> tuple[int, bool]:
    """Who somebody is by now: themselves, or whom they were joined into; and whether they were erased."""
    row = tx.execute(
        "SELECT p.id, p.erased_at IS NOT NULL FROM people AS was"
        " JOIN people AS p ON p.id = coalesce(was.merged_into, was.id) WHERE was.id = ?",
        (person,),
    ).fetchone()
    return int(row[0]), bool(row[1])


def join(tx: sqlite3.Connection, loser: int, winner: int, at: datetime) -> None:
    """Two persons are one: everything of the loser becomes the winner's; scores are computed anew, never added.

    Of an act that both have, because marketing gave the loser's acts to the survivor already, one stays.

    What was written to a CRM for the loser stays in its outbox rows, which move along.
    """
    if loser == winner:
        return
    tx.execute(
        "DELETE FROM activities WHERE person_id = ? AND EXISTS (SELECT 1 FROM activities AS w WHERE w.person_id = ?"
        " AND w.connection = activities.connection AND w.type = activities.type AND w.at = activities.at"
        " AND w.packed = activities.packed)",
        (loser, winner),
    )
    name = leadloop_id_of(tx, loser)  # what its events set off bears it
    tx.execute("UPDATE lifecycle SET lead = ? WHERE person_id = ? AND lead = ''", (name, loser))
    for table in ("contacts", "activities", "identities", "lifecycle", "decisions", "crm_records", "receipts"):
        tx.execute(f"UPDATE {table} SET person_id = ? WHERE person_id = ?", (winner, loser))  # noqa: S608 - fixed names
    outbox.drop_unsent(tx, loser, at, "joined")
    taken = desired.hand_over(tx, loser, winner)
    if taken:
        outbox.drop_unsent(tx, winner, at, "joined", taken)
    outbox.hand_over(tx, loser, winner)
    tx.execute("DELETE FROM scores WHERE person_id = ?", (loser,))
    tx.execute("DELETE FROM leads WHERE person_id = ?", (loser,))
    tx.execute("UPDATE people SET merged_into = ?, dirty = 0, next_change_at = NULL WHERE id = ?", (winner, loser))
    tx.execute("UPDATE people SET merged_into = ? WHERE merged_into = ?", (winner, loser))
    mark_dirty(tx, [winner], level=2)
