"""A record of Zoho as mappings see it, one value per name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from adapters.zoho.account import Account
from adapters.zoho.api import DEALS, LEADS, MAX_FIELDS
from adapters.zoho.columns import CATEGORY, CONVERTED, OPEN
from adapters.zoho.directory import is_converted, signs
from adapters.zoho.values import decoded
from connector.errors import ConfigError
from connector.model import Json


def asked(account: Account, object_name: str, names: Sequence[str], spare: Collection[str] = ()) -> list[str]:
    """What a call must ask for to see these fields. Raises ConfigError when that is more than one call tells.

    A field that the account does not have is not asked for: it is blank, and `check` names it. Where they are too many
    for one call, it goes without the `spare` ones.
    """
    known = account.schema.columns(object_name)
    wanted = {name: None for name in ("id", *names) if name in known and name not in (CONVERTED, CATEGORY)}
    if CONVERTED in names:
        wanted |= dict.fromkeys(signs(account))
    if CATEGORY in names:
        wanted["Stage"] = None
    if len(wanted) > MAX_FIELDS:
        wanted = {name: None for name in wanted if name not in spare}
    if len(wanted) > MAX_FIELDS:
        raise ConfigError(
            f"connection '{account.options.connection}': {len(wanted)} fields of {object_name} are too many",
            code="too_many_fields",
            hint=f"let the mapping read at most {MAX_FIELDS} fields of {object_name}, ours among them",
        )
    return list(wanted)


def value(account: Account, object_name: str, row: Json, name: str) -> Any:
    """The value of a field."""
    if object_name == LEADS and name == CONVERTED:
        return is_converted(row)
    if object_name == DEALS and name == CATEGORY:
        return category(account, row.get("Stage"))
    return decoded(account.schema.find(object_name, name), row.get(name))


def category(account: Account, stage: Any) -> str | None:
    """What a stage of deals means; one that the account does not have any more is taken for open."""
    if stage is None:
        return None
    column = account.schema.find(DEALS, "Stage")
    return column.categories.get(str(stage), OPEN) if column else OPEN
