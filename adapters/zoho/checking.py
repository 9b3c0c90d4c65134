"""May we, and is everything there? The lines of `check` and `doctor` for one account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapters.zoho.account import Account
from connector.adapter import CheckLine
from connector.errors import RemoteRefusal
from connector.model import Json

ADMIN: Final = "Administrator"


def lines(account: Account) -> Iterator[CheckLine]:
    """Who we are, what this user sees, and the fields of every object that the mapping names."""
    me = account.me
    yield CheckLine("ok", f"signed in as user {me['id']}")
    yield _sight(me)
    for object_name in dict.fromkeys([*account.key_objects, *(name for name in account.options.fields if name)]):
        try:
            yield from _object(account, object_name)
        except RemoteRefusal as refusal:
            if refusal.means not in ("gone", "config"):
                raise
            yield CheckLine("fail", f"the module {object_name} cannot be seen", refusal.hint)


def _sight(me: Json) -> CheckLine:
    """A user who does not see a record does not find it, and nothing says so."""
    profile = me.get("profile")
    if isinstance(profile, dict) and profile.get("name") == ADMIN:
        return CheckLine("ok", "this user is an administrator: it sees every record")
    return CheckLine(
        "warn", "this user may not see every record: a person that it does not see is made a second time",
        "give it the profile Administrator, or a role above all who own leads",
    )  # fmt: skip


def _object(account: Account, object_name: str) -> Iterator[CheckLine]:
    known = account.schema.columns(object_name)
    named = account.options.fields.get(object_name, ())
    missing = sorted(name for name in named if name not in known)
    if missing:
        next_step = f"'leadloop prepare {account.options.connection}' makes them; or correct their API names"
        yield CheckLine("fail", f"{object_name} lacks, or hides from this user: {', '.join(missing)}", next_step)
    else:
        yield CheckLine("ok", f"{object_name}: all {len(named)} fields of the mapping are there")
    if object_name in account.key_objects:
        yield _key(account, object_name)


def _key(account: Account, object_name: str) -> CheckLine:
    key = account.options.key
    if key is None:
        return CheckLine("fail", f"{object_name}: the mapping names no key", "set `key` to a unique field")
    column = account.schema.find(object_name, key)
    if column is None:
        next_step = f"'leadloop prepare {account.options.connection}' makes it"
        return CheckLine("fail", f"{object_name} has no field '{key}' for the key", next_step)
    if not column.unique:
        next_step = "mark it 'Do not allow duplicate values': an upsert goes by it"
        return CheckLine("fail", f"{object_name}.{key} allows duplicates", next_step)
    return CheckLine("ok", f"{object_name}.{key} holds our key and refuses duplicates")
