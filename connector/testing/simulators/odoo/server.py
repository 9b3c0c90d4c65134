"""The database's two ways in: JSON-2 (19.0 and newer) and JSON-RPC, who may ask, and how often.

Source: https://www.odoo.com/documentation/19.0/developer/reference/external_api.html, read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator, route
from connector.testing.simulators.odoo import wording
from connector.testing.simulators.odoo.leads import Leads
from connector.testing.simulators.odoo.methods import OF_RECORDS, TAKES, Methods
from connector.testing.simulators.odoo.sales import Sales
from connector.testing.simulators.odoo.schema import FieldDef
from connector.testing.simulators.odoo.store import Store
from connector.testing.simulators.odoo.users import INTEGRATION_USER

OURS = (
    FieldDef("x_leadloop_id", label="leadloop id", size=32),
    FieldDef("x_leadloop_score", "integer", "Lead score"),
    FieldDef("x_leadloop_grade", label="Lead grade"),
    FieldDef("x_leadloop_mql", "boolean", "MQL"),
    FieldDef("x_leadloop_reasons", "text", "MQL reasons"),
)
_POSITIONAL = {"create": "vals_list", "write": "vals", "default_get": "fields_list"}


class OdooSimulator(Sales, Simulator):
    """One database. `with OdooSimulator(clock=…) as odoo:` listens at `odoo.base_url`.

    `version`: from 19 on it speaks JSON-2. `uses_leads`: records are leads before they are opportunities.
    Calls of JSON-RPC stand in the ledger, and meet faults, under `/jsonrpc/{model}/{method}`.
    """

    limits: Sequence[Limit] = (Limit(calls=1, per_s=1),)

    def __init__(self, *, version: int = 19, uses_leads: bool = True, with_fields: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.version = version
        self.store = Store(self.clock)
        self.leads = Leads(self.store, uses_leads=uses_leads)
        self.methods = Methods(self.store, self.leads)
        self.api_key = "simulated-odoo-key-0123456789"
        self.good_keys = {self.api_key}
        for one in OURS if with_fields else ():
            self.store.add_field("crm.lead", replace(one))

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {"database": "acme", "username": "leadloop@acme.example", "api_key": self.api_key}

    @route("GET", "/web/version")
    def tell_version(self, request: Request) -> Reply:
        if self.version < 19:
            return Reply(404, b"<html>Not Found</html>", {"Content-Type": "text/html"})
        return Reply(200, {"version_info": [self.version, 0, 0, "final", 0, ""], "version": f"{self.version}.0"})

    @route("POST", "/json/2/{model}/{method}")
    def call_json2(self, request: Request) -> Reply:
        model, method = request.args["model"], request.args["method"]
        try:
            if self.version < 19 or model not in self.store.models or method not in TAKES:
                raise wording.not_found()
            named = request.json() or {}
            context, ids = named.pop("context", {}), named.pop("ids", None)
            takes = ["fields"] if (method, self.version) == ("default_get", 20) else TAKES[method]
            if strange := sorted(set(named) - set(takes)):
                raise wording.unprocessable(f"{method}() got an unexpected keyword argument '{strange[0]}'")
            if ids is not None and method not in OF_RECORDS:
                raise wording.unprocessable(f"cannot call {model}.{method} with ids")
            if method == "default_get":
                named = {"fields_list": next(iter(named.values()))}
            return Reply(200, self.methods.call(model, method, ids or (), named, context))
        except wording.OdooError as error:
            return wording.json2(error)

    @route("POST", "/jsonrpc/common/{method}")
    def call_common(self, request: Request) -> Reply:
        if request.args["method"] == "version":
            return _result({"server_version": f"{self.version}.0", "protocol_version": 1})
        database, login, key, _ = request.json()["params"]["args"]
        return _result(INTEGRATION_USER if self._knows(database, login, key) else False)

    @route("POST", r"/jsonrpc/(?P<model>(?!common/)[^/]+)/{method}")
    def call_object(self, request: Request) -> Reply:
        database, uid, key, model, method, args, kwargs = request.json()["params"]["args"]
        try:
            if uid != INTEGRATION_USER or not self._knows(database, self.credentials["username"], key):
                raise wording.access_denied()
            if model not in self.store.models or method not in TAKES:
                raise wording.OdooError("odoo.exceptions.UserError", f"Object {model} doesn't exist")
            context = kwargs.pop("context", {})
            ids = args.pop(0) if method in OF_RECORDS else ()
            if method in _POSITIONAL:
                if not args:
                    raise wording.OdooError("builtins.IndexError", "list index out of range")
                kwargs = {_POSITIONAL[method]: args.pop(0)}
            return _result(self.methods.call(model, method, ids, kwargs, context))
        except wording.OdooError as error:
            return wording.jsonrpc(error)

    def answer(self, request: Request) -> tuple[Reply | None, bool]:
        """JSON-RPC has one address: which method is called stands in the body."""
        if request.path == "/jsonrpc":
            params = json.loads(request.body)["params"]
            what = params["args"][3:5] if params["service"] == "object" else ["common", params["method"]]
            request = replace(request, path="/jsonrpc/" + "/".join(what))
        return super().answer(request)

    def authorize(self, request: Request) -> Reply | None:
        if not request.path.startswith("/json/2/"):
            return None
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return Reply(415, {"name": "werkzeug.exceptions.UnsupportedMediaType", "message": "", "arguments": []})
        database = request.headers.get("x-odoo-database", "")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key not in self.good_keys:
            return wording.json2(wording.unauthorized())
        return None if database == self.credentials["database"] else wording.json2(wording.not_found())

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        return Reply(429, b"Too Many Requests", {"Content-Type": "text/plain"})

    def unknown(self, request: Request) -> Reply:
        return Reply(404, b"<html>Not Found</html>", {"Content-Type": "text/html"})

    def _knows(self, database: str, login: str, key: str) -> bool:
        named = self.credentials
        return (database, login) == (named["database"], named["username"]) and key in self.good_keys


def _result(value: Any) -> Reply:
    return Reply(200, {"jsonrpc": "2.0", "id": 1, "result": value})
