"""What a simulated instance holds, and what happens to leads in it: every change is an activity of the log too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from connector.model import Json
from connector.testing.simulators.marketo.log import Act, Log
from connector.testing.simulators.marketo.schema import CustomTypes, Schema
from connector.testing.simulators.marketo.wording import as_told

NEW, CHANGED, MERGED, DELETED = 12, 13, 32, 37


@dataclass(slots=True)
class SimLead:
    """One lead: its fields by API name, blanks left out."""

    id: int
    created_at: datetime
    updated_at: datetime
    values: Json

    def record(self, fields: list[str]) -> Json:
        """These fields as an answer shows them."""
        known = {
            **self.values, "id": self.id, "createdAt": as_told(self.created_at), "updatedAt": as_told(self.updated_at)
        }  # fmt: skip
        return {name: known.get(name) for name in dict.fromkeys(["id", *fields])}


@dataclass(slots=True)
class StaticList:
    """A static list."""

    id: int
    name: str
    made_at: datetime
    members: set[int] = field(default_factory=set)


class Instance:
    """Leads, the log, fields, lists and types."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.leads: dict[int, SimLead] = {}
        self.merged: dict[int, int] = {}
        self.log = Log(clock)
        self.schema = Schema()
        self.types = CustomTypes()
        self.lists: dict[int, StaticList] = {}
        self._lead_numbers = count(318_581)
        self._list_numbers = count(1159)
        self._change_numbers = count(48)

    def add(self, values: Mapping[str, Any], created_at: datetime) -> SimLead:
        """A lead comes to be."""
        lead = SimLead(next(self._lead_numbers), created_at, created_at, dict(values))
        self.leads[lead.id] = lead
        self.log.add(NEW, lead.id, created_at, attributes={"Source Type": "List import", "Lead ID": lead.id})
        return lead

    def change(self, lead: SimLead, values: Mapping[str, Any], source: str = "Web form") -> None:
        """Values of a lead change: the log tells of each; `updatedAt` moves for standard fields only."""
        at = self.clock()
        for name, value in values.items():
            old = lead.values.get(name)
            if old == value:
                continue
            lead.values[name] = value
            told = {"id": next(self._change_numbers), "name": name, "newValue": _text(value), "oldValue": _text(old)}
            about = {"Reason": source, "Source": source, "Lead ID": lead.id}
            self.log.add(CHANGED, lead.id, at, fields=(told,), attributes=about)
            if self.schema.is_standard(name):
                lead.updated_at = at

    def delete(self, lead: SimLead) -> None:
        """A lead is deleted."""
        self._forget(lead)
        self.log.add(DELETED, lead.id, self.clock(), primary=_name(lead), primary_id=lead.id)

    def merge(self, loser: SimLead, survivor: SimLead) -> None:
        """Two leads become one: the loser's activities are the survivor's from now on."""
        self._forget(loser)
        self.merged[loser.id] = survivor.id
        for act in self.log.acts:
            if act.lead_id == loser.id:
                act.lead_id = survivor.id
        survivor.values = {**loser.values, **survivor.values}
        about = {"Master Updated": True, "Merge IDs": str(loser.id), "Merge Source": "User"}
        self.log.add(
            MERGED, survivor.id, self.clock(), primary=_name(survivor), primary_id=survivor.id, attributes=about
        )

    def make_list(self, name: str) -> StaticList:
        """A static list."""
        one = StaticList(next(self._list_numbers), name, self.clock())
        self.lists[one.id] = one
        return one

    def why_not(self, lead_id: Any) -> tuple[int, str] | None:
        """Why nothing can be written to this id; None when a lead has it."""
        if lead_id in self.merged:
            return 1080, f"Lead has been merged into {self.merged[lead_id]}"
        return None if lead_id in self.leads else (1004, "Lead not found")

    def acts_of(self, lead_id: int, type_id: int) -> list[Act]:
        """Activities of one lead and type, oldest first."""
        return [act for act in self.log.acts if act.lead_id == lead_id and act.type_id == type_id]

    def _forget(self, lead: SimLead) -> None:
        del self.leads[lead.id]
        for one in self.lists.values():
            one.members.discard(lead.id)


def _name(lead: SimLead) -> str:
    return f"{lead.values.get('firstName', '')} {lead.values.get('lastName', '')}".strip() or str(lead.id)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(int(value))
    return None if value is None else str(value)
