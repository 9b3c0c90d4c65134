"""The query and body of a request, as Marketo reads them: lists come with commas or by repeating the name."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from connector.testing.simulator import Request


def many(request: Request, name: str) -> list[str]:
    """All values of a parameter."""
    given = parse_qs(request.query).get(name, [])
    return [part.strip() for value in given for part in value.split(",") if part.strip()]


def numbers(request: Request, name: str) -> list[int]:
    """All values of a parameter as numbers. Raises ValueError for what is none."""
    return [int(value) for value in many(request, name)]


def batch_size(request: Request) -> int | None:
    """`batchSize`, 300 when it is not given; None for one that Marketo refuses."""
    told = request.params.get("batchSize", "300")
    return int(told) if told.isdigit() and 0 < int(told) <= 300 else None


def inputs(request: Request) -> list[dict[str, Any]]:
    """`input` of the body; none when there is no body."""
    body = request.json()
    listed = body.get("input") if isinstance(body, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
