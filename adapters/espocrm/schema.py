"""The fields of one installation, read from it and kept for minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from adapters.espocrm.api import Api
from adapters.espocrm.columns import Column, Stages, columns, stages
from adapters.espocrm.spec import OPPORTUNITY
from connector.model import Field, Json

KEPT_FOR: Final = timedelta(minutes=10)
"""How long a description is believed: an admin may change fields and options while we run."""


class Schema:
    """The attributes of each entity type by name. Threads may share it: at worst two ask for the same description."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: dict[str, tuple[datetime, Json | None, dict[str, Column]]] = {}

    def columns(self, entity: str) -> Mapping[str, Column]:
        """Every attribute that this user sees; none of an entity type that it does not see."""
        return self._described(entity)[1]

    def sees(self, entity: str) -> bool:
        """Does this user see the entity type at all?"""
        return self._described(entity)[0] is not None

    def find(self, entity: str, name: str) -> Column | None:
        """An attribute by its name."""
        return self.columns(entity).get(name)

    @property
    def stages(self) -> Stages:
        """What the stages of opportunities mean."""
        return stages(self._described(OPPORTUNITY)[0] or {})

    def described(self, entity: str) -> list[Field]:
        """The attributes of an entity type as the engine knows fields."""
        return [one.described(entity) for one in self.columns(entity).values()]

    def forget(self) -> None:
        """Something was made or changed: ask again."""
        self._kept.clear()

    def _described(self, entity: str) -> tuple[Json | None, dict[str, Column]]:
        kept = self._kept.get(entity)
        if kept is None or self._api.client.now() - kept[0] > KEPT_FOR:
            told = self._api.described(entity)
            kept = self._api.client.now(), told, columns(entity, told) if told is not None else {}
            self._kept[entity] = kept
        return kept[1], kept[2]
