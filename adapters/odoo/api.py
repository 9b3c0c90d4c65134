"""One database, asked in JSON-2 where the server speaks it (19.0 and newer), else in JSON-RPC.

Both call methods of models, each call a transaction of its own. JSON-2 names all arguments and is signed by headers;
JSON-RPC wants database, user and key in the body, and what `create` and `write` take by place.
Source: https://www.odoo.com/documentation/19.0/developer/reference/external_api.html, …/17.0/developer/reference/
external_rpc_api.html
Quirk:  `authenticate` answers false where others refuse.
Quirk:  a search hides what is archived, lost leads among it, unless the context says otherwise.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, Literal

from msgspec import Struct

from adapters.odoo.errors import BUSY, BUSY_S, DENIED, NOT_FOUND
from connector.adapter import Client, Credential
from connector.errors import AuthError, ConfigError, ContractError, RemoteRefusal, RetryableError
from connector.model import Json

Protocol = Literal["json2", "jsonrpc"]
Domain = Sequence[Any]

FIRST_JSON2: Final = 19
"""The first major version that speaks JSON-2."""
QUIET: Final[Mapping[str, Any]] = {
    "active_test": False,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
}
"""With every call: archived records count, and our user follows nothing and sets off no mail."""
_BY_PLACE: Final[Mapping[str, str]] = {"create": "vals_list", "write": "vals", "default_get": "fields_list"}


class Me(Struct, frozen=True):
    """The user behind the key, and the language that they see names in."""

    uid: int | None
    lang: str | None


class Api:
    """`protocol` is what the connection's options say; not said, the server is asked once."""

    def __init__(self, client: Client, protocol: Protocol | None = None) -> None:
        self.client = client
        self._protocol = protocol
        self._spending = threading.local()

    @contextmanager
    def with_reserve(self, reserve: bool) -> Iterator[None]:
        """Until it ends, calls of this thread may use what is kept of the day's calls for fresh MQLs, if `reserve`."""
        self._spending.reserve = reserve
        try:
            yield
        finally:
            self._spending.reserve = False

    @cached_property
    def protocol(self) -> Protocol:
        """What the server speaks. Servers before 19.0 do not know the address that tells their version."""
        if self._protocol is not None:
            return self._protocol
        answer = self.client.request("GET", "/web/version", accept={404})
        told = answer.json() if answer.status == 200 else {}
        return "json2" if _major(told) >= FIRST_JSON2 else "jsonrpc"

    @cached_property
    def me(self) -> Me:
        """Who we are. Raises AuthError where the database does not know us."""
        told = self.ask("res.users", "context_get", {}, context={})
        if not isinstance(told, dict):
            raise ContractError("Odoo does not say who we are")
        uid = told.get("uid") if self.protocol == "json2" else self._uid
        return Me(uid or None, told.get("lang") or None)

    def rows(
        self, model: str, domain: Domain, fields: Sequence[str] = (), *, needs: Collection[str] = ("id",), **more: Any
    ) -> list[Json]:
        """The records that fit, archived ones too; without `fields` all fields that the user may see.

        `needs`: fields without which a row is no record to the caller.
        """
        named = {"domain": list(domain), **({"fields": list(fields)} if fields else {}), **more}
        return self._rows(self.ask(model, "search_read", named), model, needs)

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Json]:
        """Records by id; those that are no more are left out."""
        if not ids:
            return []
        return self._rows(self.ask(model, "read", {"fields": list(fields)}, ids=ids), model)

    def defaults(self, model: str, fields: Sequence[str]) -> Json:
        """What a new record holds where nothing is said; the argument is called otherwise in newer servers."""
        try:
            told = self.ask(model, "default_get", {"fields_list": list(fields)})
        except RemoteRefusal as refusal:
            if refusal.status != 422:
                raise
            told = self.ask(model, "default_get", {"fields": list(fields)})
        if not isinstance(told, dict):
            raise ContractError(f"Odoo does not tell the defaults of {model}")
        return told

    def ask(
        self, model: str, method: str, named: Mapping[str, Any], *, ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """Call a method that changes nothing."""
        try:
            return self._call(model, method, named, ids=ids, safe=True, context=context)
        except RemoteRefusal as refusal:
            if refusal.code in BUSY:
                raise RetryableError(refusal.message, code=refusal.code, retry_after_s=BUSY_S) from refusal
            if refusal.code == DENIED:
                raise AuthError(refusal.message, code=refusal.code, hint=refusal.hint) from refusal
            if refusal.code == NOT_FOUND:
                raise ConfigError(refusal.message, code=refusal.code, hint=refusal.hint) from refusal
            raise

    def create(self, model: str, rows: Sequence[Json]) -> list[int]:
        """Make records, all or none; their ids in the order given."""
        made = self._call(model, "create", {"vals_list": list(rows)}, safe=False)
        if not isinstance(made, list) or len(made) != len(rows) or not all(isinstance(one, int) for one in made):
            raise ContractError(f"Odoo made records of {model} and did not say which")
        return made

    def write(self, model: str, ids: Sequence[int], values: Json) -> None:
        """Give all these records the same values, or none of them."""
        if self._call(model, "write", {"vals": values}, ids=ids, safe=False) is not True:
            raise ContractError(f"Odoo does not say that it wrote to {model}")

    def _call(
        self, model: str, method: str, named: Mapping[str, Any], *, safe: bool, ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        context = self._context if context is None else context
        if self.protocol == "json2":
            body = {**named, "context": context, **({} if ids is None else {"ids": list(ids)})}
            return self._post(f"/json/2/{model}/{method}", body, safe=safe)
        by_place = [named[_BY_PLACE[method]]] if method in _BY_PLACE else []
        args = [*([] if ids is None else [list(ids)]), *by_place]
        kwargs = {"context": context, **({} if by_place else named)}
        signed = [Credential("database"), self._uid, Credential("api_key")]
        return self._rpc("object", "execute_kw", [*signed, model, method, args, kwargs], safe=safe)

    @cached_property
    def _context(self) -> Mapping[str, Any]:
        return {**QUIET, "lang": self.me.lang} if self.me.lang else QUIET

    @cached_property
    def _uid(self) -> int:
        named = [Credential("database"), Credential("username"), Credential("api_key")]
        uid = self._rpc("common", "authenticate", [*named, {}], safe=True)
        if not isinstance(uid, int) or isinstance(uid, bool):
            raise AuthError("Odoo knows no such user, or not by this key", hint="check username, database and api_key")
        return uid

    def _rpc(self, service: str, method: str, args: list[Any], *, safe: bool) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        told = self._post("/jsonrpc", body, safe=safe)
        if not isinstance(told, dict) or "result" not in told:
            raise ContractError("Odoo answered a call without a result")
        return told["result"]

    def _post(self, path: str, body: Json, *, safe: bool) -> Any:
        reserve = getattr(self._spending, "reserve", False)
        return self.client.request("POST", path, json=body, safe=safe, reserve=reserve).json()

    def _rows(self, told: Any, model: str, needs: Collection[str] = ("id",)) -> list[Json]:
        if not isinstance(told, list) or not all(isinstance(row, dict) and row.keys() >= set(needs) for row in told):
            raise ContractError(f"Odoo answered a question for records of {model} with something else")
        return told


def _major(told: Any) -> int:
    """The major version, of `19.0` as of `saas~19.2`."""
    found = re.search(r"\d+", str(told.get("version") or "") if isinstance(told, dict) else "")
    return int(found[0]) if found else 0
