"""Tokens at rest: encrypted, bound to their row, one renewal at a time.

The first key encrypts, all keys decrypt (`keys rotate`). A sealed text names the connection it belongs to, so that a
row copied onto another connection is refused.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from hashlib import scrypt
from pathlib import Path
from typing import TYPE_CHECKING

from connector.errors import StateError
from connector.http.tokens import UNREADABLE, Tokens
from connector.state.clock import moment_or_none, stamp
from connector.state.store import Store

if TYPE_CHECKING:  # imported where a token is sealed or opened: 30 ms of a start that most accounts need not pay
    from cryptography.fernet import MultiFernet

KEY_BYTES = 32
SET_BACK = timedelta(minutes=10)
"""A lease that ends so much later than any that could be given now is of a clock that was ahead: nobody has it."""


def key_from(secret: str) -> bytes:
    """The encryption key of a configured `secret_key`: a Fernet key as it is, any other text stretched by scrypt."""
    if _is_key(secret.encode()):
        return secret.encode()
    stretched = scrypt(secret.encode(), salt=b"leadloop tokens", n=2**14, r=8, p=1, dklen=KEY_BYTES)
    return base64.urlsafe_b64encode(stretched)


def new_key() -> bytes:
    """A random Fernet key."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES))


def _is_key(text: bytes) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False


def key_file(state: Path) -> Path:
    """Where the key lies when none is configured: beside the state."""
    return state.with_name(state.name + ".key")


def key_beside(state: Path) -> bytes:
    """The key of the file beside the state, made (0600) when there is none. Raises StateError when it is unusable."""
    path = key_file(state)
    try:
        if not path.exists():
            _make_key(path)
        path.chmod(0o600)
        key = path.read_bytes().strip()
    except OSError as error:
        hint = "let the user of leadloop read and write it and its folder, and look at the disk's space"
        raise StateError(f"the key file {path} cannot be used: {error.strerror}", code="bad_key", hint=hint) from error
    if not _is_key(key):
        hint = "put back the key that it held; with none, take the file away and sign in anew: 'leadloop auth NAME'"
        raise StateError(f"the key file {path} cannot be used: it holds no key", code="bad_key", hint=hint)
    return key


def keys_beside(state: Path) -> list[bytes]:
    """That key, and the one that follows it where a change of keys was killed: tokens may stand under either."""
    key, following = key_beside(state), next_key_file(state)
    with suppress(OSError):
        if _is_key(found := following.read_bytes().strip()):
            return [key, found]
    return [key]


def next_key_file(state: Path) -> Path:
    """Where the key lies that takes over, while tokens are sealed anew."""
    return key_file(state).with_name(f"{key_file(state).name}.next")


def write_key(path: Path, key: bytes) -> None:
    """Whole or not at all: what a full disk or a kill left of a key would be taken for one that was lost."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with part.open("wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _make_key(path: Path) -> None:
    """The first key. Of two processes that make one at once, both take the one that got the name first."""
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    write_key(mine, new_key())
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    except OSError:  # a file system on which a file has one name alone
        mine.replace(path)
    finally:
        mine.unlink(missing_ok=True)


class SqliteTokens:
    """Implements connector.http.TokenStore."""

    def __init__(self, store: Store, keys: Sequence[bytes]) -> None:
        self._store = store
        self._keys = keys

    @cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - see above

        return MultiFernet([Fernet(key) for key in self._keys])

    def load(self, connection: str, configured: str, seed: Tokens) -> Tokens:
        row = (
            self._store.read()
            .execute("SELECT sealed FROM tokens WHERE connection = ? AND configured_hash = ?", (connection, configured))
            .fetchone()
        )
        return self._plant(connection, configured, seed) if row is None else self._open(connection, row["sealed"])

    def save(self, connection: str, holder: str, tokens: Tokens, configured: str | None = None) -> bool:
        with self._store.write() as tx:
            changed = tx.execute(
                "UPDATE tokens SET sealed = ?, configured_hash = coalesce(?, configured_hash), updated_at = ?"
                " WHERE connection = ? AND lease_by = ?",
                (self._seal(connection, tokens), configured, stamp(self._store.now()), connection, holder),
            ).rowcount
        return changed == 1

    def lease(self, connection: str, holder: str, seconds: float) -> bool:
        now = self._store.now()
        until = now + timedelta(seconds=seconds)
        with self._store.write() as tx:
            changed = tx.execute(
                "UPDATE tokens SET lease_by = :holder, lease_until = :until WHERE connection = :connection"
                " AND (lease_by IS NULL OR lease_by = :holder OR lease_until <= :now"
                " OR lease_until > :ahead)",
                {
                    "holder": holder, "until": stamp(until), "connection": connection, "now": stamp(now),
                    "ahead": stamp(until + SET_BACK),
                },
            ).rowcount  # fmt: skip
        return changed == 1

    def release(self, connection: str, holder: str) -> None:
        with self._store.write() as tx:
            tx.execute(
                "UPDATE tokens SET lease_by = NULL, lease_until = NULL WHERE connection = ? AND lease_by = ?",
                (connection, holder),
            )

    def seal_again(self) -> int:
        """Encrypt every row with the first key (`keys rotate`); how many there are. One transaction."""
        with self._store.write() as tx:
            rows = tx.execute("SELECT connection, sealed FROM tokens").fetchall()
            for row in rows:
                sealed = self._seal(row["connection"], self._open(row["connection"], row["sealed"]))
                tx.execute("UPDATE tokens SET sealed = ? WHERE connection = ?", (sealed, row["connection"]))
        return len(rows)

    def _plant(self, connection: str, configured: str, seed: Tokens) -> Tokens:
        with self._store.write() as tx:
            row = tx.execute(
                "SELECT sealed FROM tokens WHERE connection = ? AND configured_hash = ?", (connection, configured)
            ).fetchone()
            if row is not None:
                return self._open(connection, row["sealed"])
            tx.execute(
                "INSERT INTO tokens (connection, sealed, configured_hash, updated_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (connection, self._seal(connection, seed), configured, stamp(self._store.now())),
            )
        return seed

    def _seal(self, connection: str, tokens: Tokens) -> bytes:
        fresh_until = None if tokens.fresh_until is None else stamp(tokens.fresh_until)
        content = [connection, tokens.access, tokens.refresh, fresh_until, tokens.base_url]
        return self._fernet.encrypt(json.dumps(content).encode())

    def _open(self, connection: str, sealed: bytes) -> Tokens:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see above

        content: list[str | None] = [None]
        try:
            content = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            fault = "cannot be decrypted with the keys given"
        else:
            fault = "belong to another connection"
        if content[0] != connection:
            raise StateError(
                f"the stored tokens of '{connection}' {fault}",
                code=UNREADABLE,
                hint="give the key they were stored with (secret_key, or the '.key' file beside the state); after a"
                f" change of it run 'leadloop keys rotate', and where nobody has it 'leadloop auth {connection}'",
            )
        _, access, refresh, fresh_until, base_url = content
        return Tokens(access, refresh, moment_or_none(fresh_until), base_url)
