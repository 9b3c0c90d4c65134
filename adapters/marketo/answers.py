"""What an answer holds: its rows, and moments as Marketo writes them.

Quirk:  `result` may be missing where there is nothing; times come as `…Z`, `…+0000` and, in places, `…Z+0000`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.marketo.refusals import told
from connector.adapter import Answer
from connector.errors import ContractError
from connector.model import Json


def rows_of(answer: Answer) -> list[Json]:
    """The rows of an answer's `result`; none when it has no `result`. Raises ContractError for another shape."""
    body: Any = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("result", []), list):
        raise ContractError("an answer of Marketo came without the list 'result'")
    return told(body, "result")


def row_id(row: Mapping[str, Any]) -> str:
    """The id of a lead's row. Raises ContractError when it has none."""
    if row.get("id") is None:
        raise ContractError("Marketo sent a lead without its 'id'")
    return str(row["id"])


def moment(text: str) -> datetime:
    """A time as Marketo writes it, aware and in UTC. Raises ValueError for what is none."""
    parsed = datetime.fromisoformat(text.removesuffix("+0000").removesuffix("Z"))
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def moment_or_none(value: Any) -> datetime | None:
    """The time that stands in a row; None for what is none."""
    try:
        return moment(value) if isinstance(value, str) else None
    except ValueError:
        return None


def as_sent(at: datetime) -> str:
    """A time as Marketo takes it: UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
