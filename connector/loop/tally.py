"""What a step did, counted: a line per step, connection and stream. Per stream read = saved + unchanged + rejected."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import asdict

from connector.errors import LeadloopError

Outcome = Literal["ok", "partial", "failed"]


class Tally(Struct):
    """One line of a run's report. `why_zero` says why nothing was read or sent; `error` what stopped the stream.

    `corrected` are records in which others changed what is ours, so that it is written again.
    """

    step: str
    connection: str = ""
    stream: str = ""
    read: int = 0
    saved: int = 0
    unchanged: int = 0
    rejected: int = 0
    created: int = 0
    updated: int = 0
    held: int = 0
    corrected: int = 0
    effects: int = 0
    requests: int = 0
    why_zero: str | None = None
    error: str | None = None
    hint: str | None = None
    new_rejects: int = 0
    unknown: int = 0
    exit_code: int = 0
    duration_s: float = 0.0
    goes_on: bool = False
    """The turn was over before everything was read."""
    passed_over: bool = False
    """The connection waits, or was refused a moment ago: nothing was tried."""
    later: set[int] = field(default_factory=set)
    """Persons about whom the CRM could not be asked: the next run does."""
    trouble: LeadloopError | None = None
    """What kept back some of it, while the rest went on."""

    def as_json(self) -> dict[str, Any]:
        """The line as `run --once --json` prints it."""
        content = asdict(self)
        if self.read:
            content["why_zero"] = None  # the last page may have been empty; the stream was not
        for ours in ("exit_code", "goes_on", "passed_over", "later", "trouble"):
            del content[ours]
        return content

    @property
    def did_something(self) -> bool:
        """Was anything read or written?"""
        return bool(self.read or self.created or self.updated or self.effects)

    @property
    def code(self) -> int:
        """The exit code that this line asks for: 0, or why not."""
        if self.exit_code:
            return self.exit_code
        if self.unknown:
            return 4
        return 1 if self.new_rejects or self.error else 0


EXIT_ORDER = (5, 2, 3, 4, 1, 0)
"""Several: the first of these that occurs."""


def exit_code(lines: list[Tally]) -> int:
    """What a run ends with."""
    codes = {line.code for line in lines} | {0}
    return next(code for code in EXIT_ORDER if code in codes)


def outcome(lines: list[Tally], *, cut_short: bool = False) -> Outcome:
    """`ok`, `partial` (some went wrong, or was left) or `failed` (nothing was done, and no connection went well)."""
    if not any(line.code for line in lines):
        return "partial" if cut_short else "ok"
    if any(line.did_something for line in lines):
        return "partial"
    stopped = {line.connection for line in lines if line.error or line.passed_over}
    return "failed" if {line.connection for line in lines if line.connection} <= stopped else "partial"
