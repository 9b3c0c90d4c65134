"""How values are kept in text columns: JSON with a fixed spelling, and checksums for rows that must not rot."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from connector.errors import StateError

_ENCODER = msgspec.json.Encoder(order="deterministic")
_ENCODE = _ENCODER.encode
_DECODE = msgspec.json.Decoder().decode


def pack(value: Any) -> str:
    """JSON text, keys in order, so that equal values are equal texts."""
    return _ENCODE(value).decode()


def unpack(text: str) -> Any:
    """What `pack` made a text of. Raises StateError for a text that it never made: the disk changed it."""
    try:
        return _DECODE(text)
    except msgspec.DecodeError:
        raise StateError(
            "a stored value cannot be read: the file was damaged", code="rotten_row",
            hint="restore a backup: 'leadloop state restore FILE'",
        ) from None  # fmt: skip


def unpack_or_none(text: str | None) -> Any:
    """As `unpack`, for columns that may be empty."""
    return None if text is None else unpack(text)


def checksum(*parts: object) -> bytes:
    """Eight bytes over the parts of a row; a flipped bit in any of them shows."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()


def verify(expected: bytes, what: str, *parts: object) -> None:
    """Raise StateError when a row's checksum does not fit its content."""
    if expected != checksum(*parts):
        raise rotten(what)


def rotten(what: str) -> StateError:
    """A row is not what was written."""
    return StateError(
        f"{what} does not fit its checksum", code="rotten_row", hint="restore a backup: 'leadloop state restore FILE'"
    )
