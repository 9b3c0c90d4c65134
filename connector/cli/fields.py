"""Verbs about an account's fields: `discover`, `prepare`, `mapping check`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import click
from msgspec.structs import asdict

from connector.cli.caller import Caller, Family, Verb
from connector.cli.checking import connections, fields_of, mapping_findings
from connector.cli.context import accounts
from connector.cli.lines import Line, attempt, ok, worst
from connector.cli.lines import as_text as lines_as_text
from connector.cli.lines import document as lines_document
from connector.cli.output import show, table
from connector.errors import ConfigError
from connector.loop.context import Crm, Marketing
from connector.model import Json

DONE = ("exists", "created", "would_create")


@click.command(cls=Verb)
@click.argument("name")
@click.pass_obj
def discover(caller: Caller, name: str) -> None:
    """Show the fields that an account really has."""
    with accounts(caller) as loop:
        rows = [asdict(field) for field in fields_of(connections(loop, name)[0])]
    text = table(rows, ("object", "name", "label", "type", "writable", "required", "unique"))
    show(caller, {"connection": name, "fields": rows}, text if rows else "the account has no field")


@click.command(cls=Verb)
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Say what would be made; make nothing.")
@click.pass_context
def prepare(context: click.Context, name: str, dry_run: bool) -> None:
    """Make, or verify, the fields that the mapping writes."""
    caller: Caller = context.obj
    with accounts(caller) as loop:
        one = connections(loop, name)[0]
        rows = _prepare_crm(one, dry_run) if isinstance(one, Crm) else _prepare_marketing(one, dry_run)
    text = table(rows, ("object", "name", "status", "text")) if rows else "the mapping writes no field of its own"
    show(caller, {"connection": name, "dry_run": dry_run, "fields": rows}, text)
    if any(row["status"] not in DONE for row in rows):
        context.exit(1)


def _prepare_crm(crm: Crm, dry_run: bool) -> list[Json]:
    outcomes = crm.adapter.ensure_fields(crm.mapping.field_plan(), dry_run=dry_run)
    return [
        {"object": one.plan.object, "name": one.plan.name, "status": one.status, "text": one.text} for one in outcomes
    ]


def _prepare_marketing(source: Marketing, dry_run: bool) -> list[Json]:
    wanted = source.mapping.feedback.writes
    found = source.adapter.plan_writes(wanted) if dry_run else source.adapter.prepare_writes(wanted)
    return [_told(name, status) for name, status in found.items()]


def _told(name: str, status: str) -> Json:
    """What an adapter says instead of `exists` or `created` is why the field is not there."""
    known = status in DONE
    return {"object": "", "name": name, "status": status if known else "missing", "text": "" if known else status}


@click.group(cls=Family)
def mapping() -> None:
    """Hold a mapping against the account: `mapping check`."""


@mapping.command()
@click.argument("name", required=False)
@click.pass_context
def check(context: click.Context, name: str | None) -> None:
    """Check mappings against the accounts' real fields."""
    caller: Caller = context.obj
    with accounts(caller) as loop:
        lines = [line for one in connections(loop, name) for line in attempt(one.name, partial(_mapping_lines, one))]
    show(caller, lines_document(lines), lines_as_text(lines))
    context.exit(worst(lines))


def _mapping_lines(one: Marketing | Crm) -> Sequence[Line]:
    findings = mapping_findings(one)
    lines = [Line(one.name, finding.level, str(finding.problem), code=ConfigError.exit_code) for finding in findings]
    return lines or [ok(one.name, "the mapping fits the account's fields")]
