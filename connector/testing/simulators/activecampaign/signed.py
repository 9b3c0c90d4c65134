"""The account behind the addresses: what people do in it, who may ask, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.model import Json
from connector.testing.simulator import Reply, Request, Simulator
from connector.testing.simulators.activecampaign import wording
from connector.testing.simulators.activecampaign.account import Account, SimContact, shown

PIXEL: Final = "open"
"""The link behind an opening: the tracking pixel."""


class SignedAccount(Simulator):
    """`log_of_all`: the activity log answers without a contact. `carries_parts`: lists bring tags and lists along.

    `import_s`: how long an import takes. `keeps_filters`: False ignores every filter of contacts. `refused_by_imports`:
    addresses that no import takes, as those on the account's exclusion list.
    """

    limits = (Limit(calls=5, per_s=1), Limit(calls=100, per_s=60, bucket="import"))
    api_key = "simulated-key"

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        factor: float = 1.0,
        latency_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        log_of_all: bool = True,
        carries_parts: bool = True,
        keeps_filters: bool = True,
        import_s: float = 20.0,
    ) -> None:
        super().__init__(clock=clock, factor=factor, latency_s=latency_s, monotonic=monotonic)
        self.account = Account(clock)
        self.log_of_all = log_of_all
        self.carries_parts = carries_parts
        self.keeps_filters = keeps_filters
        self.import_time = timedelta(seconds=import_s)
        self.refused_by_imports: frozenset[str] = frozenset()
        self._revoked = False

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {"api_key": self.api_key}

    # What people do.

    def add(self, email: str, *, job: str = "", company: str = "", country: str = "", **standard: str) -> str:
        """A contact; its id. `job` is the title at the account `company`, `country` two letters."""
        with self.lock:
            contact = self.account.add(email=email, **standard)
            if job:
                account = self.account.named("accounts", company or "Acme")
                contact.job = {"contact": str(contact.id), "account": account, "jobTitle": job, "id": str(contact.id)}
            if country:
                contact.data = {"contact": str(contact.id), "geoCountry2": country, "id": str(contact.id)}
            return str(contact.id)

    def edit(self, id_: str, **values: str) -> None:
        """Somebody edits a contact: standard fields, or custom ones by their tag."""
        with self.lock:
            contact = self.contact(id_)
            for name, value in values.items():
                if name in ("email", "firstName", "lastName", "phone"):
                    contact.standard[name] = value
                else:
                    self.account.set(contact, self.account.field_id(name), value)
            self.account.touched(contact)

    def retitle(self, id_: str, job: str) -> None:
        """The person has another title at the same account."""
        with self.lock:
            contact = self.contact(id_)
            contact.job = {**(contact.job or {}), "jobTitle": job}
            self.account.touched(contact)

    def open(self, id_: str, campaign: str, at: datetime | None = None, *, by_machine: bool = False) -> None:
        """A mail is opened, by a person or by Apple's privacy proxy. The contact's time of update stays."""
        self._linked(id_, campaign, PIXEL, at, "MppLinkData" if by_machine else "LinkData")

    def click(self, id_: str, campaign: str, url: str, at: datetime | None = None, **hidden: Any) -> None:
        """A link of a mail is clicked. `visible_at`: when the row shows."""
        self._linked(id_, campaign, url, at, "LinkData", **hidden)

    def submit(self, id_: str, form: str, at: datetime | None = None) -> None:
        """A form is sent: its list has a new subscriber. Sent again by somebody on the list, it shows nowhere."""
        with self.lock:
            number = self.account.named("lists", f"List of {form}")
            if self.contact(id_).lists.get(number, {}).get("status") != "1":
                form_id = self.account.named("forms", form)
                self._subscribed(id_, f"List of {form}", "1", at, "subscribe", form=form_id)
                self.account.touched(self.contact(id_))

    def subscribe(self, id_: str, list_name: str = "Newsletter") -> None:
        """Somebody is put on a list."""
        with self.lock:
            self._subscribed(id_, list_name, "1", None, "subscribe")

    def opt_out(self, id_: str) -> None:
        """The person leaves all lists."""
        with self.lock:
            names = [self.account.tables["lists"][number]["name"] for number in self.contact(id_).lists]
            for name in names or ["Newsletter"]:
                self._subscribed(id_, name, "2", None, "unsubscribe")

    def reply(self, id_: str, campaign: str, at: datetime | None = None) -> None:
        """A mail is answered."""
        with self.lock:
            row = self.account.row("replies", campaign=self.account.named("campaigns", campaign))
            self.account.happen(id_, "Reply", at or self.clock(), reference=("reply", row["id"]))

    def finish(self, id_: str, automation: str, at: datetime | None = None) -> None:
        """An automation is through."""
        with self.lock:
            row = self.account.row("contactAutomations", seriesid=self.account.named("automations", automation))
            reference = ("contact-automation", row["id"])
            self.account.happen(id_, "SubscriberSeries", at or self.clock(), action="complete", reference=reference)

    def track(self, id_: str, event: str, value: str = "", at: datetime | None = None) -> None:
        """A page is seen, or an own event happens."""
        with self.lock:
            moment = at or self.clock()
            number = self.account.number("trackingLogs")
            row = {"subscriberid": id_, "type": event, "value": value, "at": moment, "hash": number, "id": number}
            self.account.tracked_of[id_].append(row)
            self.account.happen(id_, "TrackingLog", moment, reference=("tracking-log", number))

    def bounce(self, id_: str, campaign: str, at: datetime | None = None) -> None:
        """A mail comes back."""
        with self.lock:
            campaignid = self.account.named("campaigns", campaign)
            row = {"id": self.account.number("bounceLogs"), "tstamp": shown(at or self.clock()), "codeid": "5.1.1"}
            self.contact(id_).bounces.append({**row, "subscriberid": id_, "campaignid": campaignid})
            self.account.touched(self.contact(id_))

    def delete(self, id_: str) -> None:
        """The contact is gone, and its log with it."""
        with self.lock:
            del self.account.contacts[int(id_)]
            self.account.log = [row for row in self.account.log if row["subscriberid"] != id_]
            self.account.log_of.pop(id_, None)

    def contact(self, id_: str) -> SimContact:
        """A contact as it stands; KeyError when there is none."""
        return self.account.contacts[int(id_)]

    def value(self, id_: str, perstag: str) -> str | None:
        """What a custom field of a contact holds."""
        return self.contact(id_).values.get(self.account.field_id(perstag))

    def tags(self, id_: str) -> list[str]:
        """The names of a contact's tags."""
        return [self.account.tables["tags"][tag]["tag"] for tag in self.contact(id_).tags.values()]

    # Sign-in and limits.

    def revoke(self) -> None:
        """Somebody reset the key."""
        self._revoked = True

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        return ("import" if request.path.endswith("/bulk_import") else "default"), "", False

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        return wording.imports_limited() if limit.bucket == "import" else wording.limited(int(wait_s) + 1)

    def authorize(self, request: Request) -> Reply | None:
        good = request.headers.get("api-token") == self.api_key and not self._revoked
        return None if good else wording.forbidden()

    def unknown(self, request: Request) -> Reply:
        return wording.not_found(request.path, "Route")

    # Parts.

    def _linked(self, id_: str, campaign: str, url: str, at: datetime | None, kind: str, **hidden: Any) -> None:
        with self.lock:
            link = self.account.named("links", url, "link")
            table = "linkData" if kind == "LinkData" else "mppLinkData"
            row = self.account.row(
                table, campaign=self.account.named("campaigns", campaign), link=link, times="1",
                isread="2" if kind != "LinkData" else str(int(url == PIXEL)),
            )  # fmt: skip
            model = "link-data" if kind == "LinkData" else "mpp-link-data"
            self.account.happen(id_, kind, at or self.clock(), reference=(model, row["id"]), **hidden)

    def _subscribed(
        self, id_: str, list_name: str, status: str, at: datetime | None, action: str, form: str | None = None
    ) -> None:
        number = self.account.named("lists", list_name)
        row: Json = self.account.row(
            "contactLists", contact=id_, list=number, status=status, form=form, unsubreason=None,
        )  # fmt: skip
        self.contact(id_).lists[number] = row
        self.account.happen(
            id_, "SubscriberList", at or self.clock(), action=action, reference=("contact-list", row["id"])
        )
