"""The account behind the addresses: what people do in it, who may ask, and how often.

Source: https://developers.rdstation.com/reference, API 2.0, read 2026-11-22.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator
from connector.testing.simulators.rdstation import wording
from connector.testing.simulators.rdstation.account import Account, SimContact
from connector.testing.simulators.rdstation.tokens import Tokens

DAY_S: Final = 86_400
MAX_ADDRESS: Final = 8_192
_CONTACT = re.compile(r"/platform/contacts/(?P<who>[^/]+)(?P<rest>/.*)?")


class SignedAccount(Simulator):
    """One account. `events_lag_s`: how long an event that was taken waits until it is applied, on the clock."""

    limits = (
        Limit(calls=120, per_s=60, bucket="contacts"),
        Limit(calls=24, per_s=DAY_S, bucket="contacts", per_record=True),
        Limit(calls=120, per_s=60, bucket="segmentations"),
        Limit(calls=15_000, per_s=DAY_S, bucket="tags"),
        Limit(calls=24, per_s=DAY_S, bucket="tags", per_record=True),
        Limit(calls=1_000_000, per_s=DAY_S, bucket="funnels"),
        Limit(calls=24, per_s=DAY_S, bucket="funnels", per_record=True),
        Limit(calls=120, per_s=60, bucket="events"),
        Limit(calls=120, per_s=DAY_S, bucket="events_of_lead", per_record=True),
        Limit(calls=1_000_000, per_s=DAY_S, bucket="fields"),
    )

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        factor: float = 1.0,
        latency_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        events_lag_s: float = 0.0,
        nulls_first: bool = False,
        rotate: bool = False,
    ) -> None:
        super().__init__(clock=clock, factor=factor, latency_s=latency_s, monotonic=monotonic)
        self.events_lag_s = events_lag_s
        self.account = Account(clock, nulls_first=nulls_first)
        self.tokens = Tokens(clock, rotate=rotate)

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {
            "client_id": self.tokens.client_id,
            "client_secret": self.tokens.client_secret,
            "refresh_token": self.tokens.refresh_token,
        }

    # What people do.

    def add(self, email: str, *, created_at: datetime | None = None, **attributes: Any) -> str:
        """A contact comes by import: it has not converted. Returns its uuid."""
        with self.lock:
            for name in attributes:
                if name.startswith("cf_") and name not in self.account.fields:
                    self.account.add_field(name)
            return self.account.add(email, attributes, created_at=created_at).uuid

    def convert(
        self,
        email: str,
        identifier: str,
        at: datetime | None = None,
        payload: Mapping[str, Any] | None = None,
        *,
        visible_at: datetime | None = None,
    ) -> str:
        """Somebody fills in a form; a new address makes a contact. Seen only from `visible_at`. Returns the uuid."""
        at = at or self.clock()
        with self.lock:
            contact = self.account.find_email(email) or self.account.add(email, {}, created_at=at)
            self.account.later(
                visible_at or self.clock(), lambda: self.account.convert(contact, identifier, at, payload or {})
            )
            return contact.uuid

    def edit(self, uuid: str, **attributes: Any) -> None:
        """Somebody edits a contact by hand: no list and no time tells."""
        with self.lock:
            self.contact(uuid).attributes.update(attributes)

    def opt_out(self, uuid: str) -> None:
        """The person no longer wants to be mailed."""
        with self.lock:
            self.contact(uuid).legal_bases[:] = [
                {"category": "communications", "type": "consent", "status": "declined"}
            ]

    def delete(self, uuid: str) -> None:
        with self.lock:
            self.account.remove(self.contact(uuid))

    def merge(self, loser: str, survivor: str) -> None:
        """Two contacts become one; the loser's id answers with the survivor."""
        with self.lock:
            self.account.merge(self.contact(loser), self.contact(survivor))

    def contact(self, uuid: str) -> SimContact:
        """A contact as it stands now, through merges."""
        with self.lock:
            self.account.settle()
            contact = self.account.find(uuid)
            if contact is None:
                raise KeyError(uuid)
            return contact

    # Limits and sign-in.

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        if request.path.startswith("/auth/"):
            return "sign-in", "", True
        if request.path.startswith("/platform/segmentations"):
            return "segmentations", "", False
        if request.path.startswith("/platform/events"):
            return "events", "", False
        if request.path == "/platform/contacts/fields":
            return "fields", "", False
        return self._contact_bucket(request)

    def _contact_bucket(self, request: Request) -> tuple[str, str, bool]:
        match = _CONTACT.fullmatch(request.path)
        contact = self._by_address(match["who"]) if match else None
        record = contact.uuid if contact else ""
        rest = (match["rest"] or "") if match else ""
        if rest == "/tag":
            return "tags", record, False
        if rest == "/funnels/default":
            return "funnels", record, False
        return "contacts", record if request.method == "PATCH" else "", False

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        if not limit.per_record:
            return wording.account_limited(wait_s)
        match = _CONTACT.fullmatch(request.path)
        contact = self._by_address(match["who"]) if match else None
        return wording.lead_limited(contact.email if contact else "", limit.calls, limit.per_s, wait_s)

    def authorize(self, request: Request) -> Reply | None:
        if len(request.path) > MAX_ADDRESS:
            return Reply(414, b"<html>414 Request-URI Too Large</html>", {"Content-Type": "text/html"})
        return None if request.path == "/auth/token" else self.tokens.refusal(request)

    def unknown(self, request: Request) -> Reply:
        return wording.not_found()

    def _by_address(self, who: str) -> SimContact | None:
        self.account.settle()
        kind, _, value = who.partition(":")
        return self.account.find_email(value) if kind == "email" else self.account.find(value or kind)
