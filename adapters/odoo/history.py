"""Who changed a lead when, from its chatter: each change leaves a message, and the message its tracked values.

Messages may be read by whoever sees the lead; their values by Settings administrators alone. Without those rights the
messages still tell who was there last, so that a write of ours does not hide a person's.
Source: https://github.com/odoo/odoo/blob/19.0/addons/mail/models/mail_tracking_value.py; until 16.0 `field_id` is
called `field`, and amounts of money have columns of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from msgspec import Struct, field

from adapters.odoo.account import Account, link_id
from adapters.odoo.columns import LABEL, Column
from adapters.odoo.spec import LEAD
from adapters.odoo.views import View, moment, told
from connector.errors import AuthError
from connector.model import FieldChange, Json

_VALUES: Final[Mapping[str, str]] = {
    "char": "char", "text": "text", "integer": "integer", "float": "float", "monetary": "float",
    "date": "datetime", "datetime": "datetime",
}  # fmt: skip
"""In which column a tracked value stands, by the type of its field."""
_SPECIAL: Final = (LABEL, "many2one", "boolean", "selection")
"""Types whose tracked values have ways of their own; of all others none is read."""


class Chatter(Struct):
    """What the chatter tells of one record: messages newest first, each with its tracked values (None: not told)."""

    messages: list[Json] = field(default_factory=list)
    values: Mapping[int, Sequence[Json]] | None = None


class History:
    """The history of one database. `is_kept` turns false when the user may not read it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.is_kept = True

    def of(self, rows: Sequence[Json], since: datetime) -> dict[int, Chatter]:
        """The chatter of these records from `since` on."""
        domain = [
            ["model", "=", LEAD], ["res_id", "in", [row["id"] for row in rows]], ["date", ">=", told(since)],
            ["message_type", "=", "notification"],
        ]  # fmt: skip
        fields = ("res_id", "date", "create_uid")
        messages = self._account.api.rows("mail.message", domain, fields, order="id desc") if rows else []
        values = self._values([one["id"] for one in messages])
        found: dict[int, Chatter] = {}
        for message in messages:
            found.setdefault(message["res_id"], Chatter(values=values)).messages.append(message)
        return found

    def can_read(self) -> bool:
        """May this user read tracked values? Asks with one."""
        self._tracked([], limit=1)
        return self.is_kept

    def _values(self, messages: Sequence[int]) -> dict[int, list[Json]] | None:
        found: dict[int, list[Json]] = {}
        told = self._tracked([["mail_message_id", "in", list(messages)]], order="id asc") if messages else []
        for one in told or ():
            found.setdefault(link_id(one["mail_message_id"]) or 0, []).append(one)
        return None if told is None else found

    def _tracked(self, domain: Sequence[Any], **more: Any) -> list[Json] | None:
        """Tracked values; None when this user may not read them."""
        if not self.is_kept:
            return None
        try:
            return self._account.api.rows("mail.tracking.value", domain, **more)
        except AuthError as error:
            if error.code != "odoo.exceptions.AccessError":
                raise
            self.is_kept = False
            return None

    def changes(self, row: Json, chatter: Chatter, view: View, names: Sequence[str]) -> list[FieldChange]:
        """The changes of the mapping's fields, oldest first: the row is led back, message by message."""
        found: list[FieldChange] = []
        after = dict(row)
        for message in chatter.messages:
            before = self._before(after, (chatter.values or {}).get(message["id"], ()))
            at, by = moment(message["date"]), _author(message)
            found += [
                FieldChange(at, name, old, new, by)
                for name in names
                if (old := view.value(before, name)) != (new := view.value(after, name))
            ]
            after = before
        return found[::-1]

    def last_person(self, chatter: Chatter) -> str | None:
        """The person who wrote last, if one did."""
        authors = (_author(message) for message in chatter.messages)
        return next((one for one in authors if one is not None and self._account.is_person(one)), None)

    def _before(self, after: Json, values: Sequence[Json]) -> Json:
        """The row as it was before these changes.

        The probability is not tracked, and follows what is: 0 where a lead was put away, 100 in a won stage.
        """
        before = {**after, **dict(self._old_values(values))}
        if before.get("active") != after.get("active"):
            before["probability"] = None if before.get("active") else 0
        if before.get("stage_id") != after.get("stage_id"):
            is_won = self._account.stages.is_won(link_id(before.get("stage_id")))
            before["probability"] = 100 if is_won else before.get("probability")
            before["probability"] = None if not is_won and after.get("probability") == 100 else before["probability"]
        return before

    def _old_values(self, values: Sequence[Json]) -> Iterator[tuple[str, Any]]:
        for one in values:
            name = self._names.get(link_id(one.get("field_id") or one.get("field")) or 0, "")
            column = self._account.columns.get(name)
            if column is not None and (column.type in _VALUES or column.type in _SPECIAL):
                yield name, _old(column, one)

    @cached_property
    def _names(self) -> dict[int, str]:
        """The names of a lead's fields, by the ids that tracked values call them by."""
        rows = self._account.api.rows("ir.model.fields", [["model", "=", LEAD]], ("name",))
        return {row["id"]: row["name"] for row in rows}


def _old(column: Column, told: Json) -> Any:
    """The value before, as a row would tell it."""
    if column.type in (LABEL, "many2one"):
        return [told["old_value_integer"], told["old_value_char"]] if told.get("old_value_integer") else False
    if column.type == "boolean":
        return bool(told.get("old_value_integer"))
    if column.type == "selection":
        label = told.get("old_value_char")
        return next((value for value, one in column.options.items() if one == label), False)
    if column.type == "monetary" and "old_value_monetary" in told:
        return told["old_value_monetary"]
    return told.get(f"old_value_{_VALUES[column.type]}")


def _author(message: Json) -> str | None:
    author = link_id(message.get("create_uid"))
    return None if author is None else str(author)
