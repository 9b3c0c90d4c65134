"""Changed deals as the engine takes them: the mapping's fields, the stages that they went through, their contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from adapters.rdstation.sales.account import Account
from adapters.rdstation.sales.api import Step
from adapters.rdstation.sales.columns import CONTACT, DEAL
from adapters.rdstation.sales.directory import OVERLAP
from adapters.rdstation.sales.rows import LOST, Deal
from adapters.rdstation.sales.scanning import BEGINNING
from connector.adapter import Page
from connector.adapter.apart import Apart
from connector.adapter.cursors import unreadable
from connector.adapter.nameless import nameless
from connector.model import CrmRecord, Json


class Walker:
    """Walks the deals that changed. The cursor is the time up to which everything was delivered."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.names: Sequence[str] = account.options.fields.get(DEAL, ())

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed deals; the last one moves the mark up to what the platform's clock said at the beginning."""
        api = self.account.api
        mark = _mark(cursor, self.account.options.since)
        begun = api.client.now()
        seen: set[tuple[str, datetime]] = set()
        apart = Apart()
        for step, is_last in _with_last(api.changed(mark)):
            fresh = [deal for deal in step.deals if (deal.id, deal.updated_at) not in seen]
            seen.update((deal.id, deal.updated_at) for deal in fresh)
            reached = max(mark, begun - OVERLAP) if is_last else step.reached
            zero = None if fresh else "no deal changed since the last read"
            bad = [nameless(DEAL, deal.updated_at.isoformat()) for deal in fresh if not deal.id]
            records, unread = apart.read(DEAL, [deal for deal in fresh if deal.id], lambda deal: deal.id, self._record)
            yield Page(records, _cursor(reached), bad=bad, why_zero=zero, unread=unread)

    def one(self, deal_id: str) -> CrmRecord | None:
        """A deal by its id; None when it is no more."""
        deal = self.account.api.deal(deal_id)
        return None if deal is None else self._record(deal)

    def _record(self, deal: Deal) -> CrmRecord:
        view = self.account.view
        if deal.status == LOST and not (deal.lost_reason_id or deal.lost_reason):
            deal = self._with_reason(deal)
        contacts = self.account.contacts_of(deal)
        contact = next(iter(contacts), None)
        return CrmRecord(
            object=DEAL,
            id=deal.id,
            fields=view.fields(deal, self.names, contact),
            changed_at=deal.updated_at,
            changed_by=deal.owner_id,  # RD Station CRM names no author: the owner is the nearest
            email=contact.email if contact else None,
            key=view.key_of(deal),
            links={"contact": [(CONTACT, one.id) for one in contacts]},
            history=view.history(deal, self.names),
            created_at=deal.created_at,
        )

    def _with_reason(self, deal: Deal) -> Deal:
        """Lists may leave the reason out: then the deal itself is read, which may have changed once more meanwhile."""
        whole = self.account.api.deal(deal.id)
        if whole is None or whole.status != LOST:
            return deal
        return replace(
            deal, lost_reason_id=whole.lost_reason_id, lost_reason=whole.lost_reason, lost_note=whole.lost_note,
            moves=deal.moves or whole.moves,
        )  # fmt: skip


def _with_last(steps: Iterator[Step]) -> Iterator[tuple[Step, bool]]:
    """Each step, and whether it is the last; a walk without any has one that is empty."""
    held = next(steps, Step(()))
    for step in steps:
        yield held, False
        held = step
    yield held, True


def _mark(cursor: Json | None, since: datetime | None) -> datetime:
    if cursor is None or "mark" not in cursor:
        return since or BEGINNING
    try:
        return datetime.fromisoformat(cursor["mark"])
    except (TypeError, ValueError) as error:
        raise unreadable() from error


def _cursor(reached: datetime | None) -> Json | None:
    return None if reached is None else {"mark": reached.isoformat()}
