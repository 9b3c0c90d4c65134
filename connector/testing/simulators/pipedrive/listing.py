"""Lists: version 2 pages by an opaque cursor over (time, id), version 1 by an offset into what is there now."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from connector.testing.simulator import Reply
from connector.testing.simulators.pipedrive import wording
from connector.testing.simulators.pipedrive.store import Row

MAX_ROWS = 500
MAX_IDS = 100
SORTS = ("id", "update_time", "add_time")


def cursor_page(rows: Iterable[Row], params: Mapping[str, str], most: int, show: Callable[[Row], Row]) -> Reply:
    """The page of version 2 that was asked for; `most` rows at most, whatever was asked."""
    sort, refused = params.get("sort_by", "id"), _refuse(params)
    if refused is not None:
        return refused
    wanted = [row for row in rows if _in_window(row, params) and _among(row, params)]
    backwards = params.get("sort_direction", "asc") == "desc"
    wanted.sort(key=lambda row: _place(row, sort), reverse=backwards)
    if "cursor" in params:
        after = tuple(json.loads(base64.b64decode(params["cursor"])))
        wanted = [row for row in wanted if (_place(row, sort) < after if backwards else _place(row, sort) > after)]
    size = min(int(params.get("limit", "100")), most)
    page, more = wanted[:size], len(wanted) > size
    last = base64.b64encode(json.dumps(_place(page[-1], sort)).encode()).decode() if more else None
    return wording.page([show(row) for row in page], last)


def offset_page(
    rows: Iterable[Row], params: Mapping[str, str], most: int, show: Callable[[Row], Row], *, empty: Any = None
) -> Reply:
    """The page of version 1 that was asked for."""
    field, _, direction = params.get("sort", "add_time ASC").partition(" ")
    wanted = [row for row in rows if _in_window(row, params)]
    wanted.sort(key=lambda row: (row[field], str(row["id"])), reverse=direction.upper() == "DESC")
    start, size = int(params.get("start", "0")), min(int(params.get("limit", "100")), most)
    page = [show(row) for row in wanted[start : start + size]]
    return wording.offset_page(page, start, size, more=len(wanted) > start + size, empty=empty)


def _refuse(params: Mapping[str, str]) -> Reply | None:
    if params.get("sort_by", "id") not in SORTS or not 0 < int(params.get("limit", "100")) <= MAX_ROWS:
        return wording.refused(400, "Bad request")
    if len(params.get("ids", "").split(",")) > MAX_IDS or len(params.get("custom_fields", "").split(",")) > 15:
        return wording.refused(400, "Bad request")
    return None


def _place(row: Row, sort: str) -> tuple[Any, int]:
    return row[sort], row["id"]


def _in_window(row: Row, params: Mapping[str, str]) -> bool:
    at = datetime.fromisoformat(row["update_time"])
    since, until = params.get("updated_since"), params.get("updated_until")
    if since is not None and at < datetime.fromisoformat(since):
        return False
    return until is None or at < datetime.fromisoformat(until)


def _among(row: Row, params: Mapping[str, str]) -> bool:
    return "ids" not in params or str(row["id"]) in params["ids"].split(",")
