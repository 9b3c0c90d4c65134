"""The account behind the addresses: what people do in it, who may ask, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator
from connector.testing.simulators.acton import wording
from connector.testing.simulators.acton.account import EMAIL, Account, SimContact, SimMessage, milliseconds
from connector.testing.simulators.acton.tokens import Tokens

DAY_S: Final = 86_400
BINS: Final = {"fs": ("FORM", "form"), "fv": ("FORM", "form"), "d": ("MEDIA", "media"), "sv": ("WEB", "url")}


class SignedAccount(Simulator):
    """`dates`: how lists write their dates (`numbers`, `words`); `dunder`: their columns begin with two underscores.

    `list_unit_ms`: what a filter of lists counts in milliseconds, as documented; 1000: it counts seconds.
    """

    limits = (
        Limit(calls=5, per_s=1),
        Limit(calls=30_000, per_s=DAY_S),
        Limit(calls=5, per_s=3600, logins=True),
    )

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        factor: float = 1.0,
        latency_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        dates: str = "numbers",
        dunder: bool = True,
        list_unit_ms: int = 1,
    ) -> None:
        super().__init__(clock=clock, factor=factor, latency_s=latency_s, monotonic=monotonic)
        self.account = Account(clock)
        self.tokens = Tokens(clock)
        self.dates = dates
        self.dunder = dunder
        self.list_unit_ms = list_unit_ms

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        known = {"client_id": self.tokens.client_id, "client_secret": self.tokens.client_secret}
        return {**known, "refresh_token": self.tokens.refresh_token}

    # What people do.

    def add(self, email: str, list_id: str = "l-0001", **values: Any) -> str:
        """A contact comes into a list; `First_Name` is the column `First Name`. Returns its id."""
        with self.lock:
            named = {name.replace("_", " "): value for name, value in values.items()}
            return self.account.add({EMAIL: email, **named}, list_id).id

    def edit(self, id_: str, at: datetime | None = None, *, visible_at: datetime | None = None, **values: Any) -> None:
        """A record changes; seen only from `visible_at`."""
        at = at or self.clock()

        def deed() -> None:
            contact = self.contact(id_)
            self.account.change(contact, {name.replace("_", " "): value for name, value in values.items()})
            contact.modified_at = max(contact.modified_at, at)

        with self.lock:
            self.account.later(visible_at or self.clock(), deed)

    def do(
        self, id_: str, verb: str, what: str, at: datetime | None = None, *, subject: str = "",
        visible_at: datetime | None = None,
    ) -> None:  # fmt: skip
        """Something of a contact's history; records are left as they are. All records of one address show it."""
        at = at or self.clock()
        bin_, kind = BINS.get(verb, ("OTHER", "other"))
        line = {
            "Bin": bin_, "InScoreRange": True, "WhenMillis": milliseconds(at), "What": what, "Verb": verb,
            "id": subject or what, "idType": kind, "Responses": [],
        }  # fmt: skip
        with self.lock:
            email = self.contact(id_).email
            for contact in self.account.with_email(email):
                self.account.later(visible_at or self.clock(), partial(contact.history.insert, 0, line))

    def send(self, name: str, at: datetime | None = None, type_: str = "SENT") -> SimMessage:
        """A message goes out."""
        with self.lock:
            at = at or self.clock()
            prefix = "s" if type_ == "SENT" else "t"
            message = SimMessage(f"{prefix}-{len(self.account.messages) + 1:04x}-{at:%y%m}", name, at, type_)
            self.account.messages[message.id] = message
            return message

    def react(
        self, message: SimMessage, id_: str, drilldown: str, at: datetime | None = None, url: str | None = None
    ) -> None:
        """Somebody opens, clicks or bounces. The contact's history shows it, too."""
        at = at or self.clock()
        contact = self.contact(id_)
        row = {
            "listid": id_.partition(":")[0], "data": drilldown, "os": "OS X", "ip": "192.0.2.1", "browser": "Chrome",
            "name": "", "action": drilldown.title(), "when": wording.date(at, "words"), "recid": id_,
            "email": contact.email, "ts": milliseconds(at),
        }  # fmt: skip
        with self.lock:
            message.rows.setdefault(drilldown, []).insert(0, {**row, "linkURI": url} if url else row)
            verb = {"OPENED": "os", "CLICKED": "r", "BOUNCED": "hb"}[drilldown]
            self.do(id_, verb, f"{drilldown.title()}: {message.name}", at, subject=message.id)

    def opt_out(self, id_: str, *, by: str = "optout") -> None:
        """The person wants no more mail, or complains (`spamcomplaint`)."""
        with self.lock:
            self.account.suppressed[by].insert(0, (self.contact(id_).email, self.clock()))
            self.do(id_, "oo" if by == "optout" else "sp", "Opted out" if by == "optout" else "Complained")

    def opt_in(self, id_: str) -> None:
        """The person wants mail again: the address leaves the list without a trace."""
        with self.lock:
            email = self.contact(id_).email
            self.account.suppressed["optout"] = [one for one in self.account.suppressed["optout"] if one[0] != email]

    def delete(self, id_: str) -> None:
        with self.lock:
            self.account.remove(id_)

    def contact(self, id_: str) -> SimContact:
        """A record as it stands; KeyError when there is none."""
        self.account.settle()
        found = self.account.find(id_)
        if found is None:
            raise KeyError(id_)
        return found

    # Limits and sign-in.

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        return "default", "", request.path == "/token"

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        return wording.limited()

    def authorize(self, request: Request) -> Reply | None:
        self.account.settle()
        return None if request.path == "/token" else self.tokens.refusal(request)

    def unknown(self, request: Request) -> Reply:
        return wording.no_resource()
