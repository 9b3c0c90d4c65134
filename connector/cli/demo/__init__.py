"""`leadloop demo`: the whole loop on this machine, with nothing configured.

The one place of the command that knows the simulators; what it calls is handed the company.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
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
from connector.cli.demo.weeks import LIMIT_FACTOR, Totals, loop_over, prepare, weeks
from connector.cli.output import show
from connector.logs import configure
from connector.model import Json
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
    document = play(_free(context, folder), caller.now(), seed, contacts, Progress(sys.stderr))
    show(caller, document, as_text(document))
    context.exit(1 if document["totals"]["troubles"] else 0)


def play(folder: Path, now: datetime, seed: int, contacts: int, progress: Progress) -> Json:
    """Let the weeks before `now` pass in a simulated company; what they came to, as `--json` prints it."""
    start = _midnight(now) - timedelta(days=DAYS)
    totals = Totals()
    with ExitStack() as stack:
        company = stack.enter_context(
            Company(seed=seed, contacts=contacts, start=start, days=DAYS, limit_factor=LIMIT_FACTOR)
        )
        configuration = write_files(folder, company)
        loop = stack.enter_context(loop_over(configuration, company, seed))
        progress.began(contacts, DAYS // 7)
        prepare(loop)
        for week in weeks(loop, company, totals):
            progress.passed(week, totals)
        progress.ended()
        return found(loop, totals, configuration)


def _midnight(now: datetime) -> datetime:
    """The last midnight where the company is: no day of the demo lies in the future."""
    today = now.astimezone(ZoneInfo(TIME_ZONE)).date()
    return datetime.combine(today, time(), ZoneInfo(TIME_ZONE)).astimezone(UTC)


def _free(context: click.Context, folder: Path | None) -> Path:
    """A folder with nothing in it yet; a temporary one, which is kept, when none was named."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="leadloop-demo-"))
    if folder.is_dir() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty: name a new folder", context)
    return folder
