"""The API's addresses.

Source: espocrm/espocrm, application/Espo/Resources/routes.json; https://docs.espocrm.com/development/api/.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final

from connector.testing.simulator import Reply, Request, Simulator, route
from connector.testing.simulators.espocrm import wording
from connector.testing.simulators.espocrm.sales import Sales
from connector.testing.simulators.espocrm.schema import ALLOWED, ENTITIES, attributes, validate
from connector.testing.simulators.espocrm.searching import page
from connector.testing.simulators.espocrm.store import Store
from connector.testing.simulators.espocrm.users import ADMIN_USER, INTEGRATION_USER, SYSTEM_USER
from connector.testing.simulators.espocrm.wording import RefusedError, Row

API: Final = "/api/v1"
_ENTITY: Final = f"(?P<entity>{'|'.join(ENTITIES)})"
ALL: Final = {"create": "yes", "read": "all", "edit": "all", "delete": "no", "stream": "all"}
CHECKED: Final = ("Lead", "Contact")


class EspoSimulator(Sales, Simulator):
    """One installation. `version` is the major one; `with_fields=False` leaves our fields to be made.

    `rights` are what the API user's role allows, by entity type. An administrator signs in with `admin`.
    """

    def __init__(self, *, version: int = 9, with_fields: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.store = Store(self.clock, version, with_fields=with_fields)
        self.api_key = "d1a0c5f8e2b94763a5f0c1e2d3b4a596"
        self.password = "correct horse battery"  # noqa: S105 - of nobody
        self.good_keys = {self.api_key}
        self.rights: dict[str, Any] = {entity: dict(ALL) for entity in ENTITIES}
        self.rights["User"] = {"read": "all"}
        self.held: set[str] = set()
        self.unwritable: set[str] = set()

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {"api_key": self.api_key}

    @property
    def admin(self) -> dict[str, str]:
        """What an administrator's connection puts there."""
        return {"username": "admin", "password": self.password}

    def authorize(self, request: Request) -> Reply | None:
        return None if self._user(request) is not None else wording.unauthorized()

    def unknown(self, request: Request) -> Reply:
        return wording.refused(404, "Controller does not exist.")

    def _apply(self, request: Request) -> Reply:
        try:
            return super()._apply(request)
        except RefusedError as error:
            return error.reply

    # Who and what.

    @route("GET", f"{API}/App/user")
    def who(self, request: Request) -> Reply:
        user = self._user(request)
        return Reply(200, {
            "user": {"id": user, "type": self.store.rows["User"][str(user)]["type"]},
            "acl": {"table": self.rights}, "appParams": {"systemUserId": SYSTEM_USER},
        })  # fmt: skip

    @route("GET", f"{API}/Metadata")
    def metadata(self, request: Request) -> Reply:
        key = request.params.get("key", "")
        if self.store.version < 8 or not key:
            return Reply(200, {"entityDefs": {entity: self._described(entity) for entity in ENTITIES}})
        entity = key.removeprefix("entityDefs.")
        return Reply(200, self._described(entity) if entity in ENTITIES else None)

    @route("POST", f"{API}/Admin/fieldManager/{_ENTITY}")
    def make_field(self, request: Request) -> Reply:
        if self._user(request) != ADMIN_USER:
            return wording.forbidden()
        sent, entity = request.json(), request.args["entity"]
        name = "c" + sent["name"][0].upper() + sent["name"][1:]
        if name in self.store.fields[entity]:
            told = {"label": "fieldAlreadyExists", "scope": "FieldManager", "data": {"field": name}}
            return wording.refused(409, f"Field '{name}' already exists.", {"messageTranslation": told})
        if sent.get("type") not in ALLOWED:
            return wording.refused(400, "No type.")
        self.store.fields[entity][name] = {**sent, "isCustom": True}
        return Reply(200, self.store.fields[entity][name])

    # Records.

    @route("GET", f"{API}/{_ENTITY}")
    def find(self, request: Request) -> Reply:
        entity = request.args["entity"]
        self._demand(entity, "read")
        rows = list(self.store.rows[entity].values())
        known = attributes(self.store.fields[entity])
        return page(request, rows, known, lambda row: self.store.addresses(entity, row))

    @route("GET", f"{API}/{_ENTITY}/(?P<id>[^/]+)")
    def read(self, request: Request) -> Reply:
        entity = request.args["entity"]
        self._demand(entity, "read")
        return Reply(200, self.store.whole(entity, self._row(request)))

    @route("GET", f"{API}/{_ENTITY}/(?P<id>[^/]+)/stream")
    def stream(self, request: Request) -> Reply:
        entity = request.args["entity"]
        self._demand(entity, "stream")
        row = self._row(request)
        notes = [one for one in self.store.rows["Note"].values() if one["parentId"] == row["id"]]
        notes.sort(key=lambda note: -note["number"])
        size = int(request.params.get("maxSize", "20"))
        return Reply(200, {"total": len(notes), "list": notes[:size]})

    @route("POST", f"{API}/{_ENTITY}")
    def create(self, request: Request) -> Reply:
        entity, user = request.args["entity"], str(self._user(request))
        self._demand(entity, "create")
        taken = validate(self.store.fields[entity], request.json(), is_new=True)
        parents = self.store.rows.get(str(taken.get("parentType")), {})
        if entity in ("Task", "Note") and taken.get("parentId") not in parents:
            return wording.forbidden()
        if entity == "Note":
            note = self.store.note(taken["parentType"], taken["parentId"], "Post", {}, user, self.store.stamp())
            note["post"] = taken["post"]
            return Reply(200, note)
        if entity in CHECKED and request.headers.get("x-skip-duplicate-check") != "true":
            same = self._duplicates(entity, taken)
            if same:
                return wording.duplicate(same)
        return Reply(200, self.store.whole(entity, self.store.make(entity, taken, user)))

    @route("PUT", f"{API}/{_ENTITY}/(?P<id>[^/]+)")
    def change(self, request: Request) -> Reply:
        entity, row = request.args["entity"], self._row(request)
        self._demand(entity, "edit")
        if row["id"] in self.unwritable:
            return wording.forbidden()
        if row["id"] in self.held:
            self.held.discard(row["id"])
            return wording.refused(409, "Record is locked.")
        taken = validate(self.store.fields[entity], request.json(), is_new=False)
        self.store.change(entity, row, taken, str(self._user(request)))
        return Reply(200, self.store.whole(entity, row))

    @route("POST", f"{API}/Lead/action/convert")
    def convert_lead(self, request: Request) -> Reply:
        sent, user = request.json(), str(self._user(request))
        lead = self.store.rows["Lead"].get(sent["id"])
        if lead is None or lead["status"] == "Converted":
            return wording.refused(403, "Lead is already converted.") if lead else wording.missing(sent["id"])
        deal = sent["records"].get("Opportunity")
        self.convert(lead["id"], user, deal=deal is not None, **(deal or {}))
        return Reply(200, self.store.whole("Lead", lead))

    @route("DELETE", f"{API}/{_ENTITY}/(?P<id>[^/]+)")
    def remove(self, request: Request) -> Reply:
        if self._user(request) != ADMIN_USER:
            return wording.forbidden()
        self.delete((request.args["entity"], self._row(request)["id"]))
        return Reply(200, True)

    def _described(self, entity: str) -> Row | None:
        return {"fields": self.store.fields[entity], "links": {}} if self.rights.get(entity) else None

    def _demand(self, entity: str, right: str) -> None:
        told = self.rights.get(entity) or {}
        if told.get(right, "no") == "no":
            raise RefusedError(wording.forbidden())

    def _row(self, request: Request) -> Row:
        row = self.store.rows[request.args["entity"]].get(request.args["id"])
        if row is None:
            raise RefusedError(wording.missing(request.args["id"]))
        return row

    def _duplicates(self, entity: str, sent: Row) -> Sequence[Row]:
        """Records of the same name or with the same address."""
        rows = self.store.rows[entity].values()
        email = str(sent.get("emailAddress") or "").lower()
        names = sent.get("firstName"), sent.get("lastName")
        return [
            {name: value for name, value in row.items() if name != "emailAddressData"}
            for row in rows
            if email in self.store.addresses(entity, row) or (row.get("firstName"), row.get("lastName")) == names
        ]

    def _user(self, request: Request) -> str | None:
        if request.headers.get("x-api-key") in self.good_keys:
            return INTEGRATION_USER
        signed = base64.b64encode(f"admin:{self.password}".encode()).decode()
        return ADMIN_USER if request.headers.get("authorization") == f"Basic {signed}" else None
