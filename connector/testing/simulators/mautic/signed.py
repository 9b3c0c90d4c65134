"""The installation behind the addresses: what people do in it, who may ask, and how often."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.model import Json
from connector.testing.granted import AccessTokens
from connector.testing.simulator import Reply, Request, Simulator, route
from connector.testing.simulators.mautic import wording
from connector.testing.simulators.mautic.installation import Installation, SimContact, as_stored

LIFETIME: Final = timedelta(hours=1)


class SignedInstallation(Simulator):
    """`hidden`: tables that the role may not read; `says_denied`: an answer says so, instead of holding no rows.

    `zoned`: contacts' times carry an offset, and no contacts are `[]`. `moves_modified`: edits move `date_modified`.
    """

    limits = (Limit(calls=36_000, per_s=3600),)
    client_id = "1_simulated"
    client_secret = "simulated-secret"  # noqa: S105 - of a simulated installation
    username = "api"
    password = "simulated-password"  # noqa: S105 - of a simulated installation

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        factor: float = 1.0,
        latency_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        hidden: tuple[str, ...] = (),
        says_denied: bool = True,
        zoned: bool = True,
        moves_modified: bool = True,
    ) -> None:
        super().__init__(clock=clock, factor=factor, latency_s=latency_s, monotonic=monotonic)
        self.installation = Installation(clock, moves_modified=moves_modified)
        self.hidden = set(hidden)
        self.says_denied = says_denied
        self.zoned = zoned
        self.enabled = True
        self._tokens = AccessTokens(clock, LIFETIME)
        self._revoked = False

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {"client_id": self.client_id, "client_secret": self.client_secret}

    # What people do.

    def add(self, email: str | None = None, **values: Any) -> str:
        """A contact; without an address, a visitor whom nobody knows. Returns its id."""
        with self.lock:
            for alias in values:
                if alias not in self.installation.fields:
                    self.installation.add_field(alias)
            known = {"email": email} if email else {}
            return str(self.installation.add({**known, **values}, known=email is not None).id)

    def identify(self, id_: str, email: str) -> None:
        """A visitor gives an address."""
        with self.lock:
            contact = self.contact(id_)
            contact.values["email"] = email
            contact.identified_at = self.clock()
            self.installation.touched(contact, "identified")

    def hit(self, id_: str, url: str, at: datetime | None = None, **columns: Any) -> int:
        """A page is seen; with `email_id`, by a click in that mail. `visible_at`: when the row shows."""
        with self.lock:
            return self.installation.happen(
                "page_hits", at or self.clock(), "date_hit", lead_id=int(id_), url=url, code="200", **columns
            )

    def submit(self, id_: str, form: str, answers: Json, at: datetime | None = None) -> int:
        """A form is sent."""
        with self.lock:
            form_id = _number(self.installation.forms, form)
            number = self.installation.happen(
                "form_submissions", at or self.clock(), "date_submitted", lead_id=int(id_), form_id=form_id
            )
            self.installation.answers[number] = answers
            return number

    def send(self, id_: str, email: str) -> int:
        """A mail is sent; the number of its row."""
        with self.lock:
            email_id = _number(self.installation.emails, email)
            return self.installation.happen(
                "email_stats", self.clock(), "date_sent", lead_id=int(id_), email_id=email_id, is_read=0, open_count=0
            )

    def open(self, number: int) -> None:
        """A mail that was sent is opened: its row changes."""
        with self.lock:
            row = self.installation.tables["email_stats"][number - 1]
            now = as_stored(self.clock())
            row |= {"is_read": 1, "open_count": row["open_count"] + 1, "last_opened": now}
            row["date_read"] = row["date_read"] or now

    def download(self, id_: str, asset: str) -> int:
        """A file is fetched."""
        with self.lock:
            asset_id = _number(self.installation.assets, asset)
            return self.installation.happen(
                "asset_downloads", self.clock(), "date_download", lead_id=int(id_), asset_id=asset_id
            )

    def opt_out(self, id_: str, reason: int = 1) -> None:
        """No more mail: 1 the person unsubscribed, 2 the mail bounced, 3 somebody said so."""
        with self.lock:
            contact = self.contact(id_)
            row: Json = {"reason": reason, "channel": "email", "comments": ""}
            number = self.installation.happen(
                "lead_donotcontact", self.clock(), "date_added", lead_id=contact.id, **row
            )
            contact.dnc.append({"id": number, **row, "channelId": None})

    def edit(self, id_: str, **values: Any) -> None:
        """Somebody edits a contact."""
        with self.lock:
            contact = self.contact(id_)
            contact.values |= values
            self.installation.touched(contact)

    def delete(self, id_: str) -> None:
        with self.lock:
            self.installation.remove(self.contact(id_))

    def merge(self, loser: str, survivor: str) -> None:
        """Two contacts become one."""
        with self.lock:
            self.installation.merge(self.contact(loser), self.contact(survivor))

    def contact(self, id_: str) -> SimContact:
        """A contact as it stands; KeyError when there is none."""
        return self.installation.contacts[int(id_)]

    # Sign-in and limits.

    @route("POST", "/oauth/v2/token")
    def token(self, request: Request) -> Reply:
        asked = request.form()
        good = (asked.get("client_id"), asked.get("client_secret")) == (self.client_id, self.client_secret)
        if not good or self._revoked or asked.get("grant_type") != "client_credentials":
            return wording.refusal(400, "The client credentials are invalid", type_="invalid_client")
        token, seconds = self._tokens.give(), self._tokens.life_s
        return Reply(200, {"access_token": token, "expires_in": seconds, "token_type": "bearer", "scope": ""})

    def expire(self) -> None:
        """Every access token has expired as of now."""
        self._tokens.expire()

    def revoke(self) -> None:
        """A person took the client's access away."""
        self._tokens.revoke()
        self._revoked = True

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        return "default", "", request.path.startswith("/oauth/")

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        return wording.limited(int(limit.calls * self.meter.factor))

    def authorize(self, request: Request) -> Reply | None:
        if request.path.startswith("/oauth/"):
            return None
        if not self.enabled:
            return wording.disabled()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic" and not self._revoked:
            good = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            return None if token == good else wording.refusal(401, "Invalid credentials.")
        if not self._tokens.knows(token):
            return wording.refusal(401, "The access token provided is invalid.", type_="invalid_grant")
        return None if self._tokens.is_good(token) else wording.expired()

    def unknown(self, request: Request) -> Reply:
        return wording.not_found()


def _number(names: dict[str, str], name: str) -> str:
    """The number of a form, mail or file by its name; a new one where there is none."""
    found = next((number for number, known in names.items() if known == name), None)
    if found is None:
        found = str(len(names) + 1)
        names[found] = name
    return found
