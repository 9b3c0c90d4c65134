"""One pass over a file's bytes: how its text is encoded, and a hash that says whether it changed."""

from __future__ import annotations

import codecs
import hashlib
import re
from pathlib import Path

from msgspec import Struct

PIECE_BYTES = 1024 * 1024
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CP1252_HOLES = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
"""Bytes that windows-1252 leaves undefined; a file that has one is read as latin-1, where every byte is a character."""

ESCAPED = re.compile("[\udc80-\udcff]")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Encoding(Struct, frozen=True):
    """`errors` and `unreadable` belong together: what Python puts for bytes that do not fit, and how to see it."""

    codec: str
    errors: str = "strict"
    unreadable: re.Pattern[str] | None = None

    @property
    def is_guess(self) -> bool:
        """Single-byte encodings fit any file: nothing in it proves them."""
        return self.codec in ("cp1252", "latin-1")


class Contents(Struct, frozen=True):
    """What one pass over the bytes found. `digest` is the same for the same bytes, whatever the file's name."""

    encoding: Encoding
    digest: str


def survey(path: Path) -> Contents:
    """Read all bytes once, in pieces."""
    hasher = hashlib.blake2b(digest_size=16)
    votes = _Votes()
    head = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            head = head or piece[:4096]
            hasher.update(piece)
            votes.count(piece)
    return Contents(_encoding(head, votes), hasher.hexdigest())


class _Votes:
    """Counts characters beyond ASCII that are well-formed UTF-8, and bytes that are not."""

    def __init__(self) -> None:
        self.well_formed = 0
        self.broken = 0
        self.has_hole = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def count(self, piece: bytes) -> None:
        pending = bool(self._decoder.getstate()[0])
        if piece.isascii() and not pending:
            return
        text = self._decoder.decode(piece)
        broken = len(ESCAPED.findall(text))
        self.broken += broken
        self.well_formed += len(NOT_ASCII.findall(text)) - broken
        self.has_hole = self.has_hole or len(piece.translate(None, CP1252_HOLES)) < len(piece)


def _encoding(head: bytes, votes: _Votes) -> Encoding:
    """A mark at the start decides; else UTF-8 unless most of what is not ASCII contradicts it.

    One damaged line must not turn every accent of a UTF-8 file into two wrong letters: it stays UTF-8, and the lines
    with bytes that do not fit are rejects.
    """
    for bom, codec in BOMS:
        if head.startswith(bom):
            return _utf16(codec) if codec == "utf-16" else _utf8(codec)
    if head[1::2].count(0) > len(head) // 4:
        return _utf16("utf-16-le")
    if head[::2].count(0) > len(head) // 4:
        return _utf16("utf-16-be")
    if votes.broken == 0 or votes.well_formed > votes.broken:
        return _utf8("utf-8")
    return Encoding("latin-1" if votes.has_hole else "cp1252", errors="replace")


def _utf8(codec: str) -> Encoding:
    return Encoding(codec, "surrogateescape", ESCAPED)


def _utf16(codec: str) -> Encoding:
    return Encoding(codec, "replace", re.compile("\ufffd"))
