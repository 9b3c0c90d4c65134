"""What `doctor` sees of this machine: packages, SQLite, the disk under the state, and who may read it."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from connector.cli.lines import Line, fail, ok, warn
from connector.errors import StateError
from connector.state.lists import sqlite_version
from connector.state.tokens import key_file

OURS = ("connector", "adapters", "mappings")
"""Top-level names that another package may also bring."""
WAL_RESET_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Releases that mend a rare corruption when two connections write and checkpoint at once. See sqlite.org/wal.html."""
SHARED = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph")
"""File systems of another machine, where locks and shared memory are not what SQLite needs."""
LITTLE_BYTES, TOO_LITTLE_BYTES = 1 << 30, 100 << 20
MOUNTS = Path("/proc/self/mountinfo")
PRIVATE = 0o077
"""Rights of anybody but the owner."""


def lines() -> Iterator[Line]:
    """This installation."""
    yield from lines_of_packages()
    yield from lines_of_sqlite(sqlite_version())


def lines_of_state(state: Path) -> Iterator[Line]:
    """The place where the state lies, or will lie."""
    folder = next(place for place in state.absolute().parents if place.exists())
    yield from lines_of_room(shutil.disk_usage(folder).free)
    kind = file_system(folder, MOUNTS)
    if kind in SHARED:
        yield warn(
            "disk", f"the state lies on {kind}, a network file system", "keep the state on a disk of this machine"
        )
    for path in (state, key_file(state), *(state.with_name(state.name + end) for end in ("-wal", "-shm"))):
        if _is_open_to_others(path):
            yield warn("state", f"others may read {path}", f"chmod 600 {path}")


def _is_open_to_others(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & PRIVATE)
    except OSError:  # not there, or in a folder that even we may not look into: the state says so itself
        return False


def lines_of_packages() -> Iterator[Line]:
    owners = packages_distributions()
    strangers = {name: set(owners.get(name, ())) - {"leadloop"} for name in OURS}
    for name, others in strangers.items():
        if others:
            yield fail(
                "package", f"{', '.join(sorted(others))} also brings '{name}' and may have overwritten ours",
                "install leadloop by itself: pipx install leadloop",
            )  # fmt: skip
    if not any(strangers.values()):
        yield ok("package", "no other package brings modules of our names")


def lines_of_sqlite(version: tuple[int, ...]) -> Iterator[Line]:
    text = ".".join(map(str, version))
    mended = version >= WAL_RESET_FIXED[0] or any(version[:2] == fix[:2] and version >= fix for fix in WAL_RESET_FIXED)
    if mended:
        yield ok("sqlite", text)
    else:
        yield warn(
            "sqlite",
            f"{text} has a rare fault under concurrent writes (WAL reset)",
            "use a Python whose SQLite is 3.51.3 or newer",
        )


def lines_of_room(free: int) -> Iterator[Line]:
    text = f"{free / (1 << 30):.1f} GiB free where the state lies"
    if free < TOO_LITTLE_BYTES:
        yield fail("disk", text, "make room: a full disk stops every write", StateError.exit_code)
    elif free < LITTLE_BYTES:
        yield warn("disk", text, "make room soon")
    else:
        yield ok("disk", text)


def file_system(folder: Path, table: Path) -> str:
    """The kind of the mount that holds a folder; empty where the system does not tell. Source: proc(5), mountinfo."""
    if not table.exists():
        return ""
    mounts: dict[Path, str] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        mounts[Path(before.split()[4])] = after.split()[0]
    folder = folder.resolve()
    return next((mounts[place] for place in (folder, *folder.parents) if place in mounts), "")
