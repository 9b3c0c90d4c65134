"""`rejects`: records that failed, and what becomes of them. `held`: writes that wait for a person's word."""

from __future__ import annotations

import click
from msgspec.structs import asdict

from connector.cli.asking import change, words
from connector.cli.caller import Caller, Family
from connector.cli.context import config_to_look, looking, must_have
from connector.cli.output import show, table
from connector.errors import RecordError
from connector.insight.render import clock_times
from connector.model import Json
from connector.state import lists, reading


@click.group(cls=Family)
def rejects() -> None:
    """See, replay or drop records that failed."""


@rejects.command("list")
@click.option("--connection", metavar="NAME", help="Of this connection alone.")
@click.option("--code", help="With this code alone.")
@click.option("--state", type=click.Choice(["open", "closed", "dropped"]), default="open", show_default=True)
@click.pass_obj
def list_rejects(caller: Caller, connection: str | None, code: str | None, state: str) -> None:
    """List the records that failed."""
    with looking(caller) as (config, store):
        must_have(config, connection)
        found = reading.rejects(store.read(), state=state, connection=connection)
    rows = [asdict(one) for one in found if code in (None, one.code)]
    text = table(rows, ("id", "connection", "stream", "place", "code", "field", "times", "text"))
    show(caller, {"rejects": rows}, text if rows else f"no {state} reject")


@rejects.command("show")
@click.argument("number", type=int)
@click.pass_obj
def show_reject(caller: Caller, number: int) -> None:
    """Show one reject with the record as it was read."""
    with looking(caller) as (config, store):
        row = lists.reject(store.read(), number)
    if row is None:
        raise RecordError(f"no reject has the number {number}", code="no_reject", hint="see 'leadloop rejects list'")
    show(caller, row, _in_lines(clock_times([row], ("first_at", "last_at"), config.time_zone)[0]))


def _in_lines(row: Json) -> str:
    return "\n".join(f"{name}: {value}" for name, value in row.items() if value is not None)


@rejects.command()
@click.argument("number", type=int, required=False)
@click.option("--code", help="All with this code.")
@click.option("--connection", metavar="NAME", help="All of this connection.")
@click.pass_obj
def replay(caller: Caller, number: int | None, code: str | None, connection: str | None) -> None:
    """Give rejects another chance: one, those of a code or connection, or all."""
    must_have(config_to_look(caller), connection)
    wanted = {"id": number, "code": code, "connection": connection}
    answer = change(caller, "rejects replay", {"subject": number or code or connection or "all", **wanted})
    done = f"{answer.get('replayed')} will be tried again with the next run"
    if left := answer.get("left"):
        done += f"\n{left} are read when they are saved again over there; 'leadloop rejects replay N' says more of each"
    show(caller, answer, words(answer, done))


@rejects.command()
@click.argument("number", type=int)
@click.pass_obj
def drop(caller: Caller, number: int) -> None:
    """Leave a reject as it is, for good."""
    answer = change(caller, "rejects drop", {"subject": number, "id": number})
    show(caller, answer, words(answer, f"reject {number} is dropped"))


@click.group(cls=Family)
def held() -> None:
    """See or release writes that are held back."""


@held.command("list")
@click.pass_obj
def list_held(caller: Caller) -> None:
    """List the writes that are held back, and why."""
    with looking(caller) as (config, store):
        rows = lists.held(store.read())
    shown = clock_times(rows, ("since",), config.time_zone)
    text = table(shown, ("id", "connection", "lead", "kind", "name", "creates", "why", "since"))
    show(caller, {"held": rows}, text if rows else "nothing is held back")


@held.command()
@click.argument("name", required=False)
@click.pass_obj
def release(caller: Caller, name: str | None) -> None:
    """Let held writes go, of one connection or of all."""
    must_have(config_to_look(caller), name)
    answer = change(caller, "held release", {"subject": name or "all", "connection": name})
    show(caller, answer, words(answer, f"{answer.get('released')} released; the next run sends them"))
