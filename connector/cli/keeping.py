"""Verbs that look after the state file, its key and its audit log: `state`, `keys`, `audit`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from connector.cli import restoring, rotating
from connector.cli.asking import existing
from connector.cli.caller import Caller, Family
from connector.cli.context import config_of, config_to_look, looking
from connector.cli.output import show
from connector.cli.proving import problems_of
from connector.errors import StateError
from connector.state import audit as audit_log
from connector.state import lists
from connector.state.audit import Head
from connector.state.schema import SCHEMA_VERSION
from connector.state.unusable import telling


@click.group(cls=Family)
def state() -> None:
    """Check, copy, put back or migrate the state file."""


@state.command()
@click.pass_obj
def check(caller: Caller) -> None:
    """Prove that the state file is sound."""
    with looking(caller) as (config, store):
        found = problems_of(store)
        schema = lists.schema(store.read())
    if found:
        raise StateError(
            f"{config.state} is damaged: {'; '.join(found)}", hint="restore a backup: 'leadloop state restore FILE'"
        )
    show(caller, {"state": str(config.state), "schema": schema, "problems": []}, f"{config.state} is sound")


@state.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(caller: Caller, file: Path) -> None:
    """Copy the state to FILE, also beside a running daemon."""
    with telling(file, "backup"):
        is_there = file.exists()
    if is_there:
        raise click.BadParameter(f"{file} exists already: name another file", param_hint="FILE")
    with looking(caller) as (_, store):
        store.backup(file)
    show(caller, {"backup": str(file)}, f"copied to {file}; tokens in it need the same key")


@state.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def restore(caller: Caller, file: Path) -> None:
    """Put a backup in place; the present state is kept beside it."""
    config = config_to_look(caller)
    done = restoring.restore(config.state, file, caller.now)
    lines = [f"{config.state} is now {file}"]
    lines += [f"what was there before is {done.kept}"] if done.kept else []
    lines += [f"{done.distrusted} writes may have happened since; they are read back before anything is sent again"]
    lines += [_erased_since(done.erased)]
    document = {
        "restored": str(file),
        "kept": done.kept and str(done.kept),
        "read_back": done.distrusted,
        "erased": done.erased,
    }
    show(caller, document, "\n".join(lines))


def _erased_since(persons: int | None) -> str:
    if persons is None:
        return "who was erased since the backup stands in it again: there was no state that could say who; erase them"
    return f"{persons} persons who were erased since the backup are erased again"


@state.command()
@click.pass_obj
def migrate(caller: Caller) -> None:
    """Bring the state to this program's schema; a copy is made first."""
    config = config_to_look(caller)
    with closing(existing(config, caller)) as store, store.hold():
        found = problems_of(store)
    if found:
        raise StateError(f"{config.state} is damaged: {'; '.join(found)}", hint="restore the copy made before it")
    show(caller, {"schema": SCHEMA_VERSION}, f"{config.state} has schema {SCHEMA_VERSION}")


@click.group(cls=Family)
def keys() -> None:
    """Renew the key that encrypts stored tokens: `keys rotate`."""


@keys.command()
@click.option(
    "--old-key-file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With a configured secret_key: the file that holds the one before.",
)  # fmt: skip
@click.pass_obj
def rotate(caller: Caller, old_key_file: Path | None) -> None:
    """Encrypt stored tokens with a new key; stop the daemon first."""
    config = config_of(caller)
    with closing(existing(config, caller)) as store, store.hold():
        sealed = rotating.rotate(store, config, old_key_file)
    show(caller, {"sealed": sealed}, f"the tokens of {sealed} connections are encrypted with the new key")


@click.group(cls=Family)
def audit() -> None:
    """Prove the log of what people changed: `audit verify`."""


@audit.command()
@click.option("--head", metavar="HEAD", help="The head that an earlier call told: is all of that time still there?")
@click.pass_obj
def verify(caller: Caller, head: str | None) -> None:
    """Prove that no line of the audit log was changed or taken out."""
    noted = None if head is None else _noted(head)
    with looking(caller) as (_, store):
        db = store.read()
        fault = audit_log.fault(db) or (audit_log.differs_from(db, noted) if noted else None)
        now = audit_log.head(db)
    if fault is not None:
        raise StateError(fault, code="broken_audit", hint="compare with a backup: somebody wrote past leadloop")
    text = f"the audit log is whole: {now.lines} lines; its head is {now}"
    show(caller, {"lines": now.lines, "broken_at": None, "head": str(now)}, text)


def _noted(text: str) -> Head:
    lines, _, hash_ = text.partition(":")
    if not (lines.isdecimal() and hash_):
        raise click.BadParameter(f"'{text}' is no head: take it from 'leadloop audit verify'", param_hint="--head")
    return Head(int(lines), hash_)
