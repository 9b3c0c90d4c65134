"""What Odoo does when a lead is made or changed: defaults, dates, and a message with what changed.

Source: https://github.com/odoo/odoo/blob/19.0/addons/crm/models/crm_lead.py (`create`, `write`, `action_set_lost`,
`toggle_active`), addons/mail/models/mail_thread.py (tracking)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.odoo import wording
from connector.testing.simulators.odoo.schema import FieldDef
from connector.testing.simulators.odoo.store import Row, Store

LEAD: Final = "crm.lead"
AUTOMATED: Final = 31.5
"""What Odoo's own reckoning gives to every open lead here, in percent."""
_ADDRESS: Final = re.compile(r"[^\s<>]+@[^\s<>]+")


class Leads:
    """The leads of one database. `uses_leads`: records are leads before they are opportunities."""

    def __init__(self, store: Store, *, uses_leads: bool) -> None:
        self.store = store
        self.uses_leads = uses_leads
        self.locked: set[int] = set()

    def defaults(self, by: int) -> Row:
        """What a new record says where nothing else is said."""
        kind = "lead" if self.uses_leads else "opportunity"
        first = min(row["id"] for row in self.store.rows["crm.stage"].values())
        return {
            "type": kind, "active": True, "user_id": by, "team_id": self.store.team, "stage_id": first,
            "priority": "0", "probability": AUTOMATED,
        }  # fmt: skip

    def make(self, rows: Sequence[Mapping[str, Any]], by: int, at: datetime | None = None) -> list[int]:
        """New leads, all or none; the chatter says that they were made."""
        checked = [self._derived({**self.defaults(by), **self._commanded(row, [])}) for row in rows]
        for row in checked:
            self.store.checked(LEAD, row)
            if not row.get("name"):
                raise wording.validation("missing required value for the field 'Opportunity' (name)")
        made = [self.store.insert(LEAD, row, by, at) for row in checked]
        for row in made:
            moment = row["create_date"]
            row["date_last_stage_update"] = moment
            row["date_open"] = moment if row["user_id"] else False
            self._post(row["id"], by, at, {})
        return [row["id"] for row in made]

    def change(self, ids: Sequence[int], values: Mapping[str, Any], by: int, at: datetime | None = None) -> None:
        """The same values for all, or for none."""
        if any(one not in self.store.rows[LEAD] for one in ids):
            raise wording.missing()
        if self.locked & set(ids):
            self.locked -= set(ids)
            raise wording.busy()
        rows = [self.store.rows[LEAD][one] for one in ids]
        new = [self._derived(self.store.checked(LEAD, self._commanded(values, row["tag_ids"]))) for row in rows]
        for row, changed in zip(rows, new, strict=True):
            changed = {**changed, **self._consequences(row, changed, at)}
            before = {name: row[name] for name in changed}
            row |= changed
            self.store.touch(row, by, at)
            self._track(row, before, by, at)

    def _commanded(self, values: Mapping[str, Any], tags: Sequence[int]) -> Row:
        """Values with the commands on tags carried out: 4 links, 3 unlinks, 6 replaces."""
        if "tag_ids" not in values:
            return dict(values)
        left = list(tags)
        for command, tag, ids in values["tag_ids"]:
            if command == 4 and tag not in self.store.rows["crm.tag"]:
                raise wording.missing()
            if command == 6:
                left = list(ids)
            elif command == 4:
                left = [*left, tag] if tag not in left else left
            else:
                left = [one for one in left if one != tag]
        return {**values, "tag_ids": left}

    def _derived(self, values: Row) -> Row:
        if "email_from" not in values:
            return values
        found = _ADDRESS.search(str(values["email_from"] or ""))
        return {**values, "email_normalized": found[0].lower() if found else False}

    def _consequences(self, row: Row, values: Row, at: datetime | None) -> Row:
        moment = self.store.stamp(at)
        more: Row = {}
        if "stage_id" in values and values["stage_id"] != row["stage_id"]:
            more["date_last_stage_update"] = moment
            if self.store.rows["crm.stage"][values["stage_id"]]["is_won"]:
                more |= {"probability": 100.0, "date_closed": moment}
        if "active" in values and values["active"] != row["active"]:
            more["date_closed"] = False if values["active"] else moment
        if "user_id" in values and values["user_id"] != row["user_id"]:
            more["date_open"] = moment if values["user_id"] else False
        return more

    def _track(self, row: Row, before: Row, by: int, at: datetime | None) -> None:
        fields = self.store.models[LEAD]
        changed = {name: old for name, old in before.items() if fields[name].tracked and old != row[name]}
        if changed:
            self._post(row["id"], by, at, {name: (old, row[name]) for name, old in changed.items()})

    def _post(self, lead: int, by: int, at: datetime | None, changed: Mapping[str, tuple[Any, Any]]) -> None:
        date = (at or self.store.clock()).strftime("%Y-%m-%d %H:%M:%S")
        told = {"model": LEAD, "res_id": lead, "date": date, "message_type": "notification"}
        message = self.store.insert("mail.message", told, by, at)
        for name, (old, new) in changed.items():
            one = self.store.models[LEAD][name]
            value = {"mail_message_id": message["id"], "field_id": one.id}
            value |= {**self._side("old", one, old), **self._side("new", one, new)}
            self.store.insert("mail.tracking.value", value, by, at)

    def _side(self, side: str, one: FieldDef, value: Any) -> Row:
        if one.type == "many2one":
            row = self.store.rows[one.relation].get(value, {"name": ""})
            return {f"{side}_value_integer": value or 0, f"{side}_value_char": row["name"]}
        if one.type == "boolean":
            return {f"{side}_value_integer": int(value)}
        if one.type == "selection":
            return {f"{side}_value_char": dict(one.selection).get(value, False)}
        kind = "float" if one.type in ("monetary", "float") else "char"
        return {f"{side}_value_{kind}": value}
