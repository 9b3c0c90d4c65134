"""The calls of Tryton's REST interface that the adapter is made of; what they answer is checked for its shape.

Any model answers to `search_read`, `fields_get`, `create` and `import_data` as actions, and to PUT by id. Look-ups go
by POST: a domain with a hundred addresses would make an address too long for many proxies.
Source: trytond/protocols/rest.py (8.2).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from connector.adapter import Client
from connector.errors import ConfigError, ContractError, RemoteError, RemoteRefusal, UnknownOutcome
from connector.model import Json

Domain = list[Any]
ORDER: Final = (("id", "ASC"),)


class Api(Struct, frozen=True):
    """One database. `reserve`: may use what is kept for fresh MQLs."""

    client: Client
    reserve: bool = False

    def with_reserve(self, reserve: bool) -> Api:
        """The same, with or without the right to the reserve."""
        return replace(self, reserve=reserve)

    def call(self, model: str, action: str, body: Json, context: Json | None = None) -> Any:
        """The answer of an action that changes nothing. Raises ConfigError for a database or model that is absent."""
        try:
            return self.client.request(
                "POST", f"{model}/{action}", json=body, headers=_headers(context), safe=True, reserve=self.reserve
            ).json()
        except RemoteRefusal as refusal:
            if refusal.status != 404:
                raise
            raise ConfigError(
                f"Tryton has nothing at {model}", code="not_there",
                hint="check base_url and database, and that the module sale_opportunity is activated",
            ) from None  # fmt: skip

    def rows(
        self, model: str, domain: Domain, names: Sequence[str], *, order: Sequence[Sequence[str]] = ORDER,
        limit: int | None = None, context: Json | None = None, nameless: bool = False,
    ) -> list[Json]:  # fmt: skip
        """Records that fit a domain, with these fields; a relation's field is named with a dot.

        `nameless`: the caller tells rows without their id apart by itself.
        """
        body = {"domain": domain, "fields_names": list(dict.fromkeys(names)), "order": [list(one) for one in order]}
        rows = self.call(model, "search_read", {**body, "limit": limit} if limit else body, context)
        if not isinstance(rows, list) or not all(isinstance(row, dict) and (nameless or "id" in row) for row in rows):
            raise ContractError(f"Tryton answered a search of {model} with something that is no list of records")
        return rows

    def create(self, model: str, records: Sequence[Json], context: Json | None = None) -> list[int]:
        """Make records in one transaction, all or none; their ids in the order given."""
        ids = self._send("POST", f"{model}/create", {"vlist": list(records)}, context).json()
        if not isinstance(ids, list) or len(ids) != len(records) or not all(isinstance(one, int) for one in ids):
            raise UnknownOutcome("Tryton took the records and answered with something that is no list of their ids")
        return ids

    def put(self, model: str, record_id: str, values: Json) -> None:
        """Change one record."""
        told = self._send("PUT", f"{model}/{record_id}", values).json()
        if not isinstance(told, dict) or str(told.get("id")) != record_id:
            raise UnknownOutcome("Tryton took the change and answered with something that is not the record")

    def import_rows(self, model: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Change texts of many records in one transaction, all or none; the first name is `id`.

        A row that may not be changed makes a 403 of the whole call, which says nothing about our credentials.
        """
        answer = self._send(
            "POST", f"{model}/import_data", {"fields_names": list(names), "data": [list(row) for row in rows]},
            accept=(403,),
        )  # fmt: skip
        if answer.status == 403:
            raise RemoteRefusal("one of the rows was refused", status=403, errors=(RemoteError("not_allowed"),))
        if answer.json() != len(rows):
            raise UnknownOutcome("Tryton took the rows and did not say how many it changed")

    def _send(self, method: str, path: str, body: Json, context: Json | None = None, accept: Sequence[int] = ()) -> Any:
        headers = _headers(context)
        return self.client.request(
            method, path, json=body, headers=headers, safe=False, reserve=self.reserve, accept=accept
        )


def _headers(context: Mapping[str, Any] | None) -> dict[str, str]:
    """The context of a call: the company to make records in, the moment at which a history is read."""
    if not context:
        return {}
    return {"X-Tryton-Context": base64.urlsafe_b64encode(json.dumps(context).encode()).decode()}
