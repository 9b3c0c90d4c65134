"""Verbs that steer the loop: `pause`, `resume`, `backfill`, `cursor`."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from connector.adapter.registry import marketing_adapter
from connector.cli.asking import change, words, write_beside
from connector.cli.caller import Caller, Family, Verb
from connector.cli.context import config_to_look, looking, moment_in, must_have
from connector.cli.output import show, table
from connector.errors import ConfigError
from connector.insight.render import clock_times
from connector.model import Json
from connector.state import lists
from connector.state.clock import stamp
from connector.state.operation import ALL

COLUMNS: Final = ("connection", "stream", "fresh_at", "moved_at", "cursor")


@click.command(cls=Verb)
@click.argument("name", required=False)
@click.option("--because", default="asked for", metavar="TEXT", help="Why; `status` shows it.")
@click.pass_obj
def pause(caller: Caller, name: str | None, because: str) -> None:
    """Stop all writes, of one connection or of all, until `resume`."""
    must_have(config_to_look(caller), name)
    answer = write_beside(caller, "pause", {"subject": name or ALL, "name": name or ALL, "why": because})
    show(caller, answer, f"{name or 'every connection'} is not written to until 'leadloop resume'")


@click.command(cls=Verb)
@click.argument("name", required=False)
@click.pass_obj
def resume(caller: Caller, name: str | None) -> None:
    """Let writes go on after a `pause`."""
    must_have(config_to_look(caller), name)
    answer = write_beside(caller, "resume", {"subject": name or ALL, "name": name or ALL})
    show(caller, answer, "writes go on" if answer["was_paused"] else "it was not paused")


@click.command(cls=Verb)
@click.argument("name")
@click.option("--since", metavar="TIME", help="How far back; default: all that the platform has.")
@click.pass_obj
def backfill(caller: Caller, name: str, since: str | None) -> None:
    """Read history again, in a lane of its own behind everything fresh."""
    config = config_to_look(caller)
    if config.side(name) != "marketing":
        known = ", ".join(config.marketing)
        raise ConfigError(
            f"no marketing connection is called '{name}'", code="unknown_connection", hint=f"configured: {known}"
        )
    from_at = moment_in(config, since)
    spec = marketing_adapter(config.marketing[name].adapter).spec
    has_acts = spec.capabilities.has_acts_per_contact
    args = {
        "subject": name, "connection": name, "since": None if from_at is None else stamp(from_at),
        "streams": ["contacts", *(["activities"] if has_acts else [])],
    }  # fmt: skip
    answer = change(caller, "backfill", args)
    done = f"{answer.get('to_read')} reads are waiting, behind everything fresh"
    if spec.network and spec.capabilities.has_activity_feed:
        done += (
            f"\nacts that {spec.title} tells in one feed: 'leadloop cursor reset {name} activities' reads them again"
        )
    show(caller, answer, words(answer, done))


@click.group(cls=Family)
def cursor() -> None:
    """See how far streams were read, or move that."""


@cursor.command("list")
@click.pass_obj
def list_cursors(caller: Caller) -> None:
    """List how far each stream was read."""
    with looking(caller) as (config, store):
        rows = lists.cursors(store.read())
    shown = [row | {"cursor": json.dumps(row["cursor"])} for row in rows]
    text = table(clock_times(shown, ("fresh_at", "moved_at"), config.time_zone), COLUMNS)
    show(caller, {"cursors": rows}, text if rows else "nothing was read yet")


@cursor.command("set")
@click.argument("name")
@click.argument("stream")
@click.argument("value", metavar="JSON")
@click.pass_obj
def set_cursor(caller: Caller, name: str, stream: str, value: str) -> None:
    """Put a stream's cursor somewhere else; the old one is kept."""
    try:
        to = json.loads(value, object_pairs_hook=_once)
    except ValueError:
        to = None
    if not isinstance(to, dict):
        raise click.BadParameter("a cursor is a JSON object, as 'leadloop cursor list --json' prints it")
    _move(caller, "cursor set", name, stream, to)


def _once(pairs: list[tuple[str, Any]]) -> Json:
    """A JSON object whose keys each stand once: of two values, one would be lost without a word."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


@cursor.command()
@click.argument("name")
@click.argument("stream")
@click.pass_obj
def reset(caller: Caller, name: str, stream: str) -> None:
    """Read a stream from its beginning again; the old cursor is kept."""
    _move(caller, "cursor reset", name, stream, None)


def _move(caller: Caller, verb: str, name: str, stream: str, to: Any) -> None:
    with looking(caller) as (config, store):
        must_have(config, name)
        _must_fit(name, stream, to, lists.cursors(store.read()))
    args: Json = {"subject": f"{name}/{stream}", "connection": name, "stream": stream, "cursor": to, "verb": verb}
    answer = change(caller, "cursor set", args)
    where = "its beginning" if to is None else "there"
    show(caller, answer, words(answer, f"{name}/{stream} is read from {where} with the next run"))


def _must_fit(name: str, stream: str, to: Json | None, known: list[dict[str, Any]]) -> None:
    """Raises ConfigError for a stream that was never read, and for a cursor that has nothing of the one that stands."""
    streams = {row["stream"]: row["cursor"] for row in known if row["connection"] == name}
    stands = streams.get(stream)
    if to is not None and stands and not to.keys() & stands.keys():
        raise ConfigError(
            f"a cursor of {name}/{stream} has none of these keys",
            code="bad_cursor",
            hint=f"it has: {', '.join(stands)}; see 'leadloop cursor list --json'",
        )
    if stream not in streams:
        raise ConfigError(
            f"'{name}' has read no stream '{stream}'",
            code="unknown_stream",
            hint=f"it has: {', '.join(streams) or 'none'}",
        )
