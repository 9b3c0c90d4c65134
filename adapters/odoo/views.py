"""What a row says, in the words of the mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from html import unescape
from typing import Any, Final

from adapters.odoo.account import Account, link_id
from adapters.odoo.columns import LABEL, Column
from connector.errors import ContractError
from connector.model import Json

_BREAKS: Final = re.compile(r"<br\s*/?>|</p>\s*(?=<p\b)|</div>\s*(?=<div\b)")
_MARKS: Final = re.compile(r"<[^>]*>")


class View:
    """Rows of one reading; `tags` are the names of all tags on them."""

    def __init__(self, account: Account, tags: Mapping[int, str]) -> None:
        self._account = account
        self._tags = tags

    def fields(self, row: Json, names: Sequence[str]) -> dict[str, Any]:
        """What the row says under these names; None where it is blank or nobody has such a field."""
        return {name: self.value(row, name) for name in names}

    def value(self, row: Json, name: str) -> Any:
        """What the row says under one name."""
        column = self._account.columns.get(name)
        if column is None:
            return None
        if name == "status":
            return self._status(row)
        if name == "stage_order":
            return self._account.stages.order(link_id(row.get("stage_id")), link_id(row.get("team_id")))
        if name == "is_ours":
            return bool(row.get(column.codes[0]))
        if name == "tags":
            return [self._tags[one] for one in row.get("tag_ids") or () if one in self._tags] or None
        return decoded(column, row.get(column.codes[0]))

    def _status(self, row: Json) -> str:
        """Won and lost as Odoo counts them: a won stage and 100 %; put away and 0 %."""
        probability = row.get("probability")
        if probability == 100 and self._account.stages.is_won(link_id(row.get("stage_id"))):
            return "won"
        if row.get("active", True):
            return "open"
        return "archived" if probability else "lost"


def decoded(column: Column, value: Any) -> Any:
    """A value as we tell it: `false` is blank but for yes-or-no, moments are ISO 8601 in UTC."""
    if column.type == "boolean":
        return bool(value)
    if value is None or value is False or value == []:
        return None
    if column.type == LABEL:
        return str(value[1])
    if column.type == "many2one":
        return link_id(value)
    if column.type == "datetime":
        return _told_moment(value)
    if column.type == "html":
        return unescape(_MARKS.sub("", _BREAKS.sub("\n", str(value))))
    return value


def _told_moment(value: Any) -> Any:
    """A moment in our words; what is none stands as it is, for the mapping to say so of its field."""
    with suppress(ContractError):
        return moment(value).isoformat().replace("+00:00", "Z")
    return value


def moment(text: Any) -> datetime:
    """A time as Odoo tells it: UTC, to the second, and without saying so. Raises ContractError."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    except ValueError as error:
        raise ContractError("Odoo told a moment that cannot be read", code="bad_time") from error


def told(at: datetime) -> str:
    """A time as Odoo is told it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
