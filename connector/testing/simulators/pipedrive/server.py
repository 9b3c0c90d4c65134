"""The company's API: which paths there are, who may ask, how often, and what it costs.

Source: https://developers.pipedrive.com/docs/api/v1 (both versions), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.pipedrive import listing, wording
from connector.testing.simulators.pipedrive.extras import Extras
from connector.testing.simulators.pipedrive.rows import Refused
from connector.testing.simulators.pipedrive.store import Row
from connector.testing.simulators.pipedrive.users import INTEGRATION_USER

_OPTIONAL: Final = ("source_lead_id",)
"""Fields of deals that are told only to who asks for them."""


class PipedriveSimulator(Extras):
    """One company. `with PipedriveSimulator(clock=…) as company:` listens at `company.base_url`.

    `page_rows` is the most that a page of any list holds. `search_lag_s` is how long a search does not see what was
    written. `tokens.api_token` signs in, as do app tokens got with `tokens.refresh_token`.
    """

    limits: Sequence[Limit] = (Limit(calls=20, per_s=2), Limit(calls=10, per_s=2, bucket="search"))

    @route("POST", "/oauth/token")
    def token(self, request: Request) -> Reply:
        return self.tokens.exchange(request, self.base_url)

    # Persons and deals, version 2.

    @route("GET", r"/api/v2/(?P<things>persons|deals)")
    def list_rows(self, request: Request) -> Reply:
        kind = _kind(request)
        rows = [row for row in self.store.rows[kind].values() if self._is_listed(kind, row, request)]
        return listing.cursor_page(rows, request.params, self.page_rows, lambda row: _shown(row, request))

    @route("GET", "/api/v2/deals/archived")
    def list_archived_deals(self, request: Request) -> Reply:
        rows = [row for row in self.store.rows["deal"].values() if row["is_archived"] and not row["is_deleted"]]
        rows = [row for row in rows if request.params.get("person_id", str(row["person_id"])) == str(row["person_id"])]
        return listing.cursor_page(rows, request.params, self.page_rows, lambda row: _shown(row, request))

    @route("POST", r"/api/v2/(?P<things>persons|deals)")
    def make_row(self, request: Request) -> Reply:
        kind = _kind(request)
        try:
            own, custom = self.rows.accepted(kind, request.json())
            return wording.one(_shown(self.rows.create(kind, own, custom, INTEGRATION_USER), request), 201)
        except Refused as refused:
            return refused.reply

    @route("GET", r"/api/v2/(?P<things>persons|deals)/(?P<id>\d+)")
    def read_row(self, request: Request) -> Reply:
        row = self.store.rows[_kind(request)].get(int(request.args["id"]))
        return wording.one(_shown(row, request)) if row else wording.not_found(_kind(request).title())

    @route("PATCH", r"/api/v2/(?P<things>persons|deals)/(?P<id>\d+)")
    def change_row(self, request: Request) -> Reply:
        kind = _kind(request)
        row = self.store.rows[kind].get(int(request.args["id"]))
        if row is None or row["is_deleted"]:
            return wording.not_found(kind.title())
        if row.get("is_archived"):
            return wording.refused(403, "Archived deals cannot be edited", code="ERR_DEAL_ARCHIVED")
        return self._change(kind, row, request)

    # Leads, version 1.

    @route("GET", "/api/v1/leads")
    def list_leads(self, request: Request) -> Reply:
        return self._leads(request, archived=False)

    @route("GET", "/api/v1/leads/archived")
    def list_archived_leads(self, request: Request) -> Reply:
        if "updated_since" in request.params:
            return wording.refused(400, "Bad request")
        return self._leads(request, archived=True)

    @route("POST", "/api/v1/leads")
    def make_lead(self, request: Request) -> Reply:
        try:
            own, custom = self.rows.accepted("lead", request.json())
            return wording.one(_flat(self.rows.create("lead", own, custom, INTEGRATION_USER)), 201)
        except Refused as refused:
            return refused.reply

    @route("GET", "/api/v1/leads/(?!archived){id}")
    def read_lead(self, request: Request) -> Reply:
        row = self.store.rows["lead"].get(request.args["id"])
        return wording.one(_flat(row)) if row else wording.not_found("Lead")

    @route("PATCH", "/api/v1/leads/{id}")
    def change_lead(self, request: Request) -> Reply:
        row = self.store.rows["lead"].get(request.args["id"])
        if row is None:
            return wording.not_found("Lead")
        if row["is_archived"]:
            return wording.refused(400, "Archived leads cannot be edited", code="ERR_LEAD_ARCHIVED")
        return self._change("lead", row, request)

    @route("GET", r"/api/v1/deals/(?P<id>\d+)/changelog")
    def deal_changes(self, request: Request) -> Reply:
        lines = self.store.changelog.get(int(request.args["id"]), [])
        return wording.page(lines[::-1], None)

    # Searches.

    @route("GET", "/api/v2/persons/search")
    def search_persons(self, request: Request) -> Reply:
        return self._search(request, ("person",))

    @route("GET", "/api/v2/itemSearch")
    def search_items(self, request: Request) -> Reply:
        return self._search(request, tuple(request.params.get("item_types", "person,lead,deal").split(",")))

    def unknown(self, request: Request) -> Reply:
        """Paths of version 1 that version 2 has replaced are gone."""
        retired = ("/persons", "/deals", "/activities", "/itemSearch", "/pipelines", "/stages", "/organizations")
        if request.path.removeprefix("/api").removeprefix("/v1").startswith(retired) and "/v1" in request.path:
            return wording.refused(410, "This endpoint has been removed")
        return wording.refused(404, "Unknown method .")

    def _change(self, kind: str, row: Row, request: Request) -> Reply:
        try:
            own, custom = self.rows.accepted(kind, request.json())
            changed = self.rows.change(kind, row, own, custom)
        except Refused as refused:
            return refused.reply
        return wording.one(_flat(changed) if kind == "lead" else _shown(changed, request))

    def _leads(self, request: Request, *, archived: bool) -> Reply:
        person = request.params.get("person_id")
        rows = [
            row
            for row in self.store.rows["lead"].values()
            if row["is_archived"] is archived and (person is None or str(row["person_id"]) == person)
        ]
        return listing.offset_page(rows, request.params, self.page_rows, _flat, empty=[])

    def _is_listed(self, kind: str, row: Row, request: Request) -> bool:
        if kind == "person":
            return not row["is_deleted"]
        statuses = request.params.get("status", "open,won,lost").split(",")
        person = request.params.get("person_id", str(row["person_id"]))
        return row["status"] in statuses and not row["is_archived"] and person == str(row["person_id"])

    def _search(self, request: Request, kinds: tuple[str, ...]) -> Reply:
        term = request.params.get("term", "")
        if not term or request.params.get("exact_match") != "true":
            return wording.refused(400, "Search term must be at least 2 characters long")
        fields = request.params.get("fields", "email,custom_fields").split(",")
        found = {(kind, row["id"]): row for field in fields for kind, row in self.store.search(field, term, kinds)}
        return wording.found([_item(kind, row, term) for (kind, _), row in found.items()])


def _kind(request: Request) -> str:
    return request.args["things"].removesuffix("s")


def _shown(row: Row, request: Request) -> Row:
    """A row of version 2: custom fields in a group of their own, only those that were asked for."""
    asked = request.params.get("include_fields", "").split(",")
    shown = {name: value for name, value in row.items() if name not in _OPTIONAL or name in asked}
    wanted = request.params.get("custom_fields")
    if wanted is not None:
        shown["custom_fields"] = {code: row["custom_fields"].get(code) for code in wanted.split(",")}
    return shown


def _flat(row: Row) -> Row:
    """A row of version 1: custom fields at the top, options as texts, those without a value left out."""
    custom = {code: value for code, value in row["custom_fields"].items() if value is not None}
    own = {name: value for name, value in row.items() if name != "custom_fields"}
    return {**own, **custom}


def _item(kind: str, row: Row, term: str) -> dict[str, Any]:
    item: dict[str, Any] = {"id": row["id"], "type": kind, "custom_fields": [term], "notes": []}
    if kind == "person":
        return {**item, "name": row["name"], "emails": [one["value"] for one in row["emails"]], "phones": []}
    more = {"is_archived": row["is_archived"]} if kind == "lead" else {"status": row["status"]}
    return {**item, "title": row["title"], "person": {"id": row["person_id"]}, **more}
