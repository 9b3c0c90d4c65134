"""One Tryton database as one connection uses it: its calls, its fields, its company, and who stands for whom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from adapters.tryton.api import Api
from adapters.tryton.finding import Finder
from adapters.tryton.names import CATEGORY
from adapters.tryton.resolving import Resolver
from adapters.tryton.schema import Schema
from connector.adapter import Options, PersonKeys, Resolution
from connector.errors import ConfigError, ContractError
from connector.model import Json


class Account:
    """`page_rows`: how many changed records one page holds."""

    def __init__(self, api: Api, options: Options, page_rows: int) -> None:
        self.api = api
        self.options = options
        self.page_rows = page_rows
        self.schema = Schema(api.with_reserve(True), options.key)  # without names no fresh MQL can be written

    def resolve(self, people: Sequence[PersonKeys], api: Api | None = None) -> list[Resolution]:
        """Who is where?"""
        finder = Finder(api or self.api, self.options.key, self.options.match)
        resolver = Resolver(finder.directory(people), self.options.match)
        return [resolver.resolve(person) for person in people]

    @cached_property
    def preferences(self) -> Json:
        """What Tryton knows of the key's user: the company that it works in, above all."""
        told = self.api.with_reserve(True).call("res.user", "get_preferences", {"context_only": True})
        if not isinstance(told, dict):
            raise ContractError("Tryton does not say for which company we work")
        return told

    @property
    def context(self) -> Json:
        """The company that records are made in; its currency and defaults come with it. Raises ConfigError."""
        company = self.preferences.get("company")
        if company is None:
            raise ConfigError(
                f"connection '{self.options.connection}': the user of the key works in no company",
                code="no_company", hint="choose a company in the user's preferences",
            )  # fmt: skip
        return {"company": company}

    def category(self, name: str, api: Api) -> int | None:
        """The party category that is called so; None when there is none."""
        rows = api.rows(CATEGORY, [["name", "=", name]], ("name",), limit=1)
        return int(rows[0]["id"]) if rows else None
