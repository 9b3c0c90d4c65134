"""May we, and is everything there? The lines of `check` and `doctor` for one account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from adapters.rdstation.sales.account import Account
from adapters.rdstation.sales.columns import DEAL, folded
from adapters.rdstation.sales.version1 import Version1
from connector.adapter import CheckLine


def lines(account: Account) -> Iterator[CheckLine]:
    """Who signed in, where new deals go, and the fields that the mapping names."""
    account.api.sign_in()
    account.schema.forget()
    if isinstance(account.api, Version1):
        yield CheckLine("ok", "signed in with a user's token (version 1): it sees what that user sees")
    else:
        yield CheckLine("ok", "signed in as an app (version 2)")
    yield from _fields(account)
    yield _key(account)
    yield _pipeline(account)
    if not account.schema.reasons():
        yield CheckLine("warn", "the account has no reasons for lost deals", "let sales say why: Motivos de perda")


def _fields(account: Account) -> Iterator[CheckLine]:
    named = account.options.fields.get(DEAL, ())
    missing = sorted(name for name in named if account.schema.find(name) is None)
    if missing:
        next_step = f"'leadloop prepare {account.options.connection}' makes them; or correct their names in the mapping"
        yield CheckLine("fail", f"deals have no field {', '.join(repr(name) for name in missing)}", next_step)
    else:
        yield CheckLine("ok", f"deals: all {len(named)} fields of the mapping are there")
    times = Counter(folded(name) for name in account.schema.custom_names())
    for name in sorted({name for name in named if times[folded(name)] > 1}):
        yield CheckLine("warn", f"deals have several fields called '{name}'", "rename all but one of them")


def _key(account: Account) -> CheckLine:
    key, column = account.options.key, account.key_column()
    if key is None:
        return CheckLine("warn", "the mapping names no key: deals are found by e-mail alone", "set `key`")
    if column is None:
        next_step = f"'leadloop prepare {account.options.connection}' makes it"
        return CheckLine("fail", f"deals have no field '{key}' for the key", next_step)
    if column.type != "text":
        return CheckLine("fail", f"the key '{key}' is no text", "make it a field of type Texto")
    return CheckLine("ok", f"the key stands in '{key}' of each deal")


def _pipeline(account: Account) -> CheckLine:
    stage = account.schema.first_stage(account.pipeline)
    if stage is None:
        return CheckLine("fail", f"there is no pipeline '{account.pipeline}'", "set 'pipeline' to its name or id")
    return CheckLine("ok", f"new deals begin in '{stage.name}' of pipeline '{stage.pipeline}'")
