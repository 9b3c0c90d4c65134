"""How ActiveCampaign is asked for rows, and how its answers are read: pages, ids, times.

Source: https://developers.activecampaign.com/reference/pagination
Quirk:  ids, numbers and `meta.total` are texts; a page has 20 rows unless `limit` says more (100 at most); an empty
        date is null, a blank or `0000-00-00`; times carry the offset of US Central.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapters.activecampaign.spec import PAGE
from connector.adapter import Answer, Client
from connector.errors import ContractError
from connector.model import Json

API: Final = "/api/3"


def rows(answer: Answer, name: str) -> list[Json]:
    """The rows under `name`. Raises ContractError when the answer holds no such list."""
    found = table(answer).get(name)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ContractError(f"the answer holds no list of {name}")
    return found


def table(answer: Answer) -> Json:
    """The answer as an object. Raises ContractError when it is none."""
    body = answer.json()
    if not isinstance(body, dict):
        raise ContractError("the answer is not an object")
    return body


def is_last(answer: Answer, read: int) -> bool:
    """Do these rows end the list? `read`: rows up to here. Without a total, only an empty page ends it."""
    meta = table(answer).get("meta")
    total = str(meta.get("total", "")) if isinstance(meta, dict) else ""
    return total.isdigit() and read >= int(total)


def everything(client: Client, path: str, name: str, asked: Mapping[str, Any] | None = None) -> Iterator[Json]:
    """All rows of a short list, by offset."""
    read = 0
    while True:
        answer = client.request("GET", f"{API}/{path}", params={**(asked or {}), "limit": PAGE, "offset": read})
        found = rows(answer, name)
        yield from found
        read += len(found)
        if not found or is_last(answer, read):
            return


def moment(text: Any) -> datetime | None:
    """A time that says its offset; None for a blank, for `0000-00-00` and for one without an offset."""
    try:
        parsed = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo is not None else None


def as_asked(at: datetime) -> str:
    """A time as filters take it, with its offset: how one without is read is not documented."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat()


def is_given(id_: Any) -> bool:
    """Does this id name something? `0` stands for nothing."""
    return id_ not in (None, "", 0, "0")
