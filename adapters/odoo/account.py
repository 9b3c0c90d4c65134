"""What is known of one database while a process lives: its fields, stages and tags, and whom it does not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from msgspec import Struct, field

from adapters.odoo.api import Api
from adapters.odoo.columns import ATTRIBUTES, Column, columns
from adapters.odoo.spec import LEAD
from adapters.odoo.stages import Stages
from connector.adapter import Options
from connector.errors import ConfigError
from connector.model import Json

ODOO_BOT: Final = 1
"""The user in whose name Odoo's own automations act."""
_CALL: Final = [["category", "=", "phonecall"], ["res_model", "in", [False, LEAD]]]


class Memory(Struct):
    """`absent` are keys that nobody was found for, each good for one creation; `tags` are ids by name."""

    absent: set[str] = field(default_factory=set)
    tags: dict[str, int] = field(default_factory=dict)


class Account:
    """One database, as the adapter's parts share it. What people may change is forgotten with `forget`."""

    def __init__(self, api: Api, options: Options) -> None:
        self.api = api
        self.options = options
        self.memory = Memory()

    @property
    def columns(self) -> dict[str, Column]:
        """The fields of a lead, by the names that mappings use."""
        return self._described[0]

    @property
    def made_as(self) -> str:
        """What a new record is: a lead where the database uses leads, else an opportunity."""
        return str(self.options.values.get("type") or self._described[1])

    @cached_property
    def _described(self) -> tuple[dict[str, Column], str]:
        told = self.api.ask(LEAD, "fields_get", {"attributes": list(ATTRIBUTES)})
        required = sorted(name for name, one in told.items() if one.get("required"))
        defaults = self.api.defaults(LEAD, list(dict.fromkeys(["type", *required])))
        return columns(told, defaults, self.options.key), str(defaults.get("type") or "opportunity")

    @cached_property
    def stages(self) -> Stages:
        """The stages of all teams."""
        return Stages(self.api.rows("crm.stage", [], order="sequence asc, id asc"))

    @cached_property
    def activity(self) -> Json:
        """What all activities on leads share: the model's id, and the type Call where the database has one."""
        models = self.api.rows("ir.model", [["model", "=", LEAD]], ("model",))
        if not models:
            raise ConfigError("Odoo shows no model crm.lead", hint="install the CRM application")
        types = self.api.rows("mail.activity.type", _CALL, ("name",), order="sequence asc, id asc", limit=1)
        return {"res_model_id": models[0]["id"], **({"activity_type_id": types[0]["id"]} if types else {})}

    @property
    def key(self) -> Column | None:
        """The field that holds our key. Raises ConfigError where the mapping names one that nobody made."""
        if self.options.key is None:
            return None
        column = self.columns.get(self.options.key)
        if column is None:
            raise ConfigError(
                f"connection '{self.options.connection}': Odoo has no field '{self.options.key}' for the key",
                code="field_missing",
                hint=f"'leadloop prepare {self.options.connection}' makes it",
            )
        return column

    def forget(self) -> None:
        """Ask for all of it anew when it is next needed."""
        self.memory.tags.clear()
        for name in ("_described", "stages", "activity"):
            self.__dict__.pop(name, None)

    def codes_of(self, names: Iterable[str]) -> list[str]:
        """The database's fields behind these names; names that it does not have are left out."""
        known = (self.columns.get(name) for name in names)
        return list(dict.fromkeys(code for column in known if column is not None for code in column.codes))

    def is_person(self, author: str) -> bool:
        """Is this user a person: neither ours nor Odoo's own?"""
        return author not in (str(ODOO_BOT), str(self.api.me.uid))

    def tag_names(self, rows: Sequence[Json]) -> dict[int, str]:
        """The names of all tags on these records."""
        ids = sorted({one for row in rows for one in row.get("tag_ids") or ()})
        return {row["id"]: str(row["name"]) for row in self.api.read("crm.tag", ids, ("name",))}


def link_id(value: Any) -> int | None:
    """The id of a linked record, which is told as `[id, name]`, or false."""
    return value[0] if isinstance(value, list | tuple) and value else None
