"""The few calls of the REST API that the adapter is made of, with the shapes of their answers checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from connector.adapter import Client
from connector.errors import ContractError, RetryableError, UnknownOutcome
from connector.model import Json

How = Literal["upsert", "update", "insert"]

MAX_ROWS = 200
"""Rows in one collections request; each such request counts as one API call."""

_WRITE_HEADERS: Mapping[How, Mapping[str, str]] = {
    # Active assignment rules would re-route ownership on our writes; ownership belongs to sales.
    "insert": {"Sforce-Auto-Assign": "FALSE"},
    "upsert": {"Sforce-Auto-Assign": "FALSE"},
    # A duplicate rule that merely alerts must not keep a score from a record that exists anyway.
    "update": {
        "Sforce-Auto-Assign": "FALSE",
        "Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true",
    },
}


class Api(Struct, frozen=True):
    """One org at one API version (`62.0`)."""

    client: Client
    version: str

    def path(self, rest: str) -> str:
        """The path of a resource of the data API."""
        return f"/services/data/v{self.version}/{rest}"

    def get(self, rest: str) -> Json:
        """One resource that answers with an object."""
        return _object(self.client.request("GET", self.path(rest)).json(), rest)

    def describe(self, object_name: str) -> Json:
        """What this user may see of an object: fields hidden by field-level security are simply absent."""
        return self.get(f"sobjects/{object_name}/describe")

    def page(self, soql: str, *, deleted: bool = False) -> tuple[list[Json], bool]:
        """The first rows of a query and whether that was all. `deleted` includes the recycle bin."""
        body = self._ask(soql, deleted)
        rows, done = _rows(body), bool(body.get("done", True))
        if not (rows or done):
            raise ContractError("Salesforce announced further rows and gave none to go on from")
        return rows, done

    def rows(self, soql: str, *, deleted: bool = False) -> Iterator[Json]:
        """All rows of a query, page after page."""
        body = self._ask(soql, deleted)
        yield from _rows(body)
        read: set[str] = set()
        while not body.get("done", True):
            path = _next_path(body, read)
            read.add(path)
            body = _object(self.client.request("GET", path).json(), "query")
            yield from _rows(body)

    def _ask(self, soql: str, deleted: bool) -> Json:
        resource = "queryAll" if deleted else "query"
        return _object(self.client.request("GET", self.path(resource), params={"q": soql}).json(), resource)

    def save(self, how: How, object_name: str, key: str, records: Sequence[Json], *, reserve: bool) -> list[Any]:
        """One collections request, rows independent of each other; what it answered per row, in the order sent.

        Not declared safe, though an upsert could be repeated: a record merged meanwhile would be made anew. An answer
        that cannot be read is an unknown outcome: the rows may well have been saved.
        """
        rest = f"composite/sobjects/{object_name}/{key}" if how == "upsert" else "composite/sobjects"
        answer = self.client.request(
            "POST" if how == "insert" else "PATCH",
            self.path(rest),
            json={"allOrNone": False, "records": list(records)},
            headers=_WRITE_HEADERS[how],
            safe=False,
            reserve=reserve,
        )
        try:
            results = answer.json()
        except RetryableError as error:
            raise UnknownOutcome("Salesforce took the rows, its answer could not be read") from error
        if not isinstance(results, list):
            raise UnknownOutcome("Salesforce took the rows, its answer is no list of results")
        return results


def _object(body: Any, what: str) -> Json:
    if not isinstance(body, dict):
        raise ContractError(f"Salesforce answered '{what}' with something that is no object")
    return body


def _rows(body: Json) -> list[Json]:
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(row, dict) for row in records):
        raise ContractError("Salesforce answered a query without 'records'")
    return records


def _next_path(body: Json, read: Collection[str]) -> str:
    """Where the next rows are. Pages that lead back to themselves would be read for ever."""
    path = body.get("nextRecordsUrl")
    if not isinstance(path, str) or path in read:
        raise ContractError("Salesforce announced further rows and no 'nextRecordsUrl' that leads to them")
    return path
