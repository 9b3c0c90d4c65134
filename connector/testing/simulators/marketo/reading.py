"""What is read over HTTP: leads by id, the log by token, descriptions, usage.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads, …/activities
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.marketo import wording
from connector.testing.simulators.marketo.instance import CHANGED, DELETED, NEW
from connector.testing.simulators.marketo.log import Act
from connector.testing.simulators.marketo.queries import batch_size, many, numbers
from connector.testing.simulators.marketo.schema import TYPES
from connector.testing.simulators.marketo.signed import SignedInstance

DEFAULT_FIELDS: Final = ("email", "updatedAt", "createdAt", "firstName", "lastName")
MOST_VALUES: Final = 300
MOST_TYPES: Final = 10
MOST_LEADS: Final = 30
SEARCHABLE: Final = ("id", "email")


class Reading(SignedInstance):
    """The addresses that change nothing."""

    @route("GET", "/rest/v1/leads.json")
    def leads(self, request: Request) -> Reply:
        by, values = request.params.get("filterType", ""), many(request, "filterValues")
        if by not in SEARCHABLE:
            return wording.refused(1003, f"Invalid filterType '{by}'")
        if not values or len(values) > MOST_VALUES:
            return wording.refused(1003, f"filterValues takes 1 to {MOST_VALUES} values")
        fields = many(request, "fields") or list(DEFAULT_FIELDS)
        unknown = [name for name in fields if name not in self.instance.schema.fields]
        if unknown:
            return wording.refused(1006, f"Field '{unknown[0]}' not found")
        wanted = set(values)
        found = [lead for lead in self.instance.leads.values() if str(lead.record([by])[by]) in wanted]
        return wording.result([lead.record(fields) for lead in found])

    @route("GET", "/rest/v1/leads/describe2.json")
    def describe(self, request: Request) -> Reply:
        searchable = [{"fields": [name]} for name in SEARCHABLE]
        fields = list(self.instance.schema.fields.values())
        return wording.result([{"name": "API Lead", "searchableFields": searchable, "fields": fields}])

    @route("GET", "/rest/v1/activities/types.json")
    def activity_types(self, request: Request) -> Reply:
        custom = {one["id"]: one["name"] for one in self.instance.types.by_name.values() if one["status"] == "approved"}
        rows = [
            {"id": number, "name": name, "primaryAttribute": {"name": "Name", "dataType": "string"}, "attributes": []}
            for number, name in {**TYPES, **custom}.items()
        ]
        return wording.result(rows)

    @route("GET", "/rest/v1/stats/usage.json")
    def usage(self, request: Request) -> Reply:
        calls = sum(1 for entry in self.ledger if not entry.path.startswith("/identity/"))
        users = [{"userId": self.identity.scope, "count": calls}]
        return wording.result([{"date": f"{self.clock():%Y-%m-%d}", "total": calls, "users": users}])

    @route("GET", "/rest/v1/activities/pagingtoken.json")
    def paging_token(self, request: Request) -> Reply:
        try:
            since = datetime.fromisoformat(request.params.get("sinceDatetime", ""))
        except ValueError:
            return wording.refused(704, "Invalid date value for sinceDatetime")
        return wording.result(None, nextPageToken=self.instance.log.token(since))

    @route("GET", "/rest/v1/activities.json")
    def activities(self, request: Request) -> Reply:
        try:
            types, leads = set(numbers(request, "activityTypeIds")), set(numbers(request, "leadIds"))
        except ValueError:
            return wording.refused(701, "activityTypeIds and leadIds take numbers")
        if not 0 < len(types) <= MOST_TYPES or len(leads) > MOST_LEADS:
            return wording.refused(1003, f"activityTypeIds takes 1 to {MOST_TYPES} values, leadIds {MOST_LEADS}")
        return self._page(request, lambda act: act.type_id in types and (not leads or act.lead_id in leads))

    @route("GET", "/rest/v1/activities/leadchanges.json")
    def lead_changes(self, request: Request) -> Reply:
        names = set(many(request, "fields"))
        unknown = names - self.instance.schema.fields.keys()
        if not names or unknown:
            return wording.refused(1006, f"Field '{next(iter(unknown), '')}' not found")

        def fits(act: Act) -> bool:
            changed = {change["name"] for change in act.fields}
            return act.type_id == NEW or (act.type_id == CHANGED and bool(changed & names))

        return self._page(request, fits)

    @route("GET", "/rest/v1/activities/deletedleads.json")
    def deleted_leads(self, request: Request) -> Reply:
        return self._page(request, lambda act: act.type_id == DELETED)

    def _page(self, request: Request, fits: Callable[[Act], bool]) -> Reply:
        block = batch_size(request)
        if block is None:
            return wording.refused(1003, "batchSize must be between 1 and 300")
        page = self.instance.log.page(request.params.get("nextPageToken", ""), block, fits)
        if page is None:
            return wording.refused(701, "Invalid nextPageToken value")
        rows = [act.row() for act in page.acts] or None
        return wording.result(rows, nextPageToken=page.token, moreResult=page.more)
