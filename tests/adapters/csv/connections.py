"""Both adapters over a folder of the test's own, with a clock that the test sets."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from adapters.csv.crm import CsvCrm
from adapters.csv.marketing import CsvMarketing
from connector.adapter import Client, Options, Page
from connector.model import Json

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIELDS = ("score", "grade", "email")


@dataclass
class Clock:
    """All that the file adapters ask of a client."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Read:
    """What a walk brought, all pages together."""

    records: list[Any] = field(default_factory=list)
    bad: dict[str, str] = field(default_factory=dict)
    why_zero: str | None = None
    cursor: Json | None = None
    pages: int = 0


def marketing(base: Path, key: str = "id", fields: Sequence[str] = (), **values: Any) -> CsvMarketing:
    options = Options("files", {"": fields}, key, values={"folder": ".", **values}, base_dir=base)
    return CsvMarketing(cast("Client", Clock()), options)


def crm(base: Path, fields: Sequence[str] = FIELDS, **values: Any) -> CsvCrm:
    options = Options("sales", {"Lead": fields}, "leadloop_id", values={"folder": "out", **values}, base_dir=base)
    return CsvCrm(cast("Client", Clock()), options)


def put(folder: Path, content: str | bytes, name: str = "contacts.csv", age_s: int = 60) -> Path:
    """A file that has rested for `age_s` seconds on the test's clock."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    then = (NOON - timedelta(seconds=age_s)).timestamp()
    os.utime(path, (then, then))
    return path


def gather(pages: Any, upto: int | None = None) -> Read:
    """Read pages, all or so many, as the engine does: each page's cursor replaces the one before."""
    read = Read()
    for page in pages:
        assert isinstance(page, Page)
        read.records += page.records
        read.bad |= {bad.place: bad.error.code for bad in page.bad}
        read.why_zero, read.pages = page.why_zero, read.pages + 1
        read.cursor = page.cursor if page.cursor is not None else read.cursor
        if read.pages == upto:
            break
    return read


def contacts(folder: Path, content: str | bytes, **options: Any) -> Read:
    """Everything in one file of contacts."""
    put(folder, content)
    return gather(marketing(folder, **options).changes(None))
