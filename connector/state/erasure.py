"""Who was erased: keyed hashes of ids and addresses, so that an erased person does not come back by a re-read."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connector.state.clock import stamp
from connector.state.operation import meta, set_meta
from connector.state.packing import pack

SALT: Final = "erasure_salt"
"""The key of the hashes, made with the first erasure."""


def anyone_erased(tx: sqlite3.Connection) -> bool:
    """Was anybody erased, ever?"""
    return meta(tx, SALT) is not None


def erased_among(tx: sqlite3.Connection, keys: Sequence[tuple[str, str]]) -> set[str]:
    """Which of these (system, key) were erased; free while nobody ever was."""
    salt = meta(tx, SALT)
    if salt is None:
        return set()
    hashes = {key_hash(salt, system, key): key for system, key in keys}
    found = tx.execute(
        "SELECT hex(key_hash) FROM erased WHERE hex(key_hash) IN (SELECT value FROM json_each(?))",
        (pack([one.hex().upper() for one in hashes]),),
    )
    known = {one.hex().upper(): key for one, key in hashes.items()}
    return {known[row[0]] for row in found}


def remember_erased(tx: sqlite3.Connection, keys: Sequence[tuple[str, str]], at: datetime, salt: str = "") -> None:
    """Keep the hashes of an erased person's ids and addresses; `salt` is used only the first time."""
    kept = meta(tx, SALT)
    if kept is None:
        set_meta(tx, SALT, salt)
        kept = salt
    tx.executemany(
        "INSERT OR IGNORE INTO erased (key_hash, at) VALUES (?, ?)",
        [(key_hash(kept, system, key), stamp(at)) for system, key in keys],
    )


def key_hash(salt: str, system: str, key: str) -> bytes:
    """What is kept of an id or address: nobody finds it again who does not have it."""
    return hashlib.blake2b(f"{system}\x1f{key}".encode(), key=salt.encode()[:64], digest_size=16).digest()
