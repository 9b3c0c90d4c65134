"""`check`: what the accounts say. `doctor`: everything that this loop stands on."""

from __future__ import annotations

import click

from connector.cli.caller import Caller, Verb
from connector.cli.checking import check_lines
from connector.cli.context import accounts
from connector.cli.lines import Line, as_text, document, worst
from connector.cli.output import show
from connector.cli.surroundings import doctor_lines


@click.command(cls=Verb)
@click.argument("name", required=False)
@click.pass_context
def check(context: click.Context, name: str | None) -> None:
    """Ask the accounts: credentials, scopes, and whether the mapping fits."""
    caller: Caller = context.obj
    with accounts(caller) as loop:
        lines = check_lines(loop, name)
    _end(context, caller, lines)


@click.command(cls=Verb)
@click.pass_context
def doctor(context: click.Context) -> None:
    """Look at everything, each line with its next step."""
    caller: Caller = context.obj
    _end(context, caller, doctor_lines(caller))


def _end(context: click.Context, caller: Caller, lines: list[Line]) -> None:
    show(caller, document(lines), as_text(lines))
    context.exit(worst(lines))
