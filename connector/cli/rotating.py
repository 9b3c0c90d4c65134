"""A new key for stored tokens. A kill at any point leaves a key that opens them."""

from __future__ import annotations

from pathlib import Path

from connector.config import Config
from connector.errors import ConfigError
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, key_beside, key_file, key_from, new_key, next_key_file, write_key


def rotate(store: Store, config: Config, old_key_file: Path | None) -> int:
    """Encrypt every stored token with a new key; how many. The caller holds the state."""
    if config.secret_key is None:
        return _rotate_file(store)
    if old_key_file is not None:
        old = _key_in(old_key_file)
    elif key_file(store.path).exists():
        old = key_beside(store.path)
    else:
        raise ConfigError(
            "the key before this one is needed to read the stored tokens",
            code="no_old_key",
            hint="put the new key in the configuration, the old one in a file, and name it with --old-key-file",
        )
    return SqliteTokens(store, [key_from(config.secret_key.get_secret_value()), old]).seal_again()


def _key_in(file: Path) -> bytes:
    try:
        return key_from(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        hint = "name the file that holds the key before this one, as text"
        raise ConfigError(f"no key can be read from {file}", code="no_old_key", hint=hint) from error


def _rotate_file(store: Store) -> int:
    """The next key is on disk before the first token depends on it, and takes the old one's name after the last."""
    old = key_beside(store.path)
    place = key_file(store.path)
    following = next_key_file(store.path)
    if not following.exists():
        write_key(following, new_key())
    count = SqliteTokens(store, [following.read_bytes().strip(), old]).seal_again()
    following.replace(place)
    return count
