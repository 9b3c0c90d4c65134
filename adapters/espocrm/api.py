"""The calls of EspoCRM's API that the adapter is made of, and what shape they answer.

Lists are asked by one parameter, `searchParams`, a JSON document: the shorter way of two, known since version 7.0.
Source: https://docs.espocrm.com/development/api/crud/, …/development/api-search-params/, …/development/api/stream/.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from connector.adapter import Client
from connector.errors import ConfigError, ContractError, RemoteRefusal, UnknownOutcome
from connector.model import Json

MAX_ROWS: Final = 200
"""Rows of one page: a server gives no more unless its administrator raised it."""
UNCOUNTED: Final = {"X-No-Total": "true"}
"""Nobody needs the total, and counting is slow in large tables."""
SKIPPED_CHECK: Final = {"X-Skip-Duplicate-Check": "true"}

Condition = dict[str, Any]


class Duplicates(list[Json]):
    """Records that EspoCRM takes for the one that was to be made."""


class Api:
    """One installation, asked as one user."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def rows(
        self, entity: str, where: Sequence[Condition], select: Sequence[str], *, order_by: str = "id",
        newest_first: bool = False, limit: int = MAX_ROWS, needs: Collection[str] = ("id",),
    ) -> list[Json]:  # fmt: skip
        """One page of records, in the order of an attribute and, among equals, of their ids.

        `needs`: attributes without which a row is no record to the caller.
        """
        asked: Json = {
            "where": list(where), "select": list(select), "orderBy": order_by,
            "order": "DESC" if newest_first else "ASC", "maxSize": limit,
        }  # fmt: skip
        return self._list(entity, {"searchParams": json.dumps(asked, separators=(",", ":"))}, needs)

    def every(self, entity: str, where: Sequence[Condition], select: Sequence[str]) -> Iterator[Json]:
        """All records that fit, by id."""
        after: list[Condition] = []
        while True:
            rows = self.rows(entity, [*where, *after], select)
            yield from rows
            if len(rows) < MAX_ROWS:
                return
            after = [condition("greaterThan", "id", rows[-1]["id"])]

    def one(self, entity: str, record_id: str) -> Json | None:
        """A whole record; None when it is no more. Administrators are shown deleted ones, which are marked."""
        answer = self.client.request("GET", f"/{entity}/{record_id}", accept={404})
        told = None if answer.status == 404 else record(answer.json())
        return None if told is None or told.get("deleted") else told

    def stream(self, entity: str, record_id: str) -> list[Json]:
        """The notes in a record's stream, newest first, a page of them."""
        return self._list(f"{entity}/{record_id}/stream", {"maxSize": MAX_ROWS})

    def described(self, entity: str) -> Json | None:
        """The fields of an entity type; None when this user does not see it, which an empty answer says.

        Versions before 8.2 know no `key` and tell of everything.
        """
        answer = self.client.request("GET", "/Metadata", params={"key": f"entityDefs.{entity}"})
        told = answer.json() if answer.content else None
        if isinstance(told, dict) and "entityDefs" in told:
            told = told["entityDefs"].get(entity)
        return told if isinstance(told, dict) else None

    def me(self) -> Json:
        """Who we are and what we may: `user`, `acl`, `appParams`."""
        told = self.client.request("GET", "/App/user", accept={404})
        body = told.json() if told.status == 200 else None
        if told.status == 404:
            raise ConfigError("there is no EspoCRM at this address", hint="check base_url: it ends before /api/v1")
        if not isinstance(body, dict) or not isinstance(body.get("user"), dict) or not body["user"].get("id"):
            raise ContractError("EspoCRM does not say who we are")
        return body

    def create(self, entity: str, body: Json, *, reserve: bool = False, checked: bool = False) -> Json | Duplicates:
        """Make a record, or learn which are taken for it; with `checked` EspoCRM does not look for such."""
        headers = SKIPPED_CHECK if checked else {}
        answer = self.client.request(
            "POST", f"/{entity}", json=body, headers=headers, accept={409}, safe=False, reserve=reserve
        )
        if answer.status == 409:
            return Duplicates(_duplicates(answer.json()))
        return saved(answer.json())

    def change(self, entity: str, record_id: str, body: Json, *, reserve: bool = False) -> Json:
        """Change a record: what is not named stays. A check for duplicates, where an admin wants one, is left out."""
        path = f"/{entity}/{record_id}"
        answer = self.client.request("PUT", path, json=body, headers=SKIPPED_CHECK, safe=False, reserve=reserve)
        return saved(answer.json())

    def make_field(self, entity: str, body: Json) -> None:
        """Make a field of an entity type; administrators may."""
        self.client.request("POST", f"/Admin/fieldManager/{entity}", json=body, safe=False)

    def _list(self, path: str, params: Json, needs: Collection[str] = ("id",)) -> list[Json]:
        entity = path.split("/", 1)[0]
        try:
            told = self.client.request("GET", f"/{path}", params=params, headers=UNCOUNTED).json()
        except RemoteRefusal as refusal:
            if refusal.means != "gone":
                raise
            hint = "check base_url, which ends before /api/v1, and the objects of the mapping"
            raise ConfigError(f"EspoCRM has no '{entity}' here", code=refusal.code, hint=hint) from refusal
        listed = told.get("list") if isinstance(told, dict) else None
        if not isinstance(listed, list) or not all(
            isinstance(row, dict) and row.keys() >= set(needs) for row in listed
        ):
            raise ContractError(f"EspoCRM answered '{entity}' without a list of records")
        return listed


def condition(kind: str, attribute: str, value: Any) -> Condition:
    """One condition of a search."""
    return {"type": kind, "attribute": attribute, "value": value}


def any_of(conditions: Sequence[Condition]) -> Condition:
    """A condition that holds where one of these does."""
    return {"type": "or", "value": list(conditions)}


def record(told: Any) -> Json:
    """A record that was asked for. Raises ContractError for anything else."""
    if not isinstance(told, dict) or not told.get("id"):
        raise ContractError("EspoCRM answered a question for a record with something else")
    return told


def saved(told: Any) -> Json:
    """A record as it stands after a write. Raises UnknownOutcome for anything else."""
    if not isinstance(told, dict) or not told.get("id"):
        raise UnknownOutcome("EspoCRM took the record, and its answer does not say which it is")
    return told


def moment(text: Any) -> datetime:
    """A moment as EspoCRM tells it: UTC without saying so, in whole seconds. Raises ContractError."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    except ValueError as error:
        raise ContractError("EspoCRM told a moment that cannot be read", code="bad_time") from error


def moment_text(at: datetime) -> str:
    """A moment as EspoCRM is told it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _duplicates(told: Any) -> list[Json]:
    """The records in a refusal: a list, or an object in which an empty PHP array became one."""
    listed = told if isinstance(told, list) else []
    return [row for row in listed if isinstance(row, dict) and row.get("id")]
