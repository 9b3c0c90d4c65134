"""The calls of Zoho's API that the adapter is made of: what they cost, how they page, what shape they answer.

Nothing found is told by an empty 204, nothing changed by an empty 304. A refused batch may come as 400 with one error
for each of its rows, like a taken one with 200 or 207.
Source: https://www.zoho.com/crm/developer/docs/api/v8/, api-limits for the credits; crm-oas v8.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final

from msgspec import Struct

from connector.adapter import Client
from connector.errors import ContractError, RemoteRefusal, UnknownOutcome
from connector.model import Json

LEADS: Final = "Leads"
CONTACTS: Final = "Contacts"
DEALS: Final = "Deals"
OBJECTS: Final = (LEADS, CONTACTS, DEALS)
MAX_ROWS: Final = 200
"""Rows of one page, and of a query that costs one credit."""
MAX_IDS: Final = 100
"""Records that one call reads by id, and that one call writes."""
MAX_FIELDS: Final = 50
"""Fields that one call may ask for."""
ROWS_A_CREDIT: Final = 10
TAGS_A_CREDIT: Final = 50


class Listed(Struct, frozen=True):
    """One page of a list: its rows, the token of the next page, and whether there are more rows."""

    rows: list[Json]
    token: str | None = None
    more: bool = False


class Api(Struct, frozen=True):
    """One account at one version of the API (`v8`). `reserve`: its calls may use what is kept for fresh MQLs."""

    client: Client
    version: str
    reserve: bool = False

    def with_reserve(self, reserve: bool) -> Api:
        """The same account, asked with or without the reserve."""
        return self if reserve is self.reserve else Api(self.client, self.version, reserve)

    def page(
        self, rest: str, params: Mapping[str, Any], *, since: datetime | None = None, holds: str = "data", cost: int = 1
    ) -> Listed:
        """A page of a list; with `since`, of what changed after that second."""
        headers = {"If-Modified-Since": moment_text(since)} if since else {}
        answer = self.client.request(
            "GET", self._path(rest), params=params, headers=headers, accept={304}, reserve=self.reserve, cost=cost
        )
        if answer.status in (204, 304):
            return Listed([])
        body = answer.json()
        rows = body.get(holds) if isinstance(body, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ContractError(f"Zoho answered '{rest}' without a list of '{holds}'")
        info = body.get("info") or {}
        return Listed(rows, info.get("next_page_token") or None, bool(info.get("more_records")))

    def by_ids(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Json]:
        """Records by id, converted leads among them; those that are no more are left out."""
        found: dict[str, Json] = {}
        for part in parts(list(dict.fromkeys(ids)), MAX_IDS):
            asked = {"ids": ",".join(part), "fields": ",".join(fields), **hidden_too(object_name), "per_page": MAX_ROWS}
            found |= {str(row["id"]): row for row in self.page(object_name, asked).rows}
        return found

    def query(self, select: str) -> Iterator[str]:
        """Ids of all rows that a COQL query finds; `select` names no limit."""
        offset = 0
        while True:
            text = f"{select} limit {MAX_ROWS} offset {offset}"
            answer = self.client.request(
                "POST", self._path("coql"), json={"select_query": text}, safe=True, reserve=self.reserve
            )
            if answer.status == 204:
                return
            body = answer.json()
            rows = body.get("data") if isinstance(body, dict) else None
            if not isinstance(rows, list):
                raise ContractError("Zoho answered a query without 'data'")
            yield from (str(row["id"]) for row in rows)
            offset += len(rows)
            if not rows or not (body.get("info") or {}).get("more_records"):
                return

    def save(self, method: str, rest: str, body: Json, *, cost: int) -> list[Any]:
        """Write once, and give what Zoho says of each row, in the order sent.

        Raises RemoteRefusal for a call that is refused as a whole, UnknownOutcome when it may have been applied and no
        readable answer came.
        """
        try:
            told = self.client.request(
                method, self._path(rest), json=body, safe=False, reserve=self.reserve, cost=cost
            ).json()
        except RemoteRefusal as refusal:
            told = refusal.body
            if not isinstance(told, dict) or not isinstance(told.get("data"), list):
                raise
        results = told.get("data") if isinstance(told, dict) else None
        if not isinstance(results, list):
            raise UnknownOutcome("Zoho took the rows, its answer does not say what became of them")
        return results

    def make_field(self, object_name: str, field: Json) -> None:
        """Make a field of an object."""
        body, params = {"fields": [field]}, {"module": object_name}
        self.client.request("POST", self._path("settings/fields"), params=params, json=body, safe=False)

    def _path(self, rest: str) -> str:
        return f"/crm/{self.version}/{rest}"


def hidden_too(object_name: str) -> dict[str, str]:
    """Converted leads, and records that wait for an approval, are hidden from who does not ask for them."""
    return {"approved": "both", **({"converted": "both"} if object_name == LEADS else {})}


def row_cost(rows: int, a_credit: int = ROWS_A_CREDIT) -> int:
    """Credits of a call that writes so many rows."""
    return max(1, ceil(rows / a_credit))


def parts(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The values, at most `size` at a time."""
    yield from (values[start : start + size] for start in range(0, len(values), size))


def moment_text(at: datetime) -> str:
    """A moment as Zoho takes it: `Z` is refused in places, an offset never."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat()


def moment(text: Any) -> datetime:
    """A moment as Zoho tells it, in the zone of the user or of the account. Raises ContractError."""
    try:
        at = datetime.fromisoformat(str(text))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContractError("Zoho told a moment that cannot be read", code="bad_time") from error
