"""What a simulated account holds: lists with their contacts, histories, messages, addresses that opted out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final

from connector.model import Json

EMAIL: Final = "E-mail Address"
COLUMNS: Final = (EMAIL, "First Name", "Last Name", "Job Title", "Company", "Business City", "Business Country")


def milliseconds(at: datetime) -> int:
    """A time as answers give it."""
    return int(at.timestamp() * 1000)


@dataclass(slots=True)
class SimContact:
    """One record of a list. `history`: lines as the contact's history shows them."""

    id: str
    values: Json
    created_at: datetime
    modified_at: datetime
    history: list[Json] = field(default_factory=list)

    @property
    def email(self) -> str:
        return str(self.values.get(EMAIL) or "")


@dataclass(slots=True)
class SimList:
    """A list of contacts: its columns in order, its records in the order in which they came."""

    id: str
    name: str
    columns: list[str]
    contacts: dict[str, SimContact] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=count)


@dataclass(slots=True)
class SimMessage:
    """A message that went out; `rows` by drill-down."""

    id: str
    name: str
    at: datetime
    type: str
    rows: dict[str, list[Json]] = field(default_factory=dict)


class Account:
    """All of it. What becomes visible later is applied when the clock has come to it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.lists: dict[str, SimList] = {}
        self.messages: dict[str, SimMessage] = {}
        self.suppressed: dict[str, list[tuple[str, datetime]]] = {"optout": [], "spamcomplaint": [], "hardbounce": []}
        self.custom_events: dict[str, list[Json]] = {}
        self._had: defaultdict[str, dict[str, SimContact]] = defaultdict(dict)
        """Records that have, or once had, an address."""
        self._later: list[tuple[datetime, Callable[[], None]]] = []
        self.add_list("All leads")

    def add_list(self, name: str, columns: Sequence[str] = COLUMNS) -> SimList:
        """A new list of contacts."""
        made = SimList(f"l-{len(self.lists) + 1:04x}", name, list(columns))
        self.lists[made.id] = made
        return made

    def add(self, values: Json, list_id: str = "l-0001") -> SimContact:
        """A record comes to be; columns that the list lacks are made."""
        of = self.lists[list_id]
        of.columns += [name for name in values if name not in of.columns]
        now = self.clock()
        contact = SimContact(f"{list_id}:{next(of.numbers):x}", values, now, now)
        of.contacts[contact.id] = contact
        self.change(contact, {})
        return contact

    def change(self, contact: SimContact, values: Mapping[str, Any]) -> None:
        """Values of a record change, perhaps its address."""
        contact.values |= values
        self._had[contact.email.lower()][contact.id] = contact

    def find(self, contact_id: str) -> SimContact | None:
        """A record by its id."""
        of = self.lists.get(contact_id.partition(":")[0])
        return None if of is None else of.contacts.get(contact_id)

    def with_email(self, email: str) -> list[SimContact]:
        """Every record that has this address, in every list."""
        had = self._had[email.lower()].values()
        return [one for one in had if one.email.lower() == email.lower() and self.find(one.id) is one]

    def remove(self, contact_id: str) -> None:
        """A record is deleted, and leaves no trace."""
        del self.lists[contact_id.partition(":")[0]].contacts[contact_id]

    def later(self, at: datetime, deed: Callable[[], None]) -> None:
        """Something shows from `at` on."""
        if at <= self.clock():
            deed()
        else:
            self._later.append((at, deed))

    def settle(self) -> None:
        """Whatever was to show by now, shows."""
        now = self.clock()
        due = [deed for at, deed in self._later if at <= now]
        self._later = [(at, deed) for at, deed in self._later if at > now]
        for deed in due:
            deed()
