"""What the account is set up with: fields, tags, users."""

from __future__ import annotations

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.zoho import wording
from connector.testing.simulators.zoho.company import Account
from connector.testing.simulators.zoho.schema import TYPES, FieldDef
from connector.testing.simulators.zoho.users import INTEGRATION_USER, user


class Settings(Account):
    """The smaller addresses of the API. `may_make_fields`: does the user's profile allow it?"""

    may_make_fields: bool = True

    @route("GET", "/crm/v8/settings/fields")
    def list_fields(self, request: Request) -> Reply:
        fields = self.store.fields.get(request.params.get("module", ""))
        if fields is None:
            return wording.refused(400, "INVALID_MODULE", "the module name given seems to be invalid")
        return wording.listed([one.described() for one in fields.values()], "fields")

    @route("POST", "/crm/v8/settings/fields")
    def make_fields(self, request: Request) -> Reply:
        if not self.may_make_fields:
            return wording.refused(403, "NO_PERMISSION", "permission denied", permissions=["Crm_Implied_Customize"])
        module = request.params["module"]
        made = []
        for one in request.json()["fields"]:
            if not one.get("field_label") or one.get("data_type") not in TYPES:
                return wording.refused(400, "MANDATORY_NOT_FOUND", api_name="field_label")
            name = "_".join(one["field_label"].split())
            options = tuple(choice["actual_value"] for choice in one.get("pick_list_values") or ())
            field = FieldDef(name, one["data_type"], one.get("length"), options, unique=bool(one.get("unique")))
            if field.type == "integer":
                field.length = None
            self.store.fields[module][name] = field
            made.append({"code": "SUCCESS", "status": "success", "message": "field created", "details": {"id": name}})
        return Reply(201, {"fields": made})

    @route("GET", "/crm/v8/settings/tags")
    def list_tags(self, request: Request) -> Reply:
        return wording.listed(list(self.store.tags[request.params["module"]].values()), "tags")

    @route("GET", "/crm/v8/users")
    def list_users(self, request: Request) -> Reply:
        profile = {"name": "Administrator" if self.is_admin else "Standard", "id": "1"}
        return wording.listed([{**user(INTEGRATION_USER), "profile": profile}], "users")
