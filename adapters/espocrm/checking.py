"""May we, and is everything there? The lines of `check` and `doctor` for one installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.espocrm.account import Account
from adapters.espocrm.spec import PEOPLE
from adapters.espocrm.tasks import TASK
from connector.adapter import CheckLine
from connector.errors import ConfigError

NEEDED: Final = ("create", "edit")
_REFUSED: Final = (None, False, "no", "not-set")


def lines(account: Account) -> Iterator[CheckLine]:
    """Who we are, what the role allows, and the fields of every object that the mapping names."""
    yield CheckLine("ok", f"signed in as user {account.me}")
    for entity in dict.fromkeys([*account.key_objects, *PEOPLE, *(one for one in account.options.fields if one)]):
        if account.schema.sees(entity):
            yield from _rights(account, entity)
            yield from _fields(account, entity)
        elif entity in account.key_objects or account.options.fields.get(entity):
            yield CheckLine("fail", f"leadloop's user does not see {entity}", f"let its role read {entity}: all")
    if _right(account.rights.get(TASK), "create") in _REFUSED:
        yield CheckLine("warn", "leadloop's user may not create tasks", f"let its role create and read {TASK}: all")


def _rights(account: Account, entity: str) -> Iterator[CheckLine]:
    told = account.rights.get(entity)
    if _right(told, "read") != "all":
        yield CheckLine(
            "warn", f"this user may not see every {entity}: a person that it does not see is made a second time",
            f"let its role read {entity}: all",
        )  # fmt: skip
    if entity in account.key_objects:
        refused = [word for word in NEEDED if _right(told, word) in _REFUSED]
        if refused:
            yield CheckLine("fail", f"this user may not {' or '.join(refused)} {entity}", "let its role do so")
    if _right(told, "stream") != "all":
        yield CheckLine(
            "warn", f"this user may not read the stream of every {entity}: decisions are dated by the look that sees"
            " them, and have no author", f"let its role stream {entity}: all",
        )  # fmt: skip


def _fields(account: Account, entity: str) -> Iterator[CheckLine]:
    known = account.schema.columns(entity)
    named = account.options.fields.get(entity, ())
    missing = sorted(name for name in named if name not in known)
    if missing:
        prepare = f"'leadloop prepare {account.options.connection}'"
        next_step = f"{prepare} makes those that begin with c; or correct their names in the mapping"
        yield CheckLine("fail", f"{entity} lacks, or hides from this user: {', '.join(missing)}", next_step)
    elif named:
        yield CheckLine("ok", f"{entity}: all {len(named)} fields of the mapping are there")
    if entity in account.key_objects:
        yield _key(account, entity)
        if account.tag_field not in known:
            next_step = f"'leadloop prepare {account.options.connection}' makes it, if the mapping has a `tag`"
            yield CheckLine("warn", f"{entity} has no field '{account.tag_field}' for tags", next_step)


def _key(account: Account, entity: str) -> CheckLine:
    try:
        key = account.key_on(entity)
    except ConfigError as error:
        return CheckLine("fail", error.message, error.hint)
    if key is None:
        return CheckLine("fail", f"{entity}: the mapping names no key", "set `key` to a field of leadloop's own")
    return CheckLine("ok", f"{entity}.{key} holds our key")


def _right(told: Any, word: str) -> Any:
    """What a role allows for one action: a level, yes, no; for an entity type without levels true or false."""
    if isinstance(told, Mapping):
        return told.get(word)
    return "all" if told is True else None
