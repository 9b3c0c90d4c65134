"""The calls of Pipedrive's API that the adapter is made of: what they cost, how they page, what shape they answer.

Version 2 pages by an opaque cursor and is asked wherever it can be; leads, their labels, notes and users exist in
version 1 alone, which pages by offset and costs twice as much.
Source: https://developers.pipedrive.com/docs/api/v1; costs are stated there with each endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct, field

from adapters.pipedrive.errors import usage
from connector.adapter import Answer, Client
from connector.errors import ContractError, RetryableError, UnknownOutcome
from connector.model import Json

MAX_ROWS: Final = 500
"""Rows of one page, in both versions."""
SEARCH_COST: Final = 20
ONE: Final[Mapping[str, int]] = {"v1": 2, "v2": 1}
MANY: Final[Mapping[str, int]] = {"v1": 20, "v2": 10}
WRITE: Final[Mapping[str, int]] = {"v1": 10, "v2": 5}
"""Tokens that a call takes of the company's day, by version."""
ARCHIVED_DEALS: Final = "v2/deals/archived"


class Day(Struct):
    """What the platform last told of the company's day: how many tokens it has. None: not told yet."""

    allowed: int | None = None


class Api(Struct, frozen=True):
    """One company. `reserve`: its calls may use the part of the day's tokens that is kept for fresh MQLs.

    Paths begin with the version: `v2/persons`.
    """

    client: Client
    reserve: bool = False
    day: Day = field(default_factory=Day)

    def with_reserve(self, reserve: bool) -> Api:
        """The same company, asked with or without the reserve."""
        return self if reserve is self.reserve else Api(self.client, reserve, self.day)

    def one(self, path: str, params: Mapping[str, Any] | None = None) -> Json | None:
        """One record; None when there is none any more, however the platform says so."""
        answer = self._ask("GET", path, params=params, accept={404}, cost=ONE[_version(path)])
        if answer.status == 404:
            return None
        row = _data(answer.json(), path)
        if not isinstance(row, dict):
            raise ContractError(f"Pipedrive answered '{path}' with something that is no record")
        return None if row.get("is_deleted") else row

    def page(self, path: str, params: Mapping[str, Any], cursor: str | None = None) -> tuple[list[Json], str | None]:
        """A page of version 2 and the cursor to the next one."""
        asked = {"limit": MAX_ROWS, **params, **({"cursor": cursor} if cursor else {})}
        body = self._list(path, asked)
        more = (body.get("additional_data") or {}).get("next_cursor")
        if more is not None and more == cursor:
            raise ContractError(f"Pipedrive answered '{path}' with a cursor that leads nowhere")
        return _rows(body, path), more or None

    def pages(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[list[Json]]:
        """Every page of a list of either version."""
        if path.startswith("v1/"):
            start: int | None = 0
            while start is not None:
                rows, start = self.offset_page(path, params or {}, start)
                yield rows
            return
        rows, cursor = self.page(path, params or {})
        yield rows
        while cursor:
            rows, cursor = self.page(path, params or {}, cursor)
            yield rows

    def offset_page(self, path: str, params: Mapping[str, Any], start: int) -> tuple[list[Json], int | None]:
        """A page of version 1 and the offset of the next one."""
        body = self._list(path, {"limit": MAX_ROWS, **params, "start": start})
        told = (body.get("additional_data") or {}).get("pagination") or {}
        rows = _rows(body, path)
        if not told.get("more_items_in_collection"):
            return rows, None
        following = told.get("next_start") or start + len(rows)
        if not isinstance(following, int) or following <= start:
            raise ContractError(f"Pipedrive answered '{path}' with an offset that leads nowhere")
        return rows, following

    def all(self, path: str, params: Mapping[str, Any] | None = None) -> list[Json]:
        """All rows of a list."""
        return [row for rows in self.pages(path, params) for row in rows]

    def whole(self, path: str) -> list[Json]:
        """A list of version 1 that does not page."""
        return _rows(self._list(path, {}), path)

    def search(self, path: str, params: Mapping[str, Any]) -> list[Json]:
        """What a search found for a whole term, in any case. Its index lags behind what was written."""
        asked = {**params, "exact_match": "true", "limit": 100}
        answer = self._ask("GET", path, params=asked, bucket="search", cost=SEARCH_COST)
        data = _data(answer.json(), path)
        items = data.get("items") if isinstance(data, dict) else None
        if not isinstance(items, list):
            raise ContractError(f"Pipedrive answered '{path}' without 'items'")
        return [one["item"] for one in items if isinstance(one, dict) and isinstance(one.get("item"), dict)]

    def save(self, method: str, path: str, body: Any) -> Any:
        """Write once, and give what the platform says stands there now.

        Raises UnknownOutcome when it may have been applied and no readable answer came.
        """
        answer = self._ask(method, path, json=body, safe=False, cost=WRITE[_version(path)])
        try:
            told = answer.json()
        except RetryableError as error:
            raise UnknownOutcome("Pipedrive took the write, its answer could not be read") from error
        if not isinstance(told, dict) or told.get("success") is not True:
            raise UnknownOutcome("Pipedrive took the write, its answer does not say what stands there")
        return told.get("data")

    def _ask(self, method: str, path: str, **how: Any) -> Answer:
        answer = self.client.request(method, f"/api/{path}", reserve=self.reserve, **how)
        told = usage(answer)
        if told is not None:
            self.day.allowed = told[1]
        return answer

    def _list(self, path: str, params: Mapping[str, Any]) -> Json:
        body = self._ask("GET", path, params=params, cost=list_cost(path)).json()
        if not isinstance(body, dict) or "data" not in body:
            raise ContractError(f"Pipedrive answered '{path}' without 'data'")
        return body


def list_cost(path: str) -> int:
    """Tokens of one page of a list."""
    return MANY["v1"] if path == ARCHIVED_DEALS else MANY[_version(path)]


def saved_row(data: Any) -> Json:
    """The record that a write answered with. Raises UnknownOutcome for anything else."""
    if not isinstance(data, dict) or "id" not in data:
        raise UnknownOutcome("Pipedrive took the write and did not say which record it made")
    return data


def _version(path: str) -> str:
    return path.partition("/")[0]


def _data(body: Any, path: str) -> Any:
    if not isinstance(body, dict) or "data" not in body:
        raise ContractError(f"Pipedrive answered '{path}' without 'data'")
    return body["data"]


def _rows(body: Json, path: str) -> list[Json]:
    """Rows of a list; version 1 says null where there are none."""
    rows: Any = body["data"]
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractError(f"Pipedrive answered '{path}' with something that is no list of records")
    return rows
