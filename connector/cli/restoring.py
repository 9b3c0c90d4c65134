"""Putting a backup in place of the state: proven first, swapped by renames, what was there kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from connector.cli.proving import problems_of
from connector.errors import LockedError, StateError
from connector.state.restore import Decided, decided_in, distrust, uphold
from connector.state.store import Store, told

JOURNALS = ("", "-wal", "-shm")
"""A database is its file and its journal: one must never meet the other's."""


class Restored(Struct, frozen=True):
    """What came of it: where the present state was kept, how many writes are to be read back, and how many persons
    were erased in the backup, too (None: the present state could not say who had been erased).
    """

    kept: Path | None
    distrusted: int
    erased: int | None


def restore(state: Path, backup: Path, now: Callable[[], datetime]) -> Restored:
    """Put `backup` in place of `state`; what people decided since the backup still holds.

    Raises LockedError while a process holds the state, StateError when the backup is no sound state of ours. The
    present state may be damaged: it is only moved.
    """
    decided = _decided_in(state, now)
    if state.exists() and Store(state, now=now).is_held_elsewhere():
        raise LockedError("a running process holds the state", hint="stop it, restore, start it again")
    state.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = state.with_name(f"{state.name}.restoring")
    for suffix in JOURNALS:
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    _copy_sound(backup, fresh, now)
    with closing(Store.open(fresh, now=now)) as store, store.write() as tx:
        distrusted = distrust(tx)
        erased = None if decided is None else uphold(tx, decided, now())
    kept = _set_aside(state, now())
    fresh.replace(state)
    fresh.with_name(f"{fresh.name}.lock").unlink(missing_ok=True)  # of the migration of an older backup
    return Restored(kept, distrusted, erased)


def _decided_in(state: Path, now: Callable[[], datetime]) -> Decided | None:
    try:
        with told(state), closing(Store.open_to_read(state, now=now)) as store:
            return decided_in(store.read())
    except StateError as error:
        if error.code == "foreign_database":
            raise
        return None


def _copy_sound(backup: Path, target: Path, now: Callable[[], datetime]) -> None:
    with closing(_opened(backup, now)) as store:
        if found := problems_of(store):
            raise StateError(f"{backup} is damaged: {'; '.join(found)}", hint="take an older backup")
        store.backup(target)


def _opened(backup: Path, now: Callable[[], datetime]) -> Store:
    try:
        return Store.open_to_read(backup, now=now)
    except StateError as error:
        if error.code == "newer_schema":
            raise
        hint = "name a copy that 'leadloop state backup FILE' wrote; the present state was not touched"
        raise StateError(f"{backup} is no backup of leadloop: {error.message}", code="no_backup", hint=hint) from error


def _set_aside(state: Path, at: datetime) -> Path | None:
    if not state.exists():
        return None
    kept = state.with_name(f"{state.name}.before-restore-{at:%Y%m%d%H%M%S%f}")
    for suffix in JOURNALS:
        part = state.with_name(state.name + suffix)
        if part.exists():
            part.replace(kept.with_name(kept.name + suffix))
    return kept
