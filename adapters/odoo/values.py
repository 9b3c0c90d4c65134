"""Values as a field takes them; what it would cut, refuse or misread is refused here, for its row alone."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from adapters.odoo.account import Account
from adapters.odoo.columns import LABEL, Column
from adapters.odoo.views import told
from connector.adapter import fitting
from connector.adapter.fitting import unfit
from connector.adapter.usable import FIELD_MISSING
from connector.errors import RecordError

NUMBERS: Final = ("integer", "float", "monetary")


class Encoder:
    """Encodes the fields of writes; remembers names that it looked up."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._ids: dict[tuple[str, str], int] = {}

    def body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a write. Raises RecordError that names the field which cannot hold its value."""
        return {self._column(name).codes[0]: self.value(self._column(name), value) for name, value in fields.items()}

    def value(self, column: Column, value: Any) -> Any:
        """One value. Raises RecordError when the field cannot hold it."""
        if value is None or value == "":
            return False
        if column.type == "boolean":
            return _yes_or_no(column, value)
        if column.type in NUMBERS:
            return _number(column, value)
        if column.type in (LABEL, "many2one"):
            return self._link(column, value)
        if column.type == "date":
            return fitting.day(column.name, value).isoformat()
        if column.type == "datetime":
            return told(fitting.moment(column.name, value))
        if column.type == "selection":
            return fitting.option(column.name, value, column.options)
        if column.type == "many2many":
            raise unfit(column.name, "not_written", "holds several records, which are not written here")
        return _text(column, value)

    def _column(self, name: str) -> Column:
        column = self._account.columns.get(name)
        if column is None:
            raise RecordError(f"Odoo has no field '{name}' on a lead", code=FIELD_MISSING, field=name)
        if not column.writable:
            raise unfit(column.name, "read_only", "is not ours to write")
        return column

    def _link(self, column: Column, value: Any) -> int:
        if isinstance(value, int):
            return value
        if column.type != LABEL and str(value).isdigit():
            return int(value)
        known = column.relation, str(value)
        if known not in self._ids:
            self._ids[known] = self._look_up(column, str(value))
        return self._ids[known]

    def _look_up(self, column: Column, name: str) -> int:
        """The one record of this name, in any case, or of this code where its kind has codes (countries)."""
        named = {"name": name, "operator": "=ilike", "limit": 2}
        rows = self._account.api.ask(column.relation, "name_search", named)
        if not isinstance(rows, list) or len(rows) != 1:
            raise unfit(column.name, "bad_option", "names a record that is not there, or there twice")
        return int(rows[0][0])


def _yes_or_no(column: Column, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in ("true", "false", "1", "0", "yes", "no"):
        raise unfit(column.name, "not_a_boolean", "takes yes or no")
    return word in ("true", "1", "yes")


def _number(column: Column, value: Any) -> int | float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise unfit(column.name, "not_a_number", "takes numbers") from None
    if column.type != "integer":
        return number
    if not number.is_integer():
        raise unfit(column.name, "not_whole", "takes whole numbers")
    return int(number)


def _text(column: Column, value: Any) -> str:
    text = fitting.text(column.name, value, column.size, between=", ")  # Odoo would cut it and say nothing
    return escape(text).replace("\n", "<br>") if column.type == "html" else text
