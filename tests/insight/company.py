"""A small company's state, written as the loop writes it, with a chosen clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.lifecycle import Event, fold
from connector.model import Activity, ReceiptLine, Score
from connector.state import contacts, leads, people
from connector.state.packing import pack
from connector.state.store import Store, Tx

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


class Company:
    """Writes leads into one transaction. Times are days after START."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._events: dict[int, list[Event]] = {}
        self._created: dict[int, datetime] = {}

    def lead(
        self, *, forms: tuple[str, ...] = (), email: str | None = None, day: float = 0, connection: str = "rd", **known
    ) -> int:
        """A lead that submitted forms and became known on a day; `known` are its attributes."""
        at = START + day * DAY
        person = people.next_person_id(self.tx)
        people.add_people(self.tx, [(person, f"ll-{person:016d}")], at)
        people.add_identities(self.tx, [(connection, f"c{person}", person, "own")], at)
        if email is not None:
            people.add_identities(self.tx, [("email", email, person, "own")], at)
        packed = pack({"a": known, "c": {}})
        contacts.save_contacts(self.tx, connection, [(f"c{person}", person, packed, None)], at)
        for form in forms:
            self.submits(person, form, day=day)
        self._events[person], self._created[person] = [], at
        return person

    def submits(self, person: int, form: str, *, day: float = 0, connection: str = "rd", **more) -> None:
        at = START + day * DAY
        act = Activity(f"{person}-{form}-{day}", "form_submission", at, asset=form, **more)
        rows = [(act.key, person, act.type, at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), leads.pack_act(act))]
        contacts.save_activities(self.tx, connection, rows, at)

    def becomes_mql(self, person: int, *, day: float = 1, fast: bool = False, track: str = "mql", **rules: int) -> None:
        """An MQL by points or by asking, handed over with a receipt of these rules (points by name)."""
        self.event(person, "mql", day, fast=fast, track=track)
        if fast:
            self.event(person, "qualified", day, fast=True, track=track)
        lines = tuple(ReceiptLine(name, points * 1000, "counted") for name, points in rules.items())
        score = Score("A", 90, 100, sum(rules.values()) * 1000, 80, receipt=lines)
        receipt = leads.freeze(self.tx, person, score, "b2b-1", "handoff", START + day * DAY)
        self.event(person, "pushed", day + 0.01, receipt=receipt, track=track)

    def decides(self, person: int, kind: str, *, day: float = 3, reason: str | None = None, text: str | None = None):
        """Sales decides."""
        self.event(person, kind, day, by="sales", reason=reason, text=text)

    def event(self, person: int, kind: str, day: float, *, text: str | None = None, receipt: int | None = None, **more):
        at = START + day * DAY
        event = Event(kind, at, at, **more)
        self._events[person].append(event)
        standing, placed = fold(self._events[person], self._created[person])
        [line] = [line for line in placed if line.event is event]
        stage = {"left": "lead", "pushed": "mql", "rejected": "lead", "recycled": "lead"}.get(kind, kind)
        leads.add_event(self.tx, person, line, stage, receipt_id=receipt, reason_text=text, connection="sf")
        leads.save_standings(self.tx, [(person, standing, "sf")], "b2b-1")


@contextmanager
def company(folder: Path) -> Iterator[tuple[Store, Company]]:
    """An empty state and a pen; what is written shows when this ends."""
    store = Store.open(folder / "leadloop.db", now=lambda: NOW)
    with store.write(durable=False) as tx:
        yield store, Company(tx)


def guides_case(firm: Company) -> None:
    """200 MQLs. 30 become SQL; of the other 170, 85 are rejected for invalid data, 61 of these from one form's 70."""
    for number in range(200):
        bad = number < 70
        person = firm.lead(
            forms=("facebook-lead-ad" if bad else ("webinar", "ebook", "demo")[number % 3],),
            source="facebook" if bad or number % 10 == 0 else "google",
            channel="paid_social" if bad else ("organic", "email")[number % 2],
        )
        firm.becomes_mql(person, forms=40, visits=20 + number % 7)
        _decide(firm, person, number)


def _decide(firm: Company, person: int, number: int) -> None:
    invalid = number < 61 or 100 <= number < 124
    if invalid:
        firm.decides(person, "rejected", reason="invalid_data", text=("Wrong number", "Fake e-mail")[number % 2])
    elif 64 <= number < 69 or 130 <= number < 155:
        firm.decides(person, "accepted", day=2)
        firm.decides(person, "qualified", day=6)
        if number >= 145:
            firm.decides(person, "won", day=20)
    elif 155 <= number < 175:
        firm.decides(person, "rejected", reason="no_budget", text="No budget")
    elif 175 <= number < 180:
        firm.decides(person, "lost", reason="competitor", text="Bought from another")
