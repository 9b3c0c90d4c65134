"""`leadloop run`: the daemon, or one pass of all steps."""

from __future__ import annotations

import click

from connector.cli.caller import Caller, Verb
from connector.cli.context import log_to_stderr
from connector.cli.output import show, table
from connector.cli.passes import one_pass
from connector.cli.planned import as_text
from connector.loop.run import STEPS
from connector.model import Json

COLUMNS = (
    "step", "connection", "stream", "read", "saved", "unchanged", "rejected", "created", "updated", "held", "requests",
)  # fmt: skip


@click.command(cls=Verb)
@click.option("--once", is_flag=True, help="One pass of all steps, then end.")
@click.option("--only", multiple=True, type=click.Choice(STEPS), help="With --once: this step alone (repeatable).")
@click.option("--connection", metavar="NAME", help="With --once: this connection alone.")
@click.option("--dry-run", is_flag=True, help="With --once: read, score and plan on a copy; send nothing.")
@click.pass_context
def run(context: click.Context, once: bool, only: tuple[str, ...], connection: str | None, dry_run: bool) -> None:
    """Run the daemon, or one pass of all steps."""
    caller: Caller = context.obj
    if not once:
        if only or connection or dry_run:
            raise click.UsageError("--only, --connection and --dry-run go with --once", context)
        from connector.daemon import serve  # noqa: PLC0415 - a single pass needs no scheduler

        context.exit(serve(caller.config_path, caller.environ, debug=caller.debug))
    log_to_stderr(caller)
    document, code = one_pass(caller, only, connection, dry_run=dry_run)
    show(caller, document, _text(document))
    context.exit(code)


def _text(document: Json) -> str:
    lines = [table(document["steps"], COLUMNS)]
    for step in document["steps"]:
        place = " ".join(filter(None, (step["step"], step["connection"], step["stream"])))
        says = [step["error"], step["hint"] and f"hint: {step['hint']}", step["why_zero"]]
        lines += [f"{place}: {text}" for text in says if text]
    if "writes" in document:
        lines += ["", as_text(document["writes"])]
    told = ", stopped by a signal before its end; the next run goes on from here" if document.get("stopped") else ""
    return "\n".join([*lines, "", f"run {document['run']}: {document['outcome']}{told}"])
