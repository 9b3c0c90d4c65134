"""Lines of `check` and `doctor`: ok, warn or fail, what was found, the next step; the worst decides the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from connector.errors import ConfigError, LeadloopError
from connector.loop.tally import EXIT_ORDER
from connector.model import Json


class Line(Struct, frozen=True):
    """`subject` is a connection's name, or what of this machine was looked at. `code` is what a `fail` ends with."""

    subject: str
    level: str
    what: str
    next_step: str | None = None
    code: int = 0

    def as_json(self) -> Json:
        """As `--json` prints it."""
        return {"subject": self.subject, "level": self.level, "what": self.what, "next_step": self.next_step}


def ok(subject: str, what: str) -> Line:
    return Line(subject, "ok", what)


def warn(subject: str, what: str, next_step: str | None = None) -> Line:
    return Line(subject, "warn", what, next_step)


def fail(subject: str, what: str, next_step: str | None = None, code: int = 1) -> Line:
    return Line(subject, "fail", what, next_step, code)


def attempt(subject: str, look: Callable[[], Iterable[Line]]) -> Iterator[Line]:
    """What `look` finds; an error of leadloop is a line, too, so that the rest is still looked at."""
    try:
        yield from look()
    except LeadloopError as error:
        problems = error.problems if isinstance(error, ConfigError) else ()
        yield fail(subject, error.message, error.hint, error.exit_code)
        yield from (fail(subject, str(problem), None, error.exit_code) for problem in problems)


def document(lines: Sequence[Line]) -> Json:
    """`{outcome, lines}`: `failed`, `partial` (warnings) or `ok`."""
    levels = {line.level for line in lines}
    outcome = "failed" if "fail" in levels else "partial" if "warn" in levels else "ok"
    return {"outcome": outcome, "lines": [line.as_json() for line in lines]}


def as_text(lines: Sequence[Line]) -> str:
    """One line each; the next step under it."""
    width = max((len(line.subject) for line in lines), default=0)
    texts: list[str] = []
    for line in lines:
        texts.append(f"{line.level:<4}  {line.subject:<{width}}  {line.what}")
        if line.next_step:
            texts.append(f"{'':<4}  {'':<{width}}  next: {line.next_step}")
    return "\n".join(texts)


def worst(lines: Sequence[Line]) -> int:
    """The exit code: of several failures the first in the order 5, 2, 3, 4, 1. Warnings do not change it."""
    codes = {line.code for line in lines if line.level == "fail"} | {0}
    return next(code for code in EXIT_ORDER if code in codes)
