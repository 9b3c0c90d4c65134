"""`leadloop demo`: the whole loop on this machine, with nothing configured.

The one place of the command that knows the simulators; what it calls is handed the company.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from connector.cli.caller import Caller, Verb
from connector.cli.demo.files import TIME_ZONE, write_files
from connector.cli.demo.found import found
from connector.cli.demo.progress import Progress
from connector.cli.demo.telling import as_text
from connector.cli.demo.weeks import LIMIT_FACTOR, Totals, live, loop_over, prepare
from connector.cli.output import show
from connector.logs import configure
from connector.loop.context import Loop
from connector.testing.company import Company

DAYS: Final = 28
CONTACTS: Final = 2000
FEWEST: Final = 100


@click.command(cls=Verb)
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), help="Where its files are kept.")
@click.option("--seed", default=7, show_default=True, help="Another seed, another company.")
@click.option("--contacts", default=CONTACTS, show_default=True, type=click.IntRange(FEWEST), help="How many people.")
@click.pass_context
def demo(context: click.Context, folder: Path | None, seed: int, contacts: int) -> None:
    """Show the whole loop on this machine, with nothing configured."""
    caller: Caller = context.obj
    configure(sys.stderr, debug=caller.debug)
    with played(_free(context, folder), caller.now(), seed, contacts, Progress(sys.stderr)) as (_, loop, totals):
        document = found(loop, totals)
    show(caller, document, as_text(document))
    context.exit(1 if totals.troubles else 0)


@contextmanager
def played(
    folder: Path, now: datetime, seed: int, contacts: int, progress: Progress
) -> Iterator[tuple[Company, Loop, Totals]]:
    """The weeks before `now` have passed in a simulated company, which is still up, with the loop over it."""
    start = _last_evening(now) - timedelta(days=DAYS)
    totals = Totals()
    with (
        Company(seed=seed, contacts=contacts, start=start, days=DAYS, limit_factor=LIMIT_FACTOR) as company,
        loop_over(write_files(folder, company), company, seed) as loop,
    ):
        progress.began(contacts, DAYS // 7)
        prepare(loop)
        for week in live(loop, company, totals):
            progress.passed(week, totals)
        progress.ended()
        yield company, loop, totals


def _last_evening(now: datetime) -> datetime:
    """Eleven at night, yesterday, where the company is: nothing of the demo lies in the future."""
    today = now.astimezone(ZoneInfo(TIME_ZONE)).date()
    return datetime.combine(today, time(), ZoneInfo(TIME_ZONE)).astimezone(UTC) - timedelta(hours=1)


def _free(context: click.Context, folder: Path | None) -> Path:
    """A folder with nothing in it yet; a temporary one, which is kept, when none was named."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="leadloop-demo-"))
    if folder.is_dir() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty: name a new folder", context)
    return folder
