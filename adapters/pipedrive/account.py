"""One company as one connection uses it: its API, its names and ids, and which record stands for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct, field

from adapters.pipedrive.api import Api
from adapters.pipedrive.columns import OF_PERSON, Column
from adapters.pipedrive.directory import Directory, Ref, WalkPrice
from adapters.pipedrive.resolving import Resolver
from adapters.pipedrive.schema import Schema
from adapters.pipedrive.views import View
from connector.adapter import Options, PersonKeys, Resolution

LOOK_HOLDS: Final = timedelta(minutes=10)
"""How long a look-up may be old when a record is made on its word."""


class Memory(Struct):
    """What this process looked up and made: searches do not show it yet."""

    looks: dict[str, tuple[datetime, str | None]] = field(default_factory=dict)
    """When a person was looked for, and which person of Pipedrive was found, by leadloop_id."""
    made: dict[str, Ref] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    """Persons that were made, by leadloop_id."""


class Account:
    """`main` is the object that is created."""

    def __init__(self, api: Api, options: Options, main: str) -> None:
        self.api = api
        self.options = options
        self.main = main
        self.schema = Schema(api.with_reserve(True))  # without names no fresh MQL can be written
        self.view = View(self.schema, options.key)
        self.memory = Memory()
        self.price = WalkPrice()

    def key_column(self, object_name: str) -> Column | None:
        """The field of an object that holds our key."""
        return self.schema.find(object_name, self.options.key) if self.options.key else None

    def resolver(self, api: Api) -> Resolver:
        """Looks persons up, from nothing."""
        return Resolver(Directory(api, self.main, self.key_column, self.price), self.options.match)

    def resolve(self, people: Sequence[PersonKeys], api: Api | None = None) -> list[Resolution]:
        """Who is where? Remembers that these were looked for."""
        resolver = self.resolver(api or self.api)
        answers = resolver.resolve(people)
        now = self.api.client.now()
        for person in people:
            persons = resolver.persons_of(person)
            self.memory.looks[person.leadloop_id] = now, persons[0][0] if persons else None
        return answers

    def looked_lately(self, leadloop_id: str) -> bool:
        """Was this person looked for so lately that one may be made on its word?"""
        look = self.memory.looks.get(leadloop_id)
        return look is not None and self.api.client.now() - look[0] < LOOK_HOLDS

    def person_of(self, leadloop_id: str) -> str | None:
        """The person of Pipedrive that was found or made for this one."""
        look = self.memory.looks.get(leadloop_id)
        return self.memory.persons.get(leadloop_id) or (look[1] if look else None)

    def is_of_person(self, object_name: str, column: Column) -> bool:
        """Does this field of a lead or deal belong to its person?"""
        return object_name != "person" and not column.custom and column.name in OF_PERSON
