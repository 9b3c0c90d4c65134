"""An EspoCRM that somebody runs: where it is, who may do what there, and what sales does through its own API."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from connector.model import Json
from connector.testing.conformance.clock import Clock

URL: Final = os.environ.get("ESPOCRM_URL", "").rstrip("/")
KEY: Final = os.environ.get("ESPOCRM_KEY", "")
ADMIN: Final = os.environ.get("ESPOCRM_ADMIN", "")
HOST: Final = urlsplit(URL).hostname or "127.0.0.1"
MISSING: Final = (
    "no EspoCRM is given: set ESPOCRM_URL (the address that people open) and ESPOCRM_KEY (an API user's key); with"
    " ESPOCRM_ADMIN (user:password) the fields are made, and the administrator plays sales"
)
STATUS_OF: Final = {"Lead": "status", "Opportunity": "stage"}


class WallClock(Clock):
    """The time that it is. A pause of the engine is waited for; time that a test lets pass is not."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 5.0))

    def advance(self, seconds: float) -> None:
        """Nothing: a server's time is not ours to move."""


class People:
    """Sales, through EspoCRM's API: as the administrator where one is given, else as leadloop's own user."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        if ADMIN:
            self._session.auth = tuple(ADMIN.split(":", 1))  # type: ignore[assignment]
        else:
            self._session.headers["X-Api-Key"] = KEY
        self.made: list[tuple[str, str]] = []

    def lead(self, email: str) -> Json:
        """The one lead of an address."""
        [row] = self._find("Lead", "emailAddress", email)
        self.made.append(("Lead", row["id"]))
        return row

    def count(self, email: str) -> int:
        """How many leads an address has."""
        return len(self._find("Lead", "emailAddress", email))

    def tasks(self, lead: str) -> Sequence[Json]:
        """The tasks of a lead."""
        return self._find("Task", "parentId", lead)

    def edit(self, entity: str, record_id: str, **values: Any) -> None:
        """A person changes fields."""
        self._call("PUT", f"{entity}/{record_id}", json=values)

    def convert(self, lead: str) -> str:
        """A lead becomes a contact and an opportunity, whose id is given."""
        row = self._call("GET", f"Lead/{lead}")
        ours = {name: value for name, value in row.items() if name.startswith(("cLeadloop", "cTags"))}
        contact = {"firstName": row["firstName"], "lastName": row["lastName"], "emailAddress": row["emailAddress"]}
        closes = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - any day will do
        deal = {"name": f"Deal {lead}", "amount": 1, "stage": "Prospecting", "closeDate": closes}
        records = {"Contact": {**contact, **ours}, "Opportunity": deal}
        self._call("POST", "Lead/action/convert", json={"id": lead, "records": records, "skipDuplicateCheck": True})
        told = self._call("GET", f"Lead/{lead}")
        self.made += [("Contact", told["createdContactId"]), ("Opportunity", told["createdOpportunityId"])]
        return str(told["createdOpportunityId"])

    def states(self, entity: str, record_id: str) -> list[str]:
        """The statuses that EspoCRM's own stream holds of a record, oldest first."""
        notes = self._call("GET", f"{entity}/{record_id}/stream", params={"maxSize": 100})["list"]
        notes.sort(key=lambda note: note["number"])
        told = [note["data"] for note in notes if note["type"] in ("Status", "Update") and note.get("data")]
        return [str(data["value"]) for data in told if data.get("value")]

    def clear(self) -> None:
        """Take away what the test made, as far as we may."""
        for entity, record_id in self.made:
            self._session.delete(f"{URL}/api/v1/{entity}/{record_id}", timeout=30)
        self._session.close()

    def _find(self, entity: str, attribute: str, value: str) -> list[Json]:
        where = [{"type": "equals", "attribute": attribute, "value": value}]
        params = {"searchParams": json.dumps({"where": where, "maxSize": 50})}
        found: list[Json] = self._call("GET", entity, params=params)["list"]
        return found

    def _call(self, method: str, path: str, **sent: Any) -> Any:
        answer = self._session.request(method, f"{URL}/api/v1/{path}", timeout=30, **sent)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("X-Status-Reason"))
        return answer.json()
