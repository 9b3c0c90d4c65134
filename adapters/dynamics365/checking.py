"""May we, and is everything there? The lines of `check` and `doctor` for one environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.dynamics365.api import Api
from adapters.dynamics365.history import History
from adapters.dynamics365.schema import ACTIVE, Schema
from connector.adapter import CheckLine, Options
from connector.errors import ContractError


def lines(
    api: Api, options: Options, schema: Schema, history: History, key_tables: Sequence[str]
) -> Iterator[CheckLine]:
    """Who we are, the columns and keys of every table that the mapping names, and what is told of changes."""
    me = api.get("WhoAmI")
    if me is None or "UserId" not in me:
        raise ContractError("Dynamics does not say who we are")
    yield CheckLine("ok", f"signed in as user {me['UserId']} of organization {me.get('OrganizationId')}")
    for table in dict.fromkeys([*key_tables, *(name for name in options.fields if name)]):
        yield _columns(options, schema, table)
        if table in key_tables:
            yield _key(options, schema, table)
        yield _tracked(schema, table)
    yield _history(history)


def _columns(options: Options, schema: Schema, table: str) -> CheckLine:
    named = options.fields.get(table, ())
    missing = sorted(name for name in named if schema.find(table, name) is None)
    if missing:
        next_step = f"'leadloop prepare {options.connection}' makes them; or correct their names in the mapping"
        return CheckLine("fail", f"{table} has no column {', '.join(missing)}", next_step)
    return CheckLine("ok", f"{table}: all {len(named)} columns of the mapping are there")


def _key(options: Options, schema: Schema, table: str) -> CheckLine:
    key = options.key
    if key is None:
        return CheckLine("fail", "the mapping names no key to make records under", "set `key` in the mapping")
    state = schema.key_state(table, key)
    if state == ACTIVE:
        return CheckLine("ok", f"{table}: the alternate key on {key} is active")
    if state is None:
        next_step = f"'leadloop prepare {options.connection}' makes it"
        return CheckLine("fail", f"{table} has no alternate key on {key}", next_step)
    return CheckLine("fail", f"{table}: the alternate key on {key} is {state}", "wait for it, or look at its job")


def _tracked(schema: Schema, table: str) -> CheckLine:
    if schema.is_tracked(table):
        return CheckLine("ok", f"the changes of {table} are tracked")
    return CheckLine(
        "warn", f"the changes of {table} are not tracked: deletions are not told",
        f"Power Apps > Tables > {table} > Advanced options > Track changes",
    )  # fmt: skip


def _history(history: History) -> CheckLine:
    if history.is_readable():
        return CheckLine("ok", "the audit log may be read: audited decisions have their moment and author")
    return CheckLine(
        "warn", "the audit log may not be read: decisions are dated by the last change of their record",
        "give the security role the privilege View Audit Summary, and audit the status columns",
    )  # fmt: skip
