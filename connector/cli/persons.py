"""Verbs about one person: `identity`, `erase`, `export`."""

from __future__ import annotations

import os

import click
from msgspec.structs import asdict

from connector.cli.asking import change, words
from connector.cli.caller import Caller, Family, Verb
from connector.cli.context import email_rules, looking
from connector.cli.output import print_json, show, table
from connector.errors import RecordError
from connector.insight.find import one_person
from connector.state import people, reading
from connector.state.stored import everything_of

CLASHES = ("identity_clash", "crm_duplicate", "crm_key_taken")
"""Rejects that ask a person who is who."""


@click.group(cls=Family)
def identity() -> None:
    """See who is who, and join two leads that are one person."""


@identity.command("list")
@click.argument("lead", required=False)
@click.pass_obj
def list_identities(caller: Caller, lead: str | None) -> None:
    """List the ids and addresses of LEAD; without it, the clashes that wait for a person."""
    with looking(caller) as (config, store):
        db = store.read()
        if lead is None:
            rows = [asdict(one) for one in reading.rejects(db) if one.code in CLASHES]
            text = table(rows, ("id", "connection", "key", "code", "text")) if rows else "no clash"
            show(caller, {"clashes": rows}, text)
            return
        person = one_person(db, email_rules(config), lead)
        known = [{"system": system, "id": key, "role": role} for system, key, role in people.identities_of(db, person)]
        name = people.leadloop_id_of(db, person)
    show(caller, {"lead": name, "identities": known}, "\n".join([name, table(known, ("system", "id", "role"))]))


@identity.command()
@click.argument("lead")
@click.argument("other")
@click.pass_obj
def join(caller: Caller, lead: str, other: str) -> None:
    """Say that two leads are one person; OTHER becomes LEAD, and the score is worked out anew."""
    with looking(caller) as (config, store):
        db, rules = store.read(), email_rules(config)
        winner, loser = one_person(db, rules, lead), one_person(db, rules, other)
        names = people.leadloop_id_of(db, winner), people.leadloop_id_of(db, loser)
    if winner == loser:
        raise RecordError("both are the same lead already", code="same_lead")
    args = {"subject": f"{names[1]} into {names[0]}", "winner": winner, "loser": loser}
    answer = change(caller, "identity join", args)
    show(caller, {"lead": names[0], "was": names[1], **answer}, words(answer, f"{names[1]} is now {names[0]}"))


@click.command(cls=Verb)
@click.argument("lead")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(caller: Caller, lead: str, yes: bool) -> None:
    """Erase everything that is stored of a person, for good."""
    with looking(caller) as (config, store):
        person = one_person(store.read(), email_rules(config), lead)
        name = people.leadloop_id_of(store.read(), person)
    if not yes:
        click.confirm(
            f"erase {name} for good? backups keep it; marketing and the CRM are not touched", abort=True, err=True
        )
    answer = change(caller, "erase", {"subject": name, "person": person, "salt": os.urandom(16).hex()})
    show(caller, answer, words(answer, f"{name} is erased, and stays so when marketing names it again"))


@click.command(cls=Verb)
@click.argument("lead")
@click.pass_obj
def export(caller: Caller, lead: str) -> None:
    """Print everything that is stored of a person, as JSON."""
    with looking(caller) as (config, store):
        person = one_person(store.read(), email_rules(config), lead)
        print_json(everything_of(store.read(), person))
