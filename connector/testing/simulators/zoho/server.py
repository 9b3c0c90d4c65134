"""The account's API: which paths there are, who may ask, how often, and what it costs.

Source: https://www.zoho.com/crm/developer/docs/api/v8/ and zoho/crm-oas, folder v8.0; read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.zoho import wording
from connector.testing.simulators.zoho.coql import parsed, searched
from connector.testing.simulators.zoho.listing import plain_page
from connector.testing.simulators.zoho.rows import MAX_ROWS
from connector.testing.simulators.zoho.settings import Settings
from connector.testing.simulators.zoho.wording import Row

_MODULE: Final = "(?P<module>Leads|Contacts|Deals|Tasks|Notes)"
MAX_IDS: Final = 100


class ZohoSimulator(Settings):
    """One account. `with ZohoSimulator(clock=…) as org:` listens at `org.base_url`.

    `lister.page_rows` is the most that a page of any list holds. `lag_s` is how long queries and searches do not see
    what was made. `tokens.refresh_token` signs in. With `die_after_rows` the next write breaks down after so many rows.
    """

    die_after_rows: int | None = None
    limits: Sequence[Limit] = (Limit(calls=10, per_s=600, logins=True),)

    @route("POST", "/oauth/v2/token")
    def token(self, request: Request) -> Reply:
        return self.tokens.exchange(request, self.base_url)

    # Reading.

    @route("GET", f"/crm/v8/{_MODULE}")
    def list_rows(self, request: Request) -> Reply:
        module = request.args["module"]
        rows = [row for row in self.store.rows[module].values() if self._is_asked_for(row, request)]
        if "ids" in request.params:
            ids = request.params["ids"].split(",")
            if len(ids) > MAX_IDS:
                return wording.refused(400, "LIMIT_EXCEEDED", param_name="ids")
            rows = [row for row in rows if row["id"] in ids]
            return wording.listed([self._shown(module, row, request) for row in rows], more_records=False)
        return self.lister.page(request, rows, lambda row: self._shown(module, row, request))

    @route("GET", f"/crm/v8/{_MODULE}/deleted")
    def list_deleted(self, request: Request) -> Reply:
        rows = self.store.deleted[request.args["module"]]
        since = request.headers.get("if-modified-since")
        changed = [row for row in reversed(rows) if since is None or _moment(row["deleted_time"]) > _moment(since)]
        return plain_page(request, changed, self.lister.page_rows) if changed or not since else Reply(304)

    @route("GET", f"/crm/v8/{_MODULE}/search")
    def search(self, request: Request) -> Reply:
        module, criteria = request.args["module"], request.params.get("criteria", "")
        asked = searched(criteria)
        if asked is None:
            return wording.refused(400, "INVALID_QUERY", "invalid query formed")
        found = [
            self._shown(module, row, request)
            for row in self.store.rows[module].values()
            if self._is_asked_for(row, request)
            and self.store.is_indexed(row)
            and any(str(row.get(name)).casefold() in values for name, values in asked.items())
        ]
        return wording.listed(found, more_records=False)

    @route("POST", "/crm/v8/coql")
    def query(self, request: Request) -> Reply:
        query = parsed(request.json()["select_query"])
        if isinstance(query, str):
            return wording.refused(400, query, "error occured while processing the query")
        if query.wanted.keys() - self.store.fields[query.module].keys():
            return wording.refused(400, "INVALID_QUERY", "column given seems to be invalid")
        rows = [
            {"id": row["id"]}
            for row in self.live(query.module)
            if self.store.is_indexed(row)
            and row["id"] not in self.store.unapproved
            and any(str(row.get(name)).casefold() in values for name, values in query.wanted.items())
        ]
        page = rows[query.offset : query.offset + query.limit]
        return wording.listed(page, more_records=len(rows) > query.offset + query.limit)

    @route("GET", f"/crm/v8/{_MODULE}/(?P<id>\\d+)/__timeline")
    def timeline(self, request: Request) -> Reply:
        lines = self.store.timelines.get((request.args["module"], request.args["id"]))
        if lines is None:
            return wording.refused(400, "INVALID_DATA", "the related id given seems to be invalid")
        return plain_page(request, lines[::-1], 200, "__timeline")

    @route("GET", f"/crm/v8/{_MODULE}/(?P<id>\\d+)/(?P<list>Tasks|Notes)")
    def related(self, request: Request) -> Reply:
        module, hung = request.args["list"], request.args["id"]
        rows = [row for row in self.store.rows[module].values() if hung in _parents(row)]
        return wording.listed([self._shown(module, row, request) for row in rows], more_records=False)

    # Writing.

    @route("POST", f"/crm/v8/{_MODULE}")
    def insert(self, request: Request) -> Reply:
        return self._each(request, self.rows.insert)

    @route("PUT", f"/crm/v8/{_MODULE}")
    def update(self, request: Request) -> Reply:
        return self._each(request, self.rows.update)

    @route("POST", f"/crm/v8/{_MODULE}/upsert")
    def upsert(self, request: Request) -> Reply:
        module, body = request.args["module"], request.json()
        checked = body.get("duplicate_check_fields") or ["Email"]
        fields = self.store.fields[module]
        if any(name != "Email" and not (name in fields and fields[name].unique) for name in checked):
            return wording.refused(400, "INVALID_DATA", api_name="duplicate_check_fields")
        return self._each(request, lambda name, index, row: self.rows.upsert(name, index, row, checked))

    @route("POST", f"/crm/v8/{_MODULE}/actions/(?P<verb>add_tags|remove_tags)")
    def change_tags(self, request: Request) -> Reply:
        module, body, adds = request.args["module"], request.json(), request.args["verb"] == "add_tags"
        needed = ("tags", "over_write", "ids") if adds else ("tags", "ids")
        missing = [name for name in needed if name not in body]
        if missing or len(body["ids"]) > MAX_IDS or (not adds and not all("id" in one for one in body["tags"])):
            return wording.refused(400, "EXPECTED_FIELD_MISSING", expected_fields=missing)
        return wording.results([self._tagged(module, id_, body, adds=adds) for id_ in body["ids"]])

    def unknown(self, request: Request) -> Reply:
        return wording.refused(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")

    def _each(self, request: Request, do: Callable[[str, int, Row], Row]) -> Reply:
        module, sent = request.args["module"], request.json()["data"]
        if not 0 < len(sent) <= MAX_ROWS:
            return wording.refused(400, "INVALID_DATA", api_name="data", maximum_length=MAX_ROWS)
        if self.die_after_rows is not None:
            sent, self.die_after_rows = sent[: self.die_after_rows], None
            for index, row in enumerate(sent):
                do(module, index, row)
            return wording.refused(500, "INTERNAL_ERROR", "Internal Server Error")
        return wording.results([do(module, index, row) for index, row in enumerate(sent)])

    def _tagged(self, module: str, id_: str, body: Row, *, adds: bool) -> Row:
        row = self.store.rows[module].get(id_)
        if row is None or row.get("Converted__s"):
            return wording.fault("INVALID_DATA", "the id given seems to be invalid", json_path="$.ids[0]")
        names = [one["name"] for one in body["tags"]]
        kept = [one for one in row["Tag"] if one["name"] not in names]
        row["Tag"] = [*kept, *(self.store.tag(module, name) for name in names)] if adds else kept
        details = {"id": id_, "tags": row["Tag"]}
        return {"code": "SUCCESS", "details": details, "message": "tags updated successfully", "status": "success"}

    def _is_asked_for(self, row: Row, request: Request) -> bool:
        """Converted leads, and records that wait for an approval, are hidden from who does not ask for them."""
        converted, approved = request.params.get("converted", "false"), request.params.get("approved", "true")
        is_converted, is_approved = bool(row.get("Converted__s")), row["id"] not in self.store.unapproved
        return converted in ("both", str(is_converted).lower()) and approved in ("both", str(is_approved).lower())

    def _shown(self, module: str, row: Row, request: Request) -> Row:
        """The fields that were asked for; unknown ones are left out without a word."""
        known = self.store.fields[module]
        asked = [name for name in request.params.get("fields", "").split(",") if name in known]
        return {"id": row["id"], **{name: row.get(name) for name in asked}}


def _parents(row: Row) -> list[Any]:
    return [(row.get(name) or {}).get("id") for name in ("What_Id", "Who_Id", "Parent_Id")]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
