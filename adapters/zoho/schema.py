"""The fields and tags of one account, read from it and kept for minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from adapters.zoho.api import Api
from adapters.zoho.columns import Column, column_of, derived
from connector.model import Field

KEPT_FOR: Final = timedelta(minutes=10)
"""How long a description is believed: an admin may change fields and options while we run."""


class Schema:
    """The fields of each object by name. Threads may share it: at worst two of them ask for the same list."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: dict[str, tuple[datetime, dict[str, Column]]] = {}
        self._tags: dict[str, tuple[datetime, dict[str, str]]] = {}

    def columns(self, object_name: str) -> Mapping[str, Column]:
        """Every field that this user sees, by its API name, and the one that is worked out."""
        kept = self._kept.get(object_name)
        if kept is None or self._now() - kept[0] > KEPT_FOR:
            listed = self._api.page("settings/fields", {"module": object_name}, holds="fields")
            columns = [*(column_of(row) for row in listed.rows), *derived(object_name)]
            kept = self._now(), {one.name: one for one in columns}
            self._kept[object_name] = kept
        return kept[1]

    def find(self, object_name: str, name: str) -> Column | None:
        """A field by its API name."""
        return self.columns(object_name).get(name)

    def described(self, object_name: str) -> list[Field]:
        """The fields of an object as the engine knows them."""
        return [one.described(object_name) for one in self.columns(object_name).values()]

    def tag_id(self, object_name: str, name: str) -> str | None:
        """The id of a tag, which taking it away asks for; None when there is no such tag."""
        kept = self._tags.get(object_name)
        if kept is None or name not in kept[1] or self._now() - kept[0] > KEPT_FOR:
            listed = self._api.page("settings/tags", {"module": object_name}, holds="tags")
            kept = self._now(), {str(row.get("name")): str(row.get("id")) for row in listed.rows}
            self._tags[object_name] = kept
        return kept[1].get(name)

    def forget(self) -> None:
        """Something was made or changed: ask again."""
        self._kept.clear()
        self._tags.clear()

    def _now(self) -> datetime:
        return self._api.client.now()
