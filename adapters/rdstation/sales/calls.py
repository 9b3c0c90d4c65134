"""Requests to RD Station CRM: what is missing is None, what cannot be read after a write is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from connector.adapter import Client
from connector.errors import ContractError, RemoteRefusal, RetryableError, UnknownOutcome
from connector.model import Json


class Calls(Struct, frozen=True):
    """One account. `reserve`: its calls may use what is kept for fresh MQLs."""

    client: Client
    reserve: bool = False

    def read(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """What stands there. Raises RemoteRefusal (`gone`) when nothing does."""
        return self.client.request("GET", path, params=params, reserve=self.reserve).json()

    def one(self, path: str) -> Json | None:
        """A record; None when there is none any more, or none that this user may see: both are answered 404.

        So does a gateway that knows no route (see `errors`): that one raises, for it proves nothing.
        """
        try:
            body = self.read(path)
        except RemoteRefusal as refusal:
            if refusal.means != "gone":
                raise
            return None
        if not isinstance(body, dict):
            raise ContractError(f"RD Station CRM answered '{path}' with something that is no record")
        return body

    def save(self, method: str, path: str, body: Json) -> Json:
        """Write once, and give what the platform says stands there now.

        Raises UnknownOutcome when it may have been applied and no readable answer came.
        """
        answer = self.client.request(method, path, json=body, safe=False, reserve=self.reserve)
        try:
            told = answer.json()
        except RetryableError as error:
            raise UnknownOutcome("RD Station CRM took the write, its answer could not be read") from error
        if not isinstance(told, dict):
            raise UnknownOutcome("RD Station CRM took the write, its answer does not say what stands there")
        return told


def listed(body: Any, name: str, *, may_be_bare: bool = False) -> list[Json]:
    """The rows of a list under their name; some lists of version 1 come bare."""
    rows = body.get(name) if isinstance(body, Mapping) else body if may_be_bare else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractError(f"RD Station CRM answered without a list of '{name}'")
    return rows


def goes_on(name: str, rows: Sequence[object], *, says_so: bool) -> bool:
    """Are there further pages of a list? Raises RetryableError for an empty one that says so.

    What it did not show must not be taken for read, nor for absent: a person who is not found is made anew.
    """
    if says_so and not rows:
        raise RetryableError(f"RD Station CRM announced more of '{name}' and gave none", code="list_in_disorder")
    return says_so
