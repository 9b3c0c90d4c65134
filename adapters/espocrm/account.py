"""One installation as one connection uses it: its API, its fields, who leadloop is in it, and whom it does not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from adapters.espocrm.api import Api, condition
from adapters.espocrm.schema import Schema
from adapters.espocrm.spec import LEAD, PEOPLE, TAG_FIELD
from connector.adapter import Options
from connector.adapter.usable import FIELD_MISSING
from connector.errors import AuthError, ConfigError
from connector.model import Json

SYSTEM: Final = "system"
"""The user in whose name formulas, workflows and jobs act, where the installation does not name another."""
MACHINES: Final = ("api", SYSTEM)


class Account:
    """`main` is the object on which new persons are made; `absent` are keys that nobody was found for a moment ago."""

    def __init__(self, api: Api, options: Options) -> None:
        self.api = api
        self.options = options
        self.main = options.object or LEAD
        self.key_objects = tuple(dict.fromkeys((self.main, *options.also)))
        self.tag_field = str(options.values.get("tag_field") or TAG_FIELD)
        self.schema = Schema(api)
        self.absent: set[str] = set()

    @cached_property
    def told(self) -> Json:
        """Who we are and what we may, as EspoCRM told once."""
        return self.api.me()

    @property
    def me(self) -> str:
        """The id of the user behind our key."""
        return str(self.told["user"]["id"])

    @property
    def rights(self) -> Mapping[str, Any]:
        """What our role allows, by entity type."""
        acl = self.told.get("acl")
        table = acl.get("table") if isinstance(acl, dict) else None
        return table if isinstance(table, dict) else {}

    def machines(self) -> frozenset[str]:
        """Users that are no persons: leadloop, the system, and the other API users if our role shows them."""
        params = self.told.get("appParams")
        system = params.get("systemUserId") if isinstance(params, dict) else None
        known = {self.me, SYSTEM, *([str(system)] if system else [])}
        try:
            rows = self.api.every("User", [condition("in", "type", list(MACHINES))], ("id",))
            return frozenset(known | {str(row["id"]) for row in rows})
        except AuthError:
            return frozenset(known)

    def key_on(self, entity: str) -> str | None:
        """The field of an entity type that holds our key. Raises ConfigError where nobody made it."""
        key = self.options.key
        if key is None or entity not in self.key_objects:
            return None
        if self.schema.find(entity, key) is None:
            raise ConfigError(
                f"connection '{self.options.connection}': {entity} has no field '{key}' for the key",
                code=FIELD_MISSING,
                hint=f"'leadloop prepare {self.options.connection}' makes it",
            )
        return key

    def known(self, entity: str, names: Iterable[str]) -> list[str]:
        """Those of these attributes that the installation has, each once."""
        there = self.schema.columns(entity)
        return [name for name in dict.fromkeys(names) if name in there]

    @property
    def people(self) -> tuple[str, ...]:
        """The entity types among which persons are looked for."""
        return tuple(name for name in PEOPLE if self.schema.sees(name))
