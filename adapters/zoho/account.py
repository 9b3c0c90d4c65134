"""One account as one connection uses it: its API, its fields, and who leadloop is in it."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from adapters.zoho.api import CONTACTS, LEADS, Api
from adapters.zoho.schema import Schema
from connector.adapter import Options
from connector.errors import ContractError
from connector.model import Json

API_VERSION: Final = "v8"


class Account:
    """`main` is the object on which new persons are made; `key_objects` carry the mapping's key."""

    def __init__(self, api: Api, options: Options) -> None:
        self.api = api
        self.options = options
        self.main = options.object or LEADS
        self.key_objects = tuple(dict.fromkeys((self.main, *options.also)))
        self.schema = Schema(api.with_reserve(True))  # without names of fields no fresh MQL can be written

    @cached_property
    def me(self) -> Json:
        """The user whose token we hold."""
        found = self.api.page("users", {"type": "CurrentUser"}, holds="users").rows
        if not found or not found[0].get("id"):
            raise ContractError("Zoho does not say who we are")
        return found[0]

    def key_on(self, object_name: str) -> str | None:
        """The field of an object that holds our key."""
        return self.options.key if object_name in self.key_objects else None

    def is_person(self, object_name: str) -> bool:
        """Does a record of this object stand for a person?"""
        return object_name in (LEADS, CONTACTS)
