"""May we, and is everything there? The lines of `check` and `doctor` for one company."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from adapters.pipedrive.account import Account
from adapters.pipedrive.columns import OBJECTS, folded
from connector.adapter import CheckLine
from connector.errors import ContractError
from connector.model import Json


def lines(account: Account) -> Iterator[CheckLine]:
    """Who we are, what this user sees, and the fields of every object that the mapping names."""
    me = own_user(account)
    yield CheckLine("ok", f"signed in as user {me.get('id')} of company {me.get('company_id')}")
    yield _sight(me)
    for object_name in OBJECTS:
        if object_name in {account.main, *account.options.also, *account.options.fields}:
            yield from _fields(account, object_name)
    yield _key(account)
    yield from _namesakes(account)


def own_user(account: Account) -> Json:
    """The user as whom we are signed in."""
    me = account.api.one("v1/users/me")
    if me is None:
        raise ContractError("Pipedrive does not say who we are")
    return me


def _sight(me: Json) -> CheckLine:
    """A user who does not see a record does not find it, and nothing says so."""
    if any(one.get("app") == "sales" and one.get("admin") for one in me.get("access") or ()):
        return CheckLine("ok", "this user is an admin of deals: it sees every record")
    return CheckLine(
        "warn", "this user may not see every record: one that it does not see is made a second time",
        "use an admin's token, or give the user's visibility group the whole company",
    )  # fmt: skip


def _fields(account: Account, object_name: str) -> Iterator[CheckLine]:
    named = account.options.fields.get(object_name, ())
    missing = sorted(name for name in named if account.schema.find(object_name, name) is None)
    if missing:
        next_step = f"'leadloop prepare {account.options.connection}' makes them; or correct their names in the mapping"
        yield CheckLine("fail", f"{object_name} has no field {', '.join(repr(name) for name in missing)}", next_step)
    else:
        yield CheckLine("ok", f"{object_name}: all {len(named)} fields of the mapping are there")


def _key(account: Account) -> CheckLine:
    key, column = account.options.key, account.key_column(account.main)
    if key is None:
        return CheckLine("warn", "the mapping names no key: records are found by e-mail alone", "set `key`")
    if column is None:
        next_step = f"'leadloop prepare {account.options.connection}' makes it"
        return CheckLine("fail", f"{account.main} has no field '{key}' for the key", next_step)
    if column.type not in ("varchar", "varchar_auto", "text"):
        return CheckLine(
            "fail", f"the key '{key}' is no text: a search does not find it", "make it a field of type Text"
        )
    return CheckLine("ok", f"the key stands in '{key}' of each {account.main}")


def _namesakes(account: Account) -> Iterator[CheckLine]:
    """Pipedrive lets two fields have one name: which is meant?"""
    for object_name, named in account.options.fields.items():
        times = Counter(folded(name) for name in account.schema.custom_names(object_name))
        for name in sorted({name for name in named if times[folded(name)] > 1}):
            yield CheckLine("warn", f"{object_name} has several fields called '{name}'", "rename all but one of them")
