"""The instance behind the addresses: what people do in it, who may ask, how often, and how many at once.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes,
        …/rest/marketo-integration-best-practices
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator
from connector.testing.simulators.marketo import wording
from connector.testing.simulators.marketo.bulk import Bulk
from connector.testing.simulators.marketo.identity import Identity
from connector.testing.simulators.marketo.instance import Instance, SimLead

DAY_S: Final = 86_400
AT_ONCE: Final = 10
LONGEST_ADDRESS: Final = 8_192
LARGEST_BODY: Final = 1_000_000
FORM: Final = 2
UNSUBSCRIBE: Final = 9


class SignedInstance(Simulator):
    """One instance. `bulk_takes_s`: how long a bulk job runs, on the clock."""

    limits = (Limit(calls=100, per_s=20), Limit(calls=50_000, per_s=DAY_S))

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        factor: float = 1.0,
        latency_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        bulk_takes_s: float = 0.0,
    ) -> None:
        super().__init__(clock=clock, factor=factor, latency_s=latency_s, monotonic=monotonic)
        self.instance = Instance(clock)
        self.identity = Identity(clock)
        self.bulk = Bulk(self.instance, clock, bulk_takes_s)
        self._under_way = 0
        self._counting = threading.Lock()

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {"client_id": self.identity.client_id, "client_secret": self.identity.client_secret}

    # What people do.

    def add(self, email: str, *, created_at: datetime | None = None, **values: Any) -> int:
        """A lead comes to be; fields that the account lacks are made. Returns its id."""
        with self.lock:
            for name in values:
                if name not in self.instance.schema.fields:
                    self.instance.schema.add(name)
            return self.instance.add({"email": email, **values}, created_at or self.clock()).id

    def edit(self, lead_id: int, **values: Any) -> None:
        """Somebody, or a form, changes a lead."""
        with self.lock:
            self.instance.change(self.lead(lead_id), values)

    def act(
        self,
        lead_id: int,
        type_id: int,
        at: datetime | None = None,
        *,
        primary: Any = None,
        attributes: Mapping[str, Any] | None = None,
        visible_at: datetime | None = None,
    ) -> None:
        """A lead does something; seen only from `visible_at`."""
        at = at or self.clock()
        with self.lock:
            self.instance.log.add(
                type_id, lead_id, at, visible_at or self.clock(), primary=primary, primary_id=71,
                attributes=attributes or {},
            )  # fmt: skip

    def fill_form(
        self, lead_id: int, form: str, at: datetime | None = None, *, visible_at: datetime | None = None
    ) -> None:
        """A lead fills in a form."""
        self.act(lead_id, FORM, at, primary=form, attributes={"Webpage URL": f"/{form}"}, visible_at=visible_at)

    def opt_out(self, lead_id: int) -> None:
        """The person no longer wants to be mailed."""
        with self.lock:
            self.instance.change(self.lead(lead_id), {"unsubscribed": True})
            self.act(lead_id, UNSUBSCRIBE, primary="Newsletter")

    def delete(self, lead_id: int) -> None:
        with self.lock:
            self.instance.delete(self.lead(lead_id))

    def merge(self, loser: int, survivor: int) -> None:
        """Two leads become one."""
        with self.lock:
            self.instance.merge(self.lead(loser), self.lead(survivor))

    def lead(self, lead_id: int) -> SimLead:
        """A lead as it stands now. Raises KeyError when it is gone."""
        return self.instance.leads[lead_id]

    # Limits and sign-in.

    def answer(self, request: Request) -> tuple[Reply | None, bool]:
        """More than ten at once are refused before anything else."""
        with self._counting:
            self._under_way += 1
            is_crowd = self._under_way > AT_ONCE
        try:
            return (wording.too_many_at_once(AT_ONCE), False) if is_crowd else super().answer(request)
        finally:
            with self._counting:
                self._under_way -= 1

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        """Signing in counts towards no limit."""
        return "default", "", request.path.startswith("/identity/")

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        if limit.per_s == DAY_S:
            return wording.quota_reached(limit.calls)
        return wording.rate_limited(limit.calls, limit.per_s)

    def authorize(self, request: Request) -> Reply | None:
        if len(request.path) + len(request.query) > LONGEST_ADDRESS:
            return Reply(414, b"<html>414 Request-URI Too Large</html>", {"Content-Type": "text/html"})
        if len(request.body) > LARGEST_BODY:
            return Reply(413, b"<html>413 Request Entity Too Large</html>", {"Content-Type": "text/html"})
        return None if request.path == "/identity/oauth/token" else self.identity.refusal(request)

    def unknown(self, request: Request) -> Reply:
        return wording.refused(610, "Requested resource not found")
