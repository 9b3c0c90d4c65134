"""The few calls of the Web API that the adapter is made of, with the shapes of their answers checked.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from adapters.dynamics365 import multipart, odata
from adapters.dynamics365.multipart import Part, PartAnswer
from connector.adapter import Client
from connector.errors import ContractError
from connector.model import Json

ROOT: Final = "/api/data/v9.2/"
PAGE_ROWS: Final = 1000
DEADLINE_S: Final = 150.0
"""For batches and definitions, which take their time: the platform itself gives up after two minutes."""
ANNOTATIONS: Final = f'odata.include-annotations="{odata.FORMATTED},{odata.LOOKUP_TABLE}"'


class Rows(Struct, frozen=True):
    """One page: rows, the link to the next page, and with the last page of a tracked table the link to its changes."""

    rows: list[Json]
    next: str | None = None
    changes: str | None = None


class Api(Struct, frozen=True):
    """One environment. `reserve`: its requests may use the part of the day that is kept for fresh MQLs."""

    client: Client
    reserve: bool = False

    def with_reserve(self, reserve: bool = True) -> Api:
        """The same environment, asked with or without the reserve."""
        return self if reserve is self.reserve else Api(self.client, reserve)

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, accept: Collection[int] = ()) -> Json | None:
        """One resource that answers with an object; None for a status in `accept`."""
        answer = self.client.request("GET", ROOT + path, params=params, accept=accept, reserve=self.reserve)
        return None if answer.status in accept else _object(answer.json(), path)

    def page(self, path: str, params: Mapping[str, Any] | None = None, *, track: bool = False) -> Rows:
        """One page of a table, of a link to its next page, or to its changes. `track`: ask for such a link."""
        wishes = [*(["odata.track-changes"] if track else []), f"odata.maxpagesize={PAGE_ROWS}", ANNOTATIONS]
        where = path if path.startswith(ROOT) else ROOT + path
        headers = {"Prefer": ",".join(wishes)}
        answer = self.client.request("GET", where, params=params, headers=headers, reserve=self.reserve)
        body = _object(answer.json(), path.partition("?")[0])
        following, changes = (_relative(body.get(f"@odata.{name}")) for name in ("nextLink", "deltaLink"))
        if following is not None and following == path:
            raise ContractError("Dynamics named a next page that leads nowhere")
        return Rows(_list(body, path), following, changes)

    def all(self, path: str, params: Mapping[str, Any] | None = None) -> list[Json]:
        """All rows of a query."""
        page = self.page(path, params)
        found = list(page.rows)
        while page.next is not None:
            page = self.page(page.next)
            found += page.rows
        return found

    def found(self, entity_set: str, columns: Sequence[str], wanted: Sequence[tuple[str, str]]) -> list[Json]:
        """Rows that have any of these (column, value)."""
        select = ",".join(dict.fromkeys(columns))
        filters = odata.any_of(wanted)
        return [row for one in filters for row in self.all(entity_set, {"$select": select, "$filter": one})]

    def definition(self, path: str, params: Mapping[str, Any] | None = None) -> list[Json]:
        """A list of definitions: tables' columns, keys. They are neither paged nor annotated."""
        where, headers = f"{ROOT}EntityDefinitions{path}", {"Consistency": "Strong"}
        answer = self.client.request("GET", where, params=params, headers=headers, reserve=self.reserve)
        return _list(_object(answer.json(), "EntityDefinitions"), "EntityDefinitions")

    def define(self, path: str, body: Json) -> None:
        """Make a definition, or run an action on them."""
        self.client.request("POST", ROOT + path, json=body, safe=False, deadline_s=DEADLINE_S)

    def batch(self, parts: Sequence[Part], *, safe: bool = False) -> list[PartAnswer | None]:
        """One batch, its parts independent of each other; what was answered to each, None where nothing came back.

        Writes are not declared safe, though all could be repeated: a record deleted meanwhile would be made anew.
        """
        content_type, body = multipart.packed(parts)
        answer = self.client.request(
            "POST",
            f"{ROOT}$batch",
            body=body,
            headers={"Content-Type": content_type, "Prefer": "odata.continue-on-error"},
            safe=safe,
            reserve=self.reserve,
            cost=len(parts),
            deadline_s=DEADLINE_S,
        )
        told: list[PartAnswer | None] = []
        told += multipart.unpacked(answer.headers.get("Content-Type", ""), answer.content)[: len(parts)]
        return told + [None] * (len(parts) - len(told))


def _object(body: Any, what: str) -> Json:
    if not isinstance(body, dict):
        raise ContractError(f"Dynamics answered '{what}' with something that is no object")
    return body


def _list(body: Json, what: str) -> list[Json]:
    rows = body.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractError(f"Dynamics answered '{what.partition('?')[0]}' without a list of records")
    return rows


def _relative(link: Any) -> str | None:
    """A link of the platform below our own address: it may name the host by another of its names."""
    if link is None:
        return None
    parts = urlsplit(str(link))
    if not parts.path.startswith(ROOT):
        raise ContractError("Dynamics named a link that leads out of its API")
    return f"{parts.path}?{parts.query}"
