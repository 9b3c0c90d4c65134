"""The org's REST API: sign-in, queries, collections, describe, limits, and the day's allowance of calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator, route
from connector.testing.simulators.salesforce import describe
from connector.testing.simulators.salesforce.rows import RowError, Rows, Rules
from connector.testing.simulators.salesforce.sales import Sales
from connector.testing.simulators.salesforce.schema import CONVERTED_STATUS, LEAD_STATUSES, STAGES
from connector.testing.simulators.salesforce.signin import SignIn
from connector.testing.simulators.salesforce.soql import (
    Condition,
    Query,
    SoqlError,
    candidates,
    earliest,
    fields_of,
    judge,
    parse,
)  # fmt: skip
from connector.testing.simulators.salesforce.store import Row, Store, Table
from connector.testing.simulators.salesforce.users import INTEGRATION_USER

DATA: Final = "/services/data/{version}/"
MAX_ROWS: Final = 200
MAX_ADDRESS_BYTES: Final = 16_384
OPEN_QUERIES: Final = 50
"""Queries with rows left to fetch; the oldest is given up for a new one."""
_BY_CHANGE = (("SystemModstamp", False), ("Id", False))


class SalesforceSimulator(Sales, Simulator):
    """One org. `with SalesforceSimulator(clock=…) as org:` listens at `org.base_url`.

    `client_id`, `client_secret`, `username` and `org.sign_in.public_key` say who may sign in. `query_rows` is the most
    that one page of a query holds. `half_next` lets the next collection die after half of its rows were saved.
    """

    limits: Sequence[Limit] = (Limit(calls=15_000, per_s=86_400), Limit(calls=3_600, per_s=3_600, logins=True))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.store = Store(self._now)
        self.rules = Rules()
        self.rows = Rows(self.store, self.rules)
        self.sign_in = SignIn("simulated-client", "simulated-secret", "integration@acme.example")
        self.query_rows = 2000
        self.half_next = False
        self._left: dict[str, list[dict[str, Any]]] = {}
        self._locators = 0
        _plant_vocabularies(self.store)

    # Limits and sign-in.

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        return "default", "", request.path == "/services/oauth2/token"

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        if limit.logins:
            return Reply(400, {"error": "invalid_grant", "error_description": "login rate exceeded"})
        return _refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    def authorize(self, request: Request) -> Reply | None:
        if request.path == "/services/oauth2/token":
            return None
        if self.sign_in.is_open(request.headers.get("authorization", ""), self.clock()):
            return None
        return _refused(401, "INVALID_SESSION_ID", "Session expired or invalid")

    def unknown(self, request: Request) -> Reply:
        return _refused(404, "NOT_FOUND", "The requested resource does not exist")

    def expire_sessions(self) -> None:
        """Every session ends now, and with it every query locator."""
        with self.lock:
            self.sign_in.sessions.clear()
            self._left.clear()

    def leave_calls(self, left: int) -> None:
        """Other integrations use up the day's calls: only `left` remain."""
        with self.lock:
            used, allowed = self.used_calls()
            self._seen().extend([self.monotonic()] * max(0, allowed - used - left))

    def used_calls(self) -> tuple[int, int]:
        """API calls of the last 24 hours, and how many are allowed."""
        return len(self._seen()), max(1, int(self.limits[0].calls * self.meter.factor))

    def _now(self) -> datetime:
        return self.clock()

    def _seen(self) -> deque[float]:
        return self.meter.seen.setdefault((0, ""), deque())

    # What it answers.

    @route("POST", "/services/oauth2/token")
    def token(self, request: Request) -> Reply:
        return self.sign_in.token(request, self.clock(), self.base_url)

    @route("GET", "/services/oauth2/userinfo")
    def user_info(self, request: Request) -> Reply:
        return self._told({"user_id": INTEGRATION_USER, "organization_id": "00D5g000000simuEAA"})

    @route("GET", DATA + "limits")
    def show_limits(self, request: Request) -> Reply:
        used, allowed = self.used_calls()
        return self._told({"DailyApiRequests": {"Max": allowed, "Remaining": allowed - used}})

    @route("GET", DATA + "sobjects/{object}/describe")
    def show_object(self, request: Request) -> Reply:
        table = self._table(request.args["object"])
        return self._told(describe.described(table)) if table else self.unknown(request)

    @route("GET", DATA + "query")
    def query(self, request: Request) -> Reply:
        return self._query(request, deleted=False)

    @route("GET", DATA + "queryAll")
    def query_all(self, request: Request) -> Reply:
        return self._query(request, deleted=True)

    @route("GET", DATA + "query/{locator}")
    def query_more(self, request: Request) -> Reply:
        name, _, start = request.args["locator"].rpartition("-")
        if name not in self._left:
            return _refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(request, name, int(start))

    @route("PATCH", DATA + "composite/sobjects/{object}/{key}")
    def upsert(self, request: Request) -> Reply:
        table = self._table(request.args["object"])
        key = request.args["key"]
        if table is None or key not in table.fields or not table.fields[key].external_id:
            text = f"Provided external ID field does not exist or is not accessible: {key}"
            return _refused(404, "NOT_FOUND", text)
        seen: set[str] = set()
        return self._collection(request, lambda record: self._upsert_row(request, table, key, record, seen))

    @route("PATCH", DATA + "composite/sobjects")
    def update(self, request: Request) -> Reply:
        return self._collection(request, self._update_row)

    @route("POST", DATA + "composite/sobjects")
    def insert(self, request: Request) -> Reply:
        return self._collection(request, lambda record: self._insert_row(request, record))

    # Rows of a collection.

    def _collection(self, request: Request, save: Any) -> Reply:
        records = request.json().get("records", [])
        if len(records) > MAX_ROWS:
            return _refused(400, "INVALID_INPUT", f"record count {len(records)} exceeds maximum {MAX_ROWS}")
        refusal = self._refuse_names(records)
        if refusal is not None:
            return refusal
        half, self.half_next = self.half_next, False
        results = [_saved(save, record) for record in (records[: len(records) // 2] if half else records)]
        return _refused(503, "SERVER_UNAVAILABLE", "server unavailable") if half else self._told(results)

    def _refuse_names(self, records: Sequence[Row]) -> Reply | None:
        """One unknown name refuses the whole request, as a malformed one."""
        for record in records:
            table = self._table(record.get("attributes", {}).get("type", ""))
            if table is None:
                return _refused(400, "INVALID_TYPE", "sObject type is not supported")
            for name in record.keys() - {"attributes", "id"} - table.fields.keys():
                text = f"No such column '{name}' on sobject of type {table.name}"
                return _refused(400, "INVALID_FIELD", text)
        return None

    def _upsert_row(self, request: Request, table: Table, key: str, record: Row, seen: set[str]) -> Row:
        value = record.get(key)
        if not value:
            raise RowError("MISSING_ARGUMENT", f"{key} not specified", [key])
        if value in seen:
            raise RowError("DUPLICATE_VALUE", "Duplicate external id specified in the request", [key])
        seen.add(value)
        existing = table.live(key, value)
        if not existing:
            return self._insert_row(request, record)
        row = self.rows.update(table.name, existing[0]["Id"], _values(record), INTEGRATION_USER, self.store.now())
        return {"id": row["Id"], "success": True, "errors": [], "created": False}

    def _update_row(self, record: Row) -> Row:
        name = record["attributes"]["type"]
        row = self.rows.update(name, record.get("id", ""), _values(record), INTEGRATION_USER, self.store.now())
        return {"id": row["Id"], "success": True, "errors": []}

    def _insert_row(self, request: Request, record: Row) -> Row:
        name, values = record["attributes"]["type"], _values(record)
        allow_save = "allowsave=true" in request.headers.get("sforce-duplicate-rule-header", "").lower()
        self.rows.check_duplicates(name, values, allow_save=allow_save)
        assign = request.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE"
        row = self.rows.create(name, values, INTEGRATION_USER, self.store.now(), assign=assign)
        return {"id": row["Id"], "success": True, "errors": [], "created": True}

    # Queries.

    def _query(self, request: Request, *, deleted: bool) -> Reply:
        if len(request.path) + len(urlencode(request.params)) > MAX_ADDRESS_BYTES:
            return Reply(414, b"URI Too Long", {"Content-Type": "text/plain"})
        try:
            query = parse(request.params.get("q", ""))
            table = self._checked(query)
        except SoqlError as error:
            return _refused(400, error.code, str(error))
        rows = self._found(table, query, deleted=deleted)
        version = request.args["version"].removeprefix("v")
        self._locators += 1
        name = f"01g5g{self._locators:010d}AAC"
        while len(self._left) >= OPEN_QUERIES:
            del self._left[next(iter(self._left))]
        self._left[name] = [describe.shown(table, row, query.fields, version) for row in rows]
        return self._page(request, name, 0)

    def _page(self, request: Request, name: str, start: int) -> Reply:
        rows = self._left[name]
        asked = request.headers.get("sforce-query-options", "").partition("batchSize=")[2]
        end = start + min(self.query_rows, int(asked or 2000))
        body: dict[str, Any] = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
        if body["done"]:
            del self._left[name]
        else:
            body["nextRecordsUrl"] = f"/services/data/{request.args['version']}/query/{name}-{end}"
        return self._told(body)

    def _checked(self, query: Query) -> Table:
        table = self._table(query.object)
        if table is None:
            raise SoqlError("INVALID_TYPE", f"sObject type '{query.object}' is not supported.")
        named = {*query.fields, *fields_of(query.where), *(field for field, _ in query.order)}
        owners = {"Owner.Type", "Owner.Name", "Owner.Id"} if "OwnerId" in table.fields else set()
        for field in sorted(named - table.fields.keys() - owners):
            raise SoqlError("INVALID_FIELD", f"No such column '{field}' on entity '{query.object}'.")
        return table

    def _found(self, table: Table, query: Query, *, deleted: bool) -> list[Row]:
        fits = judge(query.where)
        ordered = query.order == _BY_CHANGE
        rows = [row for row in self._among(table, query.where) if (deleted or not row["IsDeleted"]) and fits(row)]
        for field, descending in () if ordered else reversed(query.order or (("Id", False),)):
            rows.sort(key=lambda row: (row[field] is not None, row[field]), reverse=descending)
        if ordered:
            rows.sort(key=lambda row: (row["SystemModstamp"], row["Id"]))
        return rows[: query.limit]

    def _among(self, table: Table, where: Condition | None) -> Sequence[Row]:
        ids = candidates(where, table.find)
        if ids is not None:
            return [table.rows[one] for one in ids if one in table.rows]
        at = earliest(where, "SystemModstamp")
        return list(table.since(at)) if isinstance(at, datetime) else list(table.rows.values())

    def _table(self, name: str) -> Table | None:
        if name.endswith("History") and not self.keeps_history(name):
            return None
        return self.store.tables.get(name)

    def _told(self, body: Any) -> Reply:
        return Reply(200, body)

    def _apply(self, request: Request) -> Reply:
        reply = super()._apply(request)
        used, allowed = self.used_calls()
        return replace(reply, headers={**reply.headers, "Sforce-Limit-Info": f"api-usage={used}/{allowed}"})


def _saved(save: Any, record: Row) -> Row:
    try:
        return dict(save(record))
    except RowError as error:
        return {"success": False, "errors": [error.body]}


def _values(record: Mapping[str, Any]) -> Row:
    return {name: value for name, value in record.items() if name not in ("attributes", "id")}


def _refused(status: int, code: str, text: str) -> Reply:
    return Reply(status, [{"message": text, "errorCode": code}])


def _plant_vocabularies(store: Store) -> None:
    now = store.now()
    for number, word in enumerate(LEAD_STATUSES, 1):
        row = {"ApiName": word, "MasterLabel": word, "IsConverted": word == CONVERTED_STATUS, "SortOrder": number}
        store.tables["LeadStatus"].insert({**row, "IsDefault": number == 1}, now, INTEGRATION_USER)
    for number, (word, (closed, won)) in enumerate(STAGES.items(), 1):
        row = {"ApiName": word, "MasterLabel": word, "IsClosed": closed, "IsWon": won, "SortOrder": number}
        store.tables["OpportunityStage"].insert(row, now, INTEGRATION_USER)
