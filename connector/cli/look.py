"""Verbs that only look: `status`, `explain`, `report`."""

from __future__ import annotations

from collections.abc import Callable

import click

from connector import insight
from connector.cli.caller import Caller, Family, Verb
from connector.cli.connected import connected
from connector.cli.context import email_rules, looking, moment_in, world_of
from connector.cli.output import show
from connector.config import Config
from connector.insight.render import as_csv, as_text, in_zone, lead_as_text, status_as_text
from connector.loop.context import Loop
from connector.loop.score import examine, has_new_evidence
from connector.model import Json
from connector.scoring import load_model
from connector.state import leads
from connector.state.store import Store


@click.command(cls=Verb)
@click.pass_context
def status(context: click.Context) -> None:
    """Show how the loop is doing: freshness, backlog, quota, writes, rejects."""
    caller: Caller = context.obj
    with looking(caller) as (config, store):
        held = store.is_held_elsewhere()
        document = insight.status(store.read(), connected(config), caller.now(), held=held)
    show(caller, document, status_as_text(in_zone(document, config.time_zone)))
    context.exit(insight.exit_code(document))


@click.command(cls=Verb)
@click.argument("lead")
@click.option("--at", "time", metavar="TIME", help="As it was known then; default: now.")
@click.pass_obj
def explain(caller: Caller, lead: str, time: str | None) -> None:
    """Explain a lead, named by e-mail or any id: its points, its stage, what was sent."""
    with looking(caller) as (config, store):
        at = moment_in(config, time)
        person = insight.one_person(store.read(), email_rules(config), lead)
        loop = _loop_to_explain(caller, config, store)
        known = leads.dossiers(store.read(), [person], known_by=at)
        when = at or caller.now()
        order = {name: rank for rank, name in enumerate(config.marketing)}
        examined = examine(loop, known[0], when, order, explain=True) if known else None
        news = examined is None or has_new_evidence(loop, examined)
        document = insight.explain(store.read(), person, examined, loop.model, when, has_new_evidence=news)
    show(caller, document, lead_as_text(in_zone(document, config.time_zone)))


def _loop_to_explain(caller: Caller, config: Config, store: Store) -> Loop:
    """A loop without connections: working out a score asks nobody."""
    model = load_model(config.scoring, time_zone=config.time_zone)
    return Loop(config, store, world_of(caller), model, email_rules(config), marketing=[], crm=[])


@click.group(cls=Family)
def report() -> None:
    """Show the funnel, the reasons of sales, or where rejected leads came from."""


def _report(name: str, find: Callable[..., Json], says: str) -> None:
    @report.command(name, help=says)
    @click.option("--since", metavar="TIME", help="Cycles begun from then on.")
    @click.option("--until", metavar="TIME", help="Cycles begun before then.")
    @click.option("--csv", "as_table", is_flag=True, help="Print the rows as CSV.")
    @click.pass_obj
    def one(caller: Caller, since: str | None, until: str | None, as_table: bool) -> None:
        if as_table and caller.as_json:
            raise click.UsageError("--csv and --json exclude each other")
        with looking(caller) as (config, store):
            begin, end = moment_in(config, since), moment_in(config, until)
            if begin is not None and end is not None and begin >= end:
                raise click.BadParameter(f"'{until}' is not after --since '{since}'", param_hint="--until")
            document = find(store.read(), since=begin, until=end)
        shown = in_zone(document, config.time_zone)
        text = as_csv(document).rstrip("\r\n") if as_table else as_text(shown)
        show(caller, document, text)


_report("funnel", insight.funnel, "Show how many leads reach each stage, and how fast.")
_report("reasons", insight.reasons, "Show why sales rejects or loses leads.")
_report("sources", insight.sources, "Show which source, form or rule yields what sales rejects.")
