"""Which fields an account has, and what each name of a mapping stands for.

`comment.Lead score` is the line "Lead score" of our block in the comment, `party.email` a field of the opportunity's
party; any other name is a field of the record itself, those of the account's own modules included.
Source: trytond/model/model.py, `fields_get`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct, field

from adapters.tryton.api import Api
from adapters.tryton.names import MECHANISM, OPPORTUNITY, PARTY
from connector.errors import ContractError
from connector.model import Field, Json

Part = Literal["own", "line", "party", "key"]
LINE: Final = "comment."
OF_PARTY: Final = "party."
CONTACTS: Final = ("email", "phone", "mobile", "fax", "website")
"""Fields of a party that are kept as contact mechanisms: added, never replaced."""
KINDS: Final[Mapping[str, str]] = {
    "char": "text", "text": "text", "fulltext": "text", "selection": "picklist", "multiselection": "multi",
    "numeric": "number", "float": "number", "integer": "integer", "boolean": "boolean", "date": "date",
    "datetime": "datetime", "timestamp": "datetime", "many2one": "reference",
}  # fmt: skip


class Column(Struct, frozen=True):
    """A name that a mapping may use. `code` is the field's, or the line's label; `part` says where it stands."""

    name: str
    code: str
    type: str
    part: Part = "own"
    label: str = ""
    writable: bool = True
    required: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    max_length: int | None = None


class Schema:
    """The fields of one account, read once. `key` is the field that holds our key on opportunities."""

    def __init__(self, api: Api, key: str | None) -> None:
        self._api = api
        self._key = key
        self._known: dict[str, dict[str, Any]] = {}

    def find(self, object_name: str, name: str) -> Column | None:
        """The column of a name; None when the account has none such."""
        if name.startswith(LINE):
            return self._line(object_name, name)
        if name.startswith(OF_PARTY) and object_name == OPPORTUNITY:
            code = name.removeprefix(OF_PARTY)
            told = self._fields(PARTY).get(code)
            return None if told is None else _column(name, code, told, "party")
        if name == self._key and object_name == PARTY:
            return Column(name, name, "char", "key", "leadloop")  # a contact mechanism, whatever it is called on leads
        told = self._fields(object_name).get(name)
        return None if told is None else _column(name, name, told, "own")

    def described(self, object_name: str, lines: tuple[str, ...], context: Json) -> list[Field]:
        """Every field of an object as mappings call it; `lines` are those of the mapping in our block.

        A field that Tryton fills by itself in this context (company, currency, number) is not asked for.
        """
        names = [*self._fields(object_name), *(name for name in lines if name.startswith(LINE))]
        if object_name == OPPORTUNITY:
            names += [OF_PARTY + name for name in ("name", *CONTACTS)]
        elif self._key is not None:
            names.append(self._key)
        columns = [column for name in dict.fromkeys(names) if (column := self.find(object_name, name)) is not None]
        asked = [column.code for column in columns if column.part == "own" and column.required and column.writable]
        given = self._api.call(object_name, "default_get", {"fields_names": asked, "with_rec_name": False}, context)
        blank = {name for name in asked if not isinstance(given, dict) or given.get(name) is None}
        return [_described(object_name, column, required=column.code in blank) for column in columns]

    def named(self, object_name: str, label: str | None) -> str | None:
        """The name of the field that an error calls by its label."""
        for model, prefix in ((object_name, ""), (PARTY, OF_PARTY)):
            for name, told in self._fields(model).items():
                if label and told.get("string") == label:
                    return prefix + name if model != object_name else name
        return None

    def _line(self, object_name: str, name: str) -> Column | None:
        label = name.removeprefix(LINE)
        holder = OPPORTUNITY if object_name == OPPORTUNITY else MECHANISM
        # A field that the user may not read is still described, as one that is not to be written.
        told = self._fields(holder).get("comment", {"readonly": True})
        is_there = not told.get("readonly") and label and not set(label) & set(":\n")
        return Column(name, label, "text", "line", label) if is_there else None

    def _fields(self, model: str) -> dict[str, Any]:
        if model not in self._known:
            told = self._api.call(model, "fields_get", {})
            if not isinstance(told, dict):
                raise ContractError(f"Tryton did not describe the fields of {model}")
            self._known[model] = told
        return self._known[model]


def _column(name: str, code: str, told: Mapping[str, Any], part: Part) -> Column:
    options = told.get("selection")
    size = told.get("size")
    return Column(
        name=name,
        code=code,
        type=str(told.get("type")),
        part=part,
        label=str(told.get("string") or code),
        writable=not told.get("readonly"),
        required=bool(told.get("required")),
        options={str(one[0]): str(one[1]) for one in options} if isinstance(options, list) else {},
        max_length=size if isinstance(size, int) else None,
    )


def _described(object_name: str, column: Column, *, required: bool) -> Field:
    return Field(
        object=object_name,
        name=column.name,
        label=column.label,
        type=KINDS.get(column.type, column.type),
        options=column.options,
        max_length=column.max_length,
        writable=column.writable,
        required=required and column.part == "own",
    )
