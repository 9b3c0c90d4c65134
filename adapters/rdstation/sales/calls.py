"""Requests to RD Station CRM: what is missing is None, what cannot be read after a write is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from connector.adapter import Client
from connector.errors import ContractError, RetryableError, UnknownOutcome
from connector.model import Json


class Calls(Struct, frozen=True):
    """One account. `reserve`: its calls may use what is kept for fresh MQLs."""

    client: Client
    reserve: bool = False

    def read(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """What stands there. Raises RemoteRefusal (`gone`) when nothing does."""
        return self.client.request("GET", path, params=params, reserve=self.reserve).json()

    def one(self, path: str) -> Json | None:
        """A record; None when there is none any more, or none that this user may see: both are answered 404."""
        answer = self.client.request("GET", path, accept={404}, reserve=self.reserve)
        if answer.status == 404:
            return None
        body = answer.json()
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
