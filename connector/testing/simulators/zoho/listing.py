"""Lists: rows changed after a second, in the order that was asked for, page by page by a token of that very query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from connector.testing.simulator import Reply, Request
from connector.testing.simulators.zoho.wording import Row, listed, refused

MAX_ROWS: Final = 200
MAX_FIELDS: Final = 50
LIVES: Final = timedelta(hours=24)
SORTS: Final = ("id", "Created_Time", "Modified_Time")


class Lister:
    """Gives pages. `page_rows` is the most that a page holds, whatever is asked; `reach` the most that paging gives."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.page_rows = MAX_ROWS
        self.reach = 100_000
        self._tokens: dict[str, tuple[Any, Any, datetime, int]] = {}

    def page(self, request: Request, rows: Sequence[Row], show: Callable[[Row], Row]) -> Reply:
        """The page of a module's rows that was asked for."""
        params = request.params
        wrong = _wrong(params)
        if wrong is not None:
            return wrong
        name = params.get("sort_by", "id")
        ordered = sorted(_changed_since(request, rows), key=lambda row: _place(row, name))
        if params.get("sort_order", "asc") == "desc":
            ordered.reverse()
        given = 0
        if "page_token" in params:
            held = self._tokens.get(params["page_token"])
            if held is None or held[0] != _query(request):
                return refused(400, "INVALID_DATA", param_name="page_token")
            if held[2] < self.clock():
                return refused(400, "EXPIRED_VALUE", "the token is expired", param_name="page_token")
            ordered = [row for row in ordered if _place(row, name) > held[1]]
            given = held[3]
        if not ordered and "if-modified-since" in request.headers:
            return Reply(304)
        return self._answer(request, ordered, given, show, name)

    def _answer(self, request: Request, ordered: list[Row], given: int, show: Callable[[Row], Row], name: str) -> Reply:
        size = min(int(request.params.get("per_page", "200")), self.page_rows)
        page, more, given = ordered[:size], len(ordered) > size, given + size
        token = None
        if more and given < self.reach:
            token = f"c{len(self._tokens):06}x"
            self._tokens[token] = _query(request), _place(page[-1], name), self.clock() + LIVES, given
        info: Row = {"per_page": size, "page": 1, "sort_by": name, "more_records": more, "next_page_token": token}
        return listed([show(row) for row in page], **info)


def plain_page(request: Request, rows: Sequence[Row], most: int, holds: str = "data") -> Reply:
    """A list that pages by number."""
    size, number = min(int(request.params.get("per_page", "200")), most), int(request.params.get("page", "1"))
    page = rows[(number - 1) * size : number * size]
    more = len(rows) > number * size
    return listed(page, holds, per_page=size, page=number, more_records=more)


def _wrong(params: Mapping[str, str]) -> Reply | None:
    if "fields" not in params:
        return refused(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="fields")
    if len(params["fields"].split(",")) > MAX_FIELDS or not 0 < int(params.get("per_page", "200")) <= MAX_ROWS:
        return refused(400, "LIMIT_EXCEEDED", param_name="fields")
    if params.get("sort_by", "id") not in SORTS:
        return refused(400, "INVALID_DATA", param_name="sort_by")
    if "page" in params and "page_token" in params:
        return refused(400, "AMBIGUITY_DURING_PROCESSING", param_name="page_token")
    return None


def _query(request: Request) -> Any:
    params = {name: value for name, value in request.params.items() if name != "page_token"}
    return request.path, tuple(sorted(params.items())), request.headers.get("if-modified-since")


def _changed_since(request: Request, rows: Sequence[Row]) -> list[Row]:
    since = request.headers.get("if-modified-since")
    if since is None:
        return list(rows)
    return [row for row in rows if datetime.fromisoformat(row["Modified_Time"]) > datetime.fromisoformat(since)]


def _place(row: Row, name: str) -> tuple[Any, str]:
    return (row["id"] if name == "id" else datetime.fromisoformat(row[name])), row["id"]
