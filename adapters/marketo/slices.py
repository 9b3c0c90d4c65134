"""A bulk file, read a few megabytes at a time and cut between records: a cell may hold line breaks.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/bulk-extract/bulk-extract
Quirk:  what is blank stands there as the text `null`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from connector.adapter import Client
from connector.errors import ContractError, RetryableError
from connector.model import Json

SLICE_BYTES: Final = 4 * 1024 * 1024
_BOM: Final = "\ufeff"


class FileGoneError(RetryableError):
    """The file is not there: its job must be made anew."""

    default_code = "bulk_file_gone"


class Slice(Struct, frozen=True):
    """The rows of a slice, the byte at which the next one begins, and the file's columns."""

    rows: list[Json]
    end: int
    columns: list[str]


def read_slice(
    client: Client, path: str, offset: int, size: int, most: int, *, columns: Sequence[str] | None, checksum: str
) -> Slice:
    """Whole records from `offset` on. Raises FileGoneError, or RetryableError when bytes are missing or wrong."""
    last = min(offset + most, size) - 1
    answer = client.request("GET", path, headers={"Range": f"bytes={offset}-{last}"}, accept={404})
    if answer.status == 404:
        raise FileGoneError("the file of a bulk job is not there any more")
    content = answer.content[offset : last + 1] if answer.status == 200 else answer.content
    if len(content) != last + 1 - offset or (len(content) == size and _differs(content, checksum)):
        raise RetryableError("a bulk file came with missing or wrong bytes", code="bad_content")
    whole = content if last + 1 == size else content[: _cut(content)]
    records = list(csv.reader(io.StringIO(_text(whole), newline="")))
    names = list(columns) if columns else [name.strip() for name in records.pop(0)]
    return Slice([_row(names, record) for record in records if record], offset + len(whole), names)


def _differs(content: bytes, checksum: str) -> bool:
    kind, _, told = checksum.partition(":")
    return kind == "sha256" and hashlib.sha256(content).hexdigest() != told.lower()


def _cut(content: bytes) -> int:
    """Where the last whole record ends: the last line break with an even number of quotes before it."""
    end = content.rfind(b"\n")
    while end >= 0 and content.count(b'"', 0, end) % 2:
        end = content.rfind(b"\n", 0, end)
    if end < 0:
        raise ContractError("a record of a bulk file is longer than a slice of it")
    return end + 1


def _text(content: bytes) -> str:
    try:
        return content.decode().removeprefix(_BOM)
    except UnicodeDecodeError:
        fault = "a bulk file is not UTF-8"
    raise ContractError(fault)


def _row(columns: Sequence[str], record: Sequence[str]) -> Json:
    if len(record) != len(columns):
        raise ContractError(f"a record of a bulk file has {len(record)} cells, its header {len(columns)}")
    return {name: None if cell == "null" else cell for name, cell in zip(columns, record, strict=True)}
