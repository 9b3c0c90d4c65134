"""Which opens and clicks were machines': privacy proxies fetch every picture, scanners follow every link of a mail.

A platform's own mark is one sign. The others are seen in the lead's acts alone, and need no list of addresses or agents
to keep up to date:

- a burst: three clicks, or three opens, within ten seconds, which no reader does;
- links at once: two different links within a second;
- an open within ten seconds of such clicks: the scanner fetched the picture, too.

In which mailing they were is not asked: what a click names as its asset differs between platforms, and a scanner that
follows links of several mails in one second is no reader either. Where the platform says that a person did it, a burst
alone does not contradict it (some readers click twice and again); three different links within ten seconds do. What is
recognised is kept, shown, and scores nothing unless the model says `by_machine: count`. It is worked out each time from
the acts as they are known then: a click that arrives late can complete a burst.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from connector.model import Activity

OPEN: Final = "email_open"
CLICK: Final = "email_click"
MANY: Final = 3
"""So many of one kind within BURST are a burst."""
BURST: Final = timedelta(seconds=10)
AT_ONCE: Final = timedelta(seconds=1)


def recognise(acts: Sequence[Activity]) -> Sequence[Activity]:
    """One lead's acts, with `by_machine` set on those that a machine did; the same sequence where nothing changes."""
    mail = [act for act in acts if act.type in (OPEN, CLICK)]
    if len(mail) < 2:
        return acts
    mail.sort(key=_time)
    found = set(_clicks(mail))
    scans = [act for act in mail if act.type == CLICK and (act.by_machine or act.key in found)]
    found.update(_opens(mail, scans))
    if not found:
        return acts
    return [replace(act, by_machine=True) if act.key in found and not act.by_machine else act for act in acts]


def _clicks(mail: Sequence[Activity]) -> Iterator[str]:
    """Keys of the clicks that came in a burst, or on different links at once."""
    clicks = [act for act in mail if act.type == CLICK]
    for together in _windows(clicks, BURST):
        unsaid = [act for act in together if act.by_machine is not False]
        if len(_links(together)) >= MANY or len(unsaid) >= MANY:
            yield from (act.key for act in together)
    for together in _windows([act for act in clicks if act.by_machine is not False], AT_ONCE):
        if len(_links(together)) > 1:
            yield from (act.key for act in together)


def _opens(mail: Sequence[Activity], scans: Sequence[Activity]) -> Iterator[str]:
    """Keys of the opens that came in a burst, or beside a scan."""
    opens = [act for act in mail if act.type == OPEN and act.by_machine is not False]
    for together in _windows(opens, BURST):
        if len(together) >= MANY:
            yield from (act.key for act in together)
    for act in opens:
        if any(abs(click.at - act.at) <= BURST for click in scans):
            yield act.key


def _windows(acts: Sequence[Activity], span: timedelta) -> Iterator[Sequence[Activity]]:
    """The largest runs of several acts that lie within `span`, where their times are told to the second.

    Where a source tells minutes or days alone, what it reports together need not have happened together.
    """
    end = 0
    for start, first in enumerate(acts):
        was, end = end, max(end, start + 1)
        while end < len(acts) and acts[end].at - first.at <= span:
            end += 1
        together = acts[start:end] if end > was else ()
        if len(together) > 1 and _to_the_second(act.at for act in together):
            yield together


def _to_the_second(times: Iterable[datetime]) -> bool:
    return any(at.second or at.microsecond for at in times)


def _links(clicks: Iterable[Activity]) -> set[str]:
    return {act.url for act in clicks if act.url}


def _time(act: Activity) -> datetime:
    return act.at
