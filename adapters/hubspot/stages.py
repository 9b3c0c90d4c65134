"""Lifecycle stages: forward by a write, backward only when they are cleared first, in a request of its own.

A stage before the present one is left alone unless the connection says `stages_back: true`: a customer who reads an
e-book again stays a customer. A write backward is answered with success and changes nothing, so it is looked at.
Source: https://developers.hubspot.com/changelog/upcoming-customized-lifecycle-stages-for-contacts-and-companies
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from adapters.hubspot import batches, outcomes, survivors
from adapters.hubspot.api import Api
from adapters.hubspot.records import CONTACTS
from connector.adapter.batching import Told
from connector.model import LeadWrite

STAGE: Final = "lifecyclestage"


class Mover(Struct, frozen=True):
    """Moves contacts through the account's own stages."""

    api: Api
    may_go_back: bool = False

    def move(self, writes: Sequence[LeadWrite]) -> Told:
        """One outcome per write; `unchanged` where the contact stands there already, or further."""
        if not writes:
            return {}
        order = self._order()
        now = self._stages(writes)
        told: Told = {}
        going: list[LeadWrite] = []
        back: list[LeadWrite] = []
        for write in writes:
            if write.name not in order:
                text = f"the account has no lifecycle stage '{write.name}'"
                told[write.effect] = outcomes.unusable(write, "unknown_stage", text)
            elif now[str(write.record_id)] is None:
                told[write.effect] = outcomes.moved(write, CONTACTS)
            elif self._stays(write, str(now[str(write.record_id)]), order):
                told[write.effect] = outcomes.unchanged(write, CONTACTS)
            else:
                going.append(write)
                back += [write] if _is_behind(write.name, str(now[str(write.record_id)]), order) else []
        return told | self._clear_and_set(going, back)

    def _clear_and_set(self, going: Sequence[LeadWrite], back: Sequence[LeadWrite]) -> Told:
        cleared = self._send(back, "")
        failed = {effect: one for effect, one in cleared.items() if one.status != "updated"}
        ready = [write for write in going if write.effect not in failed]
        told = failed | batches.in_turn([(lambda: self._send(ready), ready)])
        kept = self._stages([write for write in ready if told[write.effect].status == "updated"])
        for write in ready:
            if told[write.effect].status == "updated" and kept[str(write.record_id)] != write.name:
                text = f"HubSpot took the stage '{write.name}' and kept another one"
                told[write.effect] = outcomes.unusable(write, "stage_kept", text)
        return told

    def _send(self, writes: Sequence[LeadWrite], stage: str | None = None) -> Told:
        rows = [
            batches.update(write, CONTACTS, str(write.record_id), {STAGE: write.name if stage is None else stage})
            for write in writes
        ]
        return batches.send(self.api, rows)

    def _stays(self, write: LeadWrite, now: str, order: Sequence[str]) -> bool:
        return now == write.name or (not self.may_go_back and _is_behind(write.name, now, order))

    def _stages(self, writes: Sequence[LeadWrite]) -> dict[str, str | None]:
        """The stage of each contact, blank for none; None for a contact that is gone or goes by another id."""
        ids = [str(write.record_id) for write in writes]
        fresh = any(write.fresh for write in writes)
        rows = survivors.by_id(self.api, CONTACTS, ids, [STAGE], reserve=fresh) if ids else {}
        return {
            one: None if row is None or row["id"] != one else str(row["properties"].get(STAGE) or "")
            for one, row in rows.items()
        }

    def _order(self) -> list[str]:
        """The account's stages, the first one first."""
        for told in self.api.properties(CONTACTS) or ():
            if told["name"] == STAGE:
                options = sorted(told.get("options") or (), key=lambda one: one.get("displayOrder", 0))
                return [str(one["value"]) for one in options]
        return []


def _is_behind(stage: str, now: str, order: Sequence[str]) -> bool:
    return now in order and order.index(stage) < order.index(now)
