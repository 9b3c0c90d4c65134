"""What the demo says while it works, on stderr: one line that is written over on a terminal, one a week elsewhere."""

from __future__ import annotations

from typing import TextIO

import click

from connector.cli.demo.weeks import Totals


class Progress:
    """Tells how far the weeks have come."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._weeks = 0

    def began(self, contacts: int, weeks: int) -> None:
        """Before the first day."""
        self._weeks = weeks
        said = f"A simulated RD Station and a simulated Salesforce are up; {weeks} weeks of {contacts:,} people begin."
        click.echo(said, file=self._stream)

    def passed(self, week: int, totals: Totals) -> None:
        """At the end of a week."""
        said = (
            f"week {week} of {self._weeks}: {totals.contacts:,} contacts, {totals.mqls} MQLs,"
            f" {totals.decisions} decisions of sales, {totals.requests:,} requests"
        )
        over = self._stream.isatty()
        click.echo(f"\r{said}\x1b[K" if over else said, file=self._stream, nl=not over)

    def ended(self) -> None:
        """After the last week."""
        if self._stream.isatty():
            click.echo(file=self._stream)
