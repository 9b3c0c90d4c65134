"""`leadloop adapters`: what is installed and what each can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from connector.adapter import Spec
from connector.adapter.registry import GROUPS, Side, installed, spec_of
from connector.cli.caller import Caller, Verb
from connector.cli.output import show, table
from connector.model import Json


@click.command(cls=Verb)
@click.pass_obj
def adapters(caller: Caller) -> None:
    """Show the installed adapters and what each can do."""
    found = list(_installed())
    rows = [one | {"writes": ", ".join(one["capabilities"]["writes"]), "credentials": _ways(one)} for one in found]
    show(caller, {"adapters": found}, table(rows, ("side", "name", "title", "writes", "credentials")))


def _ways(one: Json) -> str:
    """How one may sign in."""
    return " or ".join(map(", ".join, one["credentials"])) or "none"


def _installed() -> Iterator[Json]:
    sides: list[Side] = list(GROUPS)
    for side in sides:
        for name in installed(side):
            yield _described(side, spec_of(side, name))


def _described(side: Side, spec: Spec) -> Json:
    declared: dict[str, Any] = spec.model_dump(
        mode="json",
        include={"name", "title", "capabilities", "options", "limits", "scopes", "source", "read_on", "unverified"},
    )
    return {"side": side, **declared, "credentials": [list(auth.credentials) for auth in spec.auth]}
