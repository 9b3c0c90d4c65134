"""Putting a backup in place of the state: proven first, swapped in one step, what was there kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from connector.cli.proving import problems_of
from connector.errors import LockedError, StateError
from connector.state import audit
from connector.state.replacing import finish, remove, swap
from connector.state.restore import Decided, decided_in, distrust, uphold
from connector.state.store import Store, told
from connector.state.unusable import is_circumstance, is_there, telling


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
    _decided_in(state, now)  # refuses the database of another program before anything is touched
    if is_there(state) and Store(state, now=now).is_held_elsewhere():
        raise LockedError("a running process holds the state", hint="stop it, restore, start it again")
    fresh = state.with_name(f"{state.name}.restoring")
    with telling(state):
        state.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove(fresh)  # of one that was killed
    try:
        _copy_sound(backup, fresh, now)
        with Store(state, now=now).locked():
            return _take_over(fresh, state, now)
    finally:
        with suppress(OSError):
            remove(fresh)


def _take_over(fresh: Path, state: Path, now: Callable[[], datetime]) -> Restored:
    decided = _decided_in(state, now)
    with closing(Store.open(fresh, now=now)) as store, store.write() as tx:
        distrusted = distrust(tx, now())
        erased = None if decided is None else uphold(tx, decided, now())
        audit.record(tx, "cli", "state restore", "state", {"read_back": distrusted, "erased": erased}, now())
    with telling(state):
        finish(fresh)
        kept = swap(fresh, state, f"{now():%Y%m%d%H%M%S%f}")
    return Restored(kept, distrusted, erased)


def _decided_in(state: Path, now: Callable[[], datetime]) -> Decided | None:
    try:
        with told(state), closing(Store.open_to_read(state, now=now)) as store:
            return decided_in(store.read())
    except StateError as error:
        if error.code == "foreign_database" or is_circumstance(error.__cause__):
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
        if is_circumstance(error.__cause__):
            hint = "copy it into a folder that this user may read and write, and name it there"
            raise StateError(f"{backup} cannot be read: {error.__cause__}", hint=hint) from error
        hint = "name a copy that 'leadloop state backup FILE' wrote; the present state was not touched"
        raise StateError(f"{backup} is no backup of leadloop: {error.message}", code="no_backup", hint=hint) from error
