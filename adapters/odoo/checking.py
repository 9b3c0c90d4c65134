"""May we, and is everything there? The lines of `check` and `doctor` for one database."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.odoo.account import Account
from adapters.odoo.history import History
from adapters.odoo.spec import LEAD
from connector.adapter import CheckLine
from connector.errors import ConfigError

_SPOKEN = {"json2": "JSON-2", "jsonrpc": "JSON-RPC, which Odoo removes with version 22"}


def lines(account: Account, history: History) -> Iterator[CheckLine]:
    """Who we are, what is spoken, the fields of the mapping, the key, history, and what a new record is."""
    yield CheckLine("ok", f"signed in as user {account.api.me.uid}, over {_SPOKEN[account.api.protocol]}")
    named = account.options.fields.get(LEAD, ())
    missing = sorted(name for name in named if name not in account.columns)
    if missing:
        prepare = f"'leadloop prepare {account.options.connection}'"
        next_step = f"{prepare} makes those that begin with x_; or correct their names in the mapping"
        yield CheckLine("fail", f"{LEAD} has no field {', '.join(missing)}", next_step)
    else:
        yield CheckLine("ok", f"{LEAD}: all {len(named)} fields of the mapping are there")
    yield _key(account)
    if history.can_read():
        yield CheckLine("ok", "tracked values can be read: decisions have their moment and author")
    else:
        yield CheckLine(
            "warn", "this user may not read tracked values: decisions are dated by the poll that sees them",
            "only Settings administrators may; give the user those rights if that is worth it to you",
        )  # fmt: skip
    yield CheckLine("ok", f"new records are of the type '{account.made_as}'")


def _key(account: Account) -> CheckLine:
    try:
        key = account.key
    except ConfigError as error:
        return CheckLine("fail", error.message, error.hint)
    if key is None:
        return CheckLine("fail", "the mapping names no key", "set `key` to a text field such as x_leadloop_id")
    if key.type != "char":
        return CheckLine("fail", f"the key '{key.name}' is of type {key.type}", "make it a text of one line")
    return CheckLine("ok", f"the key stands in '{key.name}'")
