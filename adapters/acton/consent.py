"""Who must not be mailed: addresses that opted out or complained, as Act-On keeps them beside its lists.

A list's record says nothing of it, so all such addresses are known in memory: read once for each process and day, and
then only what came since. That somebody opted in again shows as an absence, when they are read anew.
Source: https://developer.act-on.com/hc/en-us/articles/1500002887121 (opt-outs), /reference/get-spam-complaint-list
Quirk:  `totalCount` is always -1; filters count seconds while answers count milliseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from msgspec import Struct, field

from adapters.acton.dates import from_milliseconds, seconds
from adapters.acton.paging import result_of, steps
from connector.adapter import Client
from connector.model import Json

PATHS: Final = ("/api/1/list/optout", "/api/1/list/spamcomplaint")
LATE: Final = timedelta(minutes=10)
"""How late an opt-out may show and is still met."""
ANEW: Final = timedelta(hours=24)


class Suppressed(Struct):
    """All addresses that must not be mailed, in lower case."""

    client: Client
    size: int
    _emails: set[str] = field(default_factory=set)
    _whole_at: datetime | None = None
    _read_at: datetime | None = None
    _came_back: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self) -> None:
        """Learn what came since the last look; everything, once a day."""
        with self._lock:
            began = self.client.now()
            if self._whole_at is None or began - self._whole_at >= ANEW:
                before = self._emails
                self._emails = {email for email, _ in self.since(None)}
                self._came_back |= before - self._emails
                self._whole_at = began
            elif self._read_at is not None:
                self._emails |= {email for email, _ in self.since(self._read_at - LATE)}
            self._read_at = began

    def marked(self, record: Json) -> Json:
        """The record, with `opted_out` as yes or no."""
        return {**record, "opted_out": "yes" if str(record["email"]).lower() in self._emails else "no"}

    def came_back(self) -> set[str]:
        """Addresses that opted in again since this was last asked."""
        with self._lock:
            found, self._came_back = self._came_back, set()
            return found

    def since(self, at: datetime | None) -> Iterator[tuple[str, datetime | None]]:
        """Addresses that opted out or complained after `at`, with the time of it."""
        for path in PATHS:
            asked: Json = {"count": self.size} if at is None else {"count": self.size, "createdafter": seconds(at)}
            for step in steps(partial(result_of, self.client, path, asked), _key, self.size):
                for row in step.fresh:
                    told = from_milliseconds(row.get("timestamp"))
                    if row.get("email") and (at is None or told is None or told >= at):
                        yield str(row["email"]).strip().lower(), told


def _key(row: Json) -> str:
    return f"{row.get('email')} {row.get('timestamp')}"
