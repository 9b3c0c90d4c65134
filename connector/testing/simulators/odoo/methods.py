"""The methods of models that may be called from outside: searching, reading, making, changing.

Source: https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.odoo import wording
from connector.testing.simulators.odoo.domains import compiled
from connector.testing.simulators.odoo.leads import LEAD, Leads
from connector.testing.simulators.odoo.schema import FieldDef
from connector.testing.simulators.odoo.store import Row, Store
from connector.testing.simulators.odoo.users import INTEGRATION_USER

TAKES: Final[Mapping[str, Sequence[str]]] = {
    "search_read": ("domain", "fields", "offset", "limit", "order"),
    "read": ("fields",),
    "create": ("vals_list",),
    "write": ("vals",),
    "fields_get": ("allfields", "attributes"),
    "default_get": ("fields_list",),
    "name_search": ("name", "operator", "limit"),
    "context_get": (),
}
"""What each method takes, by name."""
OF_RECORDS: Final = ("read", "write")
"""Methods that are called on records; all others are called on a model and refuse ids."""
_ORDER: Final = {LEAD: "priority desc, id desc"}


class Methods:
    """Calls in the name of the integration's user. `is_admin`: it has the rights of Settings."""

    def __init__(self, store: Store, leads: Leads) -> None:
        self.store = store
        self.leads = leads
        self.is_admin = True

    def call(self, model: str, method: str, ids: Sequence[int], named: Mapping[str, Any], context: Row) -> Any:
        """The answer of a method. Raises OdooError, and then nothing has changed."""
        if model == "mail.tracking.value" and not self.is_admin:
            raise wording.access_error()
        if method in OF_RECORDS:
            return getattr(self, f"_{method}")(model, ids, **named)
        if method in ("search_read", "name_search"):
            return getattr(self, f"_{method}")(model, context, **named)
        return getattr(self, f"_{method}")(model, **named)

    def _context_get(self, model: str) -> Row:
        return {"lang": "en_US", "tz": "America/Sao_Paulo", "uid": INTEGRATION_USER}

    def _fields_get(self, model: str, allfields: Sequence[str] = (), attributes: Sequence[str] = ()) -> Row:
        return {name: one.told(list(attributes)) for name, one in self.store.models[model].items()}

    def _default_get(self, model: str, fields_list: Sequence[str]) -> Row:
        known = self.leads.defaults(INTEGRATION_USER) if model == LEAD else {}
        return {name: value for name, value in known.items() if name in fields_list}

    def _search_read(
        self, model: str, context: Row, domain: Sequence[Any] = (), fields: Sequence[str] = (), offset: int = 0,
        limit: int | None = None, order: str = "",
    ) -> list[Row]:  # fmt: skip
        test = compiled(domain, lambda name: self._check_leaf(model, name))
        asks_active = any(isinstance(one, list) and one[0] == "active" for one in domain)
        shows_all = "active" not in self.store.models[model] or asks_active or context.get("active_test") is False
        rows = [row for row in self.store.rows[model].values() if test(row) and (shows_all or row["active"])]
        for part in reversed((order or _ORDER.get(model, "id asc")).split(",")):
            name, _, direction = part.strip().partition(" ")
            rows.sort(key=_sortable(name), reverse=direction == "desc")
        end = None if limit is None else offset + limit
        return [self._shown(model, row, fields) for row in rows[offset:end]]

    def _name_search(
        self, model: str, context: Row, name: str = "", operator: str = "ilike", limit: int = 100
    ) -> list[list[Any]]:
        rows = self._search_read(model, context, [["name", operator, name]], ["name"])
        if not rows and "code" in self.store.models[model]:
            rows = self._search_read(model, context, [["code", operator, name]], ["name"])
        return [[row["id"], row["name"]] for row in rows[:limit]]

    def _read(self, model: str, ids: Sequence[int], fields: Sequence[str] = ()) -> list[Row]:
        return [self._shown(model, self.store.rows[model][one], fields) for one in ids if one in self.store.rows[model]]

    def _create(self, model: str, vals_list: Sequence[Row]) -> list[int]:
        if model == LEAD:
            return self.leads.make(vals_list, INTEGRATION_USER)
        if model == "ir.model.fields":
            return [self._make_field(row) for row in vals_list]
        for row in vals_list:
            self.store.checked(model, row)
        return [self.store.insert(model, self._completed(model, row), INTEGRATION_USER)["id"] for row in vals_list]

    def _write(self, model: str, ids: Sequence[int], vals: Row) -> bool:
        if model != LEAD:
            raise wording.access_error()
        self.leads.change(ids, vals, INTEGRATION_USER)
        return True

    def _completed(self, model: str, values: Row) -> Row:
        """What Odoo adds to a new row of its own accord."""
        if model == "mail.activity":
            told = self.store.rows["ir.model"].get(values.get("res_model_id", 0))
            if told is None or values.get("res_id") not in self.store.rows[LEAD]:
                raise wording.validation("an activity needs a record")
            return {"user_id": INTEGRATION_USER, **values, "res_model": told["model"]}
        if model == "mail.message":
            return {"date": self.store.clock().strftime("%Y-%m-%d %H:%M:%S"), **values}
        if model == "crm.tag" and any(row["name"] == values["name"] for row in self.store.rows[model].values()):
            raise wording.validation("Tag name already exists!")
        return values

    def _make_field(self, values: Row) -> int:
        if not self.is_admin:
            raise wording.access_error()
        if not values["name"].startswith("x_"):
            raise wording.validation("Custom fields must have a name that starts with 'x_'!")
        options = tuple((one["value"], one["name"]) for _, _, one in values.get("selection_ids", ()))
        made = FieldDef(
            values["name"], values["ttype"], values["field_description"], selection=options,
            size=values.get("size") or None,
        )  # fmt: skip
        self.store.add_field(LEAD, made)
        return made.id

    def _check_leaf(self, model: str, name: str) -> None:
        if name not in self.store.models[model]:
            raise wording.OdooError("builtins.ValueError", f"Invalid field {model}.{name} in leaf")

    def _shown(self, model: str, row: Row, fields: Sequence[str]) -> Row:
        """A row as it is told: links with their names, moments to the second."""
        names = list(fields) or list(self.store.models[model])
        return {"id": row["id"], **{name: self._told(self.store.field(model, name), row.get(name)) for name in names}}

    def _told(self, one: FieldDef, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M:%S")
        if one.type == "many2one" and value:
            row = self.store.rows[one.relation].get(value, {})
            return [value, row.get("name") or f"{one.relation},{value}"]
        return value


def _sortable(name: str) -> Callable[[Row], tuple[bool, Any]]:
    return lambda row: (bool(row[name]), row[name] or 0) if name != "name" else (True, row[name])
