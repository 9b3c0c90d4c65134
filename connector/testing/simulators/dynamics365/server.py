"""The environment's Web API: sign-in, tables, batches, definitions, the audit log, and service protection.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview, read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator, route
from connector.testing.simulators.dynamics365 import batch, metadata
from connector.testing.simulators.dynamics365.audit import Audit
from connector.testing.simulators.dynamics365.listing import Listing
from connector.testing.simulators.dynamics365.rows import Rows
from connector.testing.simulators.dynamics365.sales import Sales
from connector.testing.simulators.dynamics365.schema import SETS
from connector.testing.simulators.dynamics365.shown import properties, shown
from connector.testing.simulators.dynamics365.signin import SignIn
from connector.testing.simulators.dynamics365.store import Row, Store, Table
from connector.testing.simulators.dynamics365.users import APP_USER, ORGANIZATION
from connector.testing.simulators.dynamics365.wording import (
    NO_SUCH_KEY,
    Refused,
    absent,
    answered,
    refused,
    throttled,
    unknown_property,
)

ROOT: Final = r"/api/data/v9\.2/"
MAX_ADDRESS_BYTES: Final = 32_768
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Dynamics365Simulator(Sales, Simulator):
    """One environment. `with Dynamics365Simulator(clock=…) as crm:` listens at `crm.base_url`.

    `sign_in.credentials` may sign in, and `listing.page_rows` is the most that a page holds. `may_define`: is our user
    a customizer? `half_next` lets the next batch die after half of its parts were done.
    """

    limits: Sequence[Limit] = (Limit(calls=6_000, per_s=300),)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.store = Store(self.clock)
        self.audit = Audit(self.store)
        self.rows = Rows(self.store, self.audit)
        self.listing = Listing(self.store)
        self.sign_in = SignIn()
        self.names_contact = True
        self.may_define = True
        self.half_next = False
        self.published: list[str] = []
        self.language = 1033

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        return "default", "", request.path.endswith("/oauth2/v2.0/token")

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        return throttled("requests", int(wait_s) + 1)

    def authorize(self, request: Request) -> Reply | None:
        if request.path.endswith("/oauth2/v2.0/token"):
            return None
        if self.sign_in.is_open(request.headers.get("authorization", ""), self.clock()):
            return None
        return Reply(401, b"", {"WWW-Authenticate": f"Bearer resource_id={self.base_url}/"})

    def unknown(self, request: Request) -> Reply:
        return refused(404, "0x8006088a", "Resource not found for the segment.")

    @route("POST", "/{tenant}/oauth2/v2.0/token")
    def token(self, request: Request) -> Reply:
        return self.sign_in.token(request, self.clock(), self.base_url)

    @route("GET", ROOT + "WhoAmI")
    def who_am_i(self, request: Request) -> Reply:
        return answered({"UserId": APP_USER, "OrganizationId": ORGANIZATION})

    @route("POST", ROOT + r"\$batch")
    def run_batch(self, request: Request) -> Reply:
        half, self.half_next = self.half_next, False
        try:
            if half:
                parts = batch.parts_of(request)
                for part in parts[: len(parts) // 2]:
                    self._answer(part)
                return Reply(503, b"")
            return batch.run(request, self._answer)
        except Refused as error:
            return error.reply

    # Tables.

    @route("GET", ROOT + r"(?!organizations)(?P<set>[a-z]+)")
    def list_rows(self, request: Request) -> Reply:
        return self._answer(request)

    @route("GET", ROOT + r"EntityDefinitions\(LogicalName='(?P<table>\w+)'\)(?P<rest>(/[\w.]+)*)")
    def show_definition(self, request: Request) -> Reply:
        table = self.store.tables.get(request.args["table"])
        if table is None:
            return absent("EntityMetadata", request.args["table"])
        _, first, cast = [*request.args["rest"].split("/"), "", ""][:3]
        if first == "Attributes":
            kind = cast.removeprefix("Microsoft.Dynamics.CRM.").removesuffix("AttributeMetadata")
            return answered({"value": metadata.attributes(table, kind, request.params)})
        if first == "Keys":
            keys = [{"SchemaName": f"{name}_key", "KeyAttributes": [name], "EntityKeyIndexStatus": state}
                    for name, state in table.keys.items()]  # fmt: skip
            return answered({"value": keys})
        return answered({"LogicalName": table.name, "ChangeTrackingEnabled": table.is_tracked})

    @route("POST", ROOT + r"EntityDefinitions\(LogicalName='(?P<table>\w+)'\)/(?P<what>Attributes|Keys)")
    def define(self, request: Request) -> Reply:
        if not self.may_define:
            return refused(403, "0x80040220", "Principal user is missing prvCreateAttribute privilege.")
        table, body = self.store.tables[request.args["table"]], request.json()
        if body["DisplayName"]["LocalizedLabels"][0]["LanguageCode"] != self.language:
            return refused(400, "0x8004f026", "The language is not provisioned.")
        if request.args["what"] == "Keys":
            table.keys[body["KeyAttributes"][0]] = "Pending"
            return Reply(204)
        for column in metadata.column_of(body):
            if column.name in table.columns:
                return refused(400, "0x80044363", f"An attribute with the name {column.name} exists already.")
            self.add_column(table.name, column)
        return Reply(204)

    @route("POST", ROOT + "PublishXml")
    def publish(self, request: Request) -> Reply:
        self.published += re.findall(r"<entity>(\w+)</entity>", request.json()["ParameterXml"])
        return Reply(204)

    @route("GET", ROOT + "organizations")
    def organization(self, request: Request) -> Reply:
        return answered({"value": [{"organizationid": ORGANIZATION, "languagecode": self.language}]})

    def build_keys(self) -> None:
        """The background job is done with every key."""
        for table in self.store.tables.values():
            table.keys = dict.fromkeys(table.keys, "Active")

    # One request, alone or as a part of a batch.

    def _answer(self, request: Request) -> Reply:
        rest = request.path.removeprefix("/api/data/v9.2/")
        match = re.fullmatch(r"([a-z]+)(?:\(([^)]*)\))?(/[\w.]+)?", rest)
        if match is None or match[1] not in SETS:
            return self.unknown(request)
        try:
            if len(request.query) + len(request.path) > MAX_ADDRESS_BYTES:
                raise Refused(Reply(414, b"URI Too Long", {"Content-Type": "text/plain"}))
            return self._of_table(self.store.tables[SETS[match[1]]], match, request)
        except Refused as error:
            return error.reply

    def _of_table(self, table: Table, match: re.Match[str], request: Request) -> Reply:
        if table.name == "audit" and not self.audit.is_readable:
            raise Refused(refused(403, "0x80040220", "Principal user is missing prvReadAuditSummary privilege."))
        if match[3]:
            detail = self.audit.detail(match[2], request.headers.get("prefer", ""))
            return answered(detail) if detail else absent("audit", match[2])
        if match[2] is None:
            return self.listing.answer(table, request, self.base_url)
        return self._patch(table, match[2], request) if request.method == "PATCH" else self.unknown(request)

    def _patch(self, table: Table, key: str, request: Request) -> Reply:
        """An upsert, by id or alternate key, as far as its conditions allow."""
        row, named = self._located(table, key)
        if row is None and request.headers.get("if-match") == "*":
            raise Refused(refused(404, "", "The record was not found."))
        if row is not None and request.headers.get("if-none-match") == "*":
            raise Refused(refused(412, "", "A record with matching key values already exists."))
        values = self.rows.values(table, request.json())
        ours = {} if row is not None else {name: value for name, value in named.items() if name != table.id}
        saved = self.rows.by_api(table, row, {**ours, **values}, APP_USER, named.get(table.id))
        prefer = request.headers.get("prefer", "")
        if "return=representation" not in prefer:
            return Reply(204, b"", {"OData-EntityId": f"{self.base_url}{request.path}"})
        body = shown(table, saved, properties(table, request.params.get("$select", "")), prefer)
        return answered(body, 200 if row is not None else 201, {"Preference-Applied": "return=representation"})

    def _located(self, table: Table, key: str) -> tuple[Row | None, dict[str, str]]:
        """The row that a path names, and the values that its key gives to a new one."""
        if _GUID.fullmatch(key):
            return table.rows.get(key), {table.id: key}
        name, _, quoted = key.partition("=")
        value = _unquoted(quoted)
        if table.keys.get(name) != "Active":
            raise Refused(NO_SUCH_KEY)
        if name not in table.columns:
            raise Refused(unknown_property(table.name, name))
        found = table.find(name, [value])
        return (found[0] if found else None), {name: value}


def _unquoted(text: str) -> str:
    return unquote(text).strip("'").replace("''", "'")
