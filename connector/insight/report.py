"""What all reports share: the period they speak of, the shape in which they answer, how values are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from connector.model import Json
from connector.state.clock import stamp

BEGINNING = ""
END = "9999"
"""Texts before and after every stored time."""


class Period(Struct, frozen=True):
    """From `since` up to, and without, `until`; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def bounds(self) -> tuple[str, str]:
        """Both ends as stored times compare."""
        since = BEGINNING if self.since is None else stamp(self.since)
        return since, END if self.until is None else stamp(self.until)

    def as_json(self) -> Json:
        """As reports print it."""
        return {
            "since": None if self.since is None else stamp(self.since),
            "until": None if self.until is None else stamp(self.until),
        }


def report(name: str, period: Period, rows: Sequence[Json], notes: Sequence[str]) -> Json:
    """The document of a report: `{report, period, rows, notes}`."""
    return {"report": name, "period": period.as_json(), "rows": list(rows), "notes": list(notes)}


def points(milli: int) -> int | float:
    """Milli-points as a number of points: whole where it is."""
    return milli // 1000 if milli % 1000 == 0 else milli / 1000


def capped(text: str, length: int) -> str:
    """A text of at most so many characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
