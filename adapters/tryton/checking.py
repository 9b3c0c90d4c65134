"""May we, and is everything there? The lines of `check` and `doctor` for one database."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.tryton.account import Account
from adapters.tryton.names import MECHANISM, OPPORTUNITY
from connector.adapter import CheckLine


def lines(account: Account) -> Iterator[CheckLine]:
    """For which company we work, the fields of the mapping, and where our key stands."""
    company = account.preferences.get("company")
    if company is None:
        yield CheckLine("fail", "the user of the key works in no company", "choose one in the user's preferences")
    else:
        yield CheckLine("ok", f"signed in; leads are made in company {company}")
    for object_name, names in account.options.fields.items():
        yield from _fields(account, object_name, names)
    yield _key(account)
    yield from _mechanisms(account)


def _fields(account: Account, object_name: str, names: object) -> Iterator[CheckLine]:
    named = list(names) if isinstance(names, list | tuple) else []
    missing = sorted(name for name in named if account.schema.find(object_name, name) is None)
    if missing:
        next_step = "correct their names in the mapping, or let the user of the key read them"
        yield CheckLine("fail", f"{object_name} has no field {', '.join(repr(name) for name in missing)}", next_step)
    else:
        yield CheckLine("ok", f"{object_name}: all {len(named)} fields of the mapping are there")


def _key(account: Account) -> CheckLine:
    key = account.options.key
    if key is None:
        return CheckLine("warn", "the mapping names no key: leads are found by e-mail alone", "set `key: reference`")
    column = account.schema.find(OPPORTUNITY, key)
    if column is None or not column.writable or column.type != "char":
        return CheckLine("fail", f"'{key}' cannot hold the key", "name a text field, such as reference")
    return CheckLine("ok", f"the key stands in '{key}' of each opportunity")


def _mechanisms(account: Account) -> Iterator[CheckLine]:
    """People are found by their contact mechanisms: without the right to read them, all would be made anew."""
    if account.schema.find(MECHANISM, "value") is None:
        yield CheckLine("fail", "the user may not read contact mechanisms", "give it the right to read parties")
