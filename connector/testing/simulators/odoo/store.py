"""The rows of the simulated database, and what Odoo does to each of them whoever writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from typing import Any

from connector.testing.simulators.odoo import wording
from connector.testing.simulators.odoo.schema import FieldDef, models
from connector.testing.simulators.odoo.users import INTEGRATION_USER, LEADER, ODOO_BOT, SALES_USERS

Row = dict[str, Any]
STAGES = (("New", False), ("Qualified", False), ("Proposition", False), ("Won", True))
REASONS = ("Too expensive", "We don't have people/skills", "Not enough stock")


class Store:
    """Rows by model and id. Links are ids, moments keep microseconds, what is empty is False."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.models = models()
        self.rows: dict[str, dict[int, Row]] = {model: {} for model in self.models}
        self._ids = count(100)
        self._instants = count(1)
        self._make_what_every_database_has()

    def stamp(self, at: datetime | None = None) -> datetime:
        """A moment as it is kept: no two writes share one."""
        moment = (at or self.clock()).astimezone(UTC).replace(microsecond=0)
        return moment.replace(microsecond=next(self._instants) * 611 % 1_000_000)

    def insert(self, model: str, values: Mapping[str, Any], by: int, at: datetime | None = None) -> Row:
        """A new row, blank where nothing is said."""
        moment = self.stamp(at)
        row: Row = {name: [] if one.type.endswith("2many") else False for name, one in self.models[model].items()}
        row |= {"id": next(self._ids), "create_date": moment, "create_uid": by}
        row |= self.checked(model, values)
        self.rows[model][row["id"]] = row
        self.touch(row, by, at)
        return row

    def touch(self, row: Row, by: int, at: datetime | None = None) -> None:
        """A row was written."""
        row |= {"write_date": self.stamp(at), "write_uid": by}

    def checked(self, model: str, values: Mapping[str, Any]) -> Row:
        """Values as they are kept. Raises OdooError for a field or value that is none."""
        return {name: self._checked(model, name, value) for name, value in values.items()}

    def field(self, model: str, name: str) -> FieldDef:
        """A field's definition. Raises OdooError where there is none."""
        if name not in self.models[model]:
            raise wording.invalid_field(model, name)
        return self.models[model][name]

    def add_field(self, model: str, one: FieldDef) -> None:
        """A field more, as an administrator makes it; existing rows are blank there."""
        self.models[model][one.name] = one
        known = {"name": one.name, "model": model, "ttype": one.type}
        one.id = self.insert("ir.model.fields", known, ODOO_BOT)["id"]
        for row in self.rows[model].values():
            row.setdefault(one.name, False)

    def _checked(self, model: str, name: str, value: Any) -> Any:
        one = self.field(model, name)
        if one.type == "boolean":
            return bool(value)
        if value is False or value is None:
            return False
        if one.type == "selection" and value not in dict(one.selection):
            raise wording.wrong_value(model, name, value)
        if one.type == "char":
            return str(value)[: one.size] if one.size else str(value)
        if one.type == "many2one" and value not in self.rows.get(one.relation, {}):
            raise wording.validation(f"another model requires the record being deleted ({name})")
        return deepcopy(value)

    def _make_what_every_database_has(self) -> None:
        people = {ODOO_BOT: "OdooBot", INTEGRATION_USER: "leadloop", LEADER: "Leader"}
        people |= {one: f"Seller {one}" for one in SALES_USERS}
        for uid, name in people.items():
            self.rows["res.users"][uid] = {"id": uid, "name": name, "login": f"user{uid}@vendor.example"}
        for place, (name, is_won) in enumerate(STAGES):
            self.insert("crm.stage", {"name": name, "sequence": place, "is_won": is_won}, ODOO_BOT)
        for name in REASONS:
            self.insert("crm.lost.reason", {"name": name, "active": True}, ODOO_BOT)
        for name, code in (("Brazil", "BR"), ("Portugal", "PT")):
            self.insert("res.country", {"name": name, "code": code}, ODOO_BOT)
        for name, category in (("Email", "default"), ("Call", "phonecall"), ("To-Do", "default")):
            self.insert("mail.activity.type", {"name": name, "category": category}, ODOO_BOT)
        self.team = self.insert("crm.team", {"name": "Sales", "user_id": LEADER}, ODOO_BOT)["id"]
        for model in self.models:
            self.insert("ir.model", {"model": model, "name": model}, ODOO_BOT)
        for one in self.models["crm.lead"].values():
            known = {"name": one.name, "model": "crm.lead", "ttype": one.type}
            one.id = self.insert("ir.model.fields", known, ODOO_BOT)["id"]

    def named(self, model: str, name: str) -> int:
        """The id of the record of this name."""
        return next(id_ for id_, row in self.rows[model].items() if row["name"] == name)
