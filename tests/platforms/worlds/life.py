"""Some days of two platforms, whichever they are, and of the people in them, drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from connector.testing.simulator import Simulator
from tests.platforms.audience import Audience, Deed, MergingAudience, Someone
from tests.platforms.desk import WORDING, ChangingDesk
from tests.sync.world import Company, address
from tests.sync.worlds.days import OPS, TITLES, Days

FORMS: Final = ("ebook-a", "ebook-b", "ebook-c", "demo-request", "demo-request", "careers")
NOT_THE_SIGN_IN: Final = (r"^(?!.*(token|oauth|auth/|identity))",)
"""Where a renewed grant is lost on its way, a person must sign in again: no world goes on by itself then."""

OPEN: Final = ("", "accepted")
"""What sales last said of a record that waits for their decision."""


@dataclass
class Party:
    """leadloop between an audience and a desk."""

    company: Company
    audience: Audience
    desk: ChangingDesk


class AnyLife(Days):
    """`ids` are the contacts that marketing has, by name; `acts` what each name did that marketing still tells.

    `said` tells what sales last made of a name's record; `thrown_away` are names whose record they deleted or merged.
    """

    moves: ClassVar[Mapping[str, int]] = {
        "somebody_comes": 12, "somebody_returns": 14, "a_title_changes": 3, "somebody_opts_out": 1,
        "a_contact_is_deleted": 1, "two_contacts_are_one": 2,
        "sales_accept": 4, "sales_reject": 4, "sales_put_off": 1, "sales_take_it_back": 2, "sales_qualify": 3,
        "sales_win": 2, "sales_lose": 2, "sales_reopen": 1, "sales_hand_over": 1, "sales_touch_ours": 1,
        "sales_delete": 1, "sales_merge": 1, **OPS,
    }  # fmt: skip

    def __init__(self, party: Party, seed: int) -> None:
        super().__init__(party.company, seed)
        self.audience, self.desk = party.audience, party.desk
        self.ids: dict[str, str] = {}
        self.acts: dict[str, set[tuple[str, datetime]]] = {}
        self.thrown_away: set[str] = set()

    @property
    def faulty(self) -> Sequence[tuple[str, Simulator, Sequence[str]]]:
        return [("mkt", self.audience.simulator, NOT_THE_SIGN_IN), ("crm", self.desk.simulator, NOT_THE_SIGN_IN)]

    # Marketing.

    def somebody_comes(self) -> str:
        name = f"p{len(self.names):02}"
        self.names.append(name)
        title = self.chance.choice(TITLES)
        self.ids[name] = self.audience.add(Someone(address(name), name.title(), "Silva", title, "Acme", "Brazil"))
        self.acts[name] = set()
        forms = self.chance.sample(FORMS, k=self.chance.randrange(4))
        for form in forms:
            self.company.later(seconds=3)
            self._send(name, form)
        return f"{name} {title} {forms}"

    def somebody_returns(self) -> str | None:
        name = self._contact()
        form = self.chance.choice(FORMS)
        if name:
            self._send(name, form)
        return name and f"{name} {form}"

    def a_title_changes(self) -> str | None:
        name = self._contact()
        title = self.chance.choice(TITLES)
        if name:
            self.audience.retitle(self.ids[name], title)
        return name and f"{name} {title}"

    def somebody_opts_out(self) -> str | None:
        name = self._contact()
        if name:
            self.audience.opt_out(self.ids[name])
        return name

    def a_contact_is_deleted(self) -> str | None:
        name = self._contact()
        if name:
            self.audience.delete(self.ids.pop(name))
        return name

    def two_contacts_are_one(self) -> str | None:
        loser, survivor = self._contact(), self._contact()
        if loser is None or survivor is None or loser == survivor or not isinstance(self.audience, MergingAudience):
            return None
        self.audience.merge(self.ids.pop(loser), self.ids[survivor])
        self.acts[survivor] |= self.acts.pop(loser)
        return f"{loser} into {survivor}"

    # Sales.

    def sales_accept(self) -> str | None:
        return self._decide("accepted", self.desk.accept, of=OPEN)

    def sales_reject(self) -> str | None:
        reason = self.chance.choice([*WORDING])
        return self._decide("rejected", lambda email: self.desk.reject(email, reason), of=OPEN)

    def sales_put_off(self) -> str | None:
        return self._decide("recycled", lambda email: self.desk.recycle(email, "bad_timing"), of=OPEN)

    def sales_take_it_back(self) -> str | None:
        return self._decide("accepted", self.desk.take_back, of=("rejected", "recycled"))

    def sales_qualify(self) -> str | None:
        return self._decide("qualified", self.desk.qualify, of=OPEN)

    def sales_win(self) -> str | None:
        return self._decide("won", lambda email: self.desk.win(email, 900.0), of=("qualified", "reopened"))

    def sales_lose(self) -> str | None:
        return self._decide("lost", lambda email: self.desk.lose(email, "competitor"), of=("qualified", "reopened"))

    def sales_reopen(self) -> str | None:
        return self._decide("reopened", self.desk.reopen, of=("lost",))

    def sales_hand_over(self) -> str | None:
        return self._do(self.desk.hand_over)

    def sales_touch_ours(self) -> str | None:
        return self._do(lambda email: self.desk.set_score(email, 1))

    def sales_delete(self) -> str | None:
        name = self._do(self.desk.delete)
        self.said.pop(name or "", None)
        self.thrown_away.add(name or "")
        return name

    def sales_merge(self) -> str | None:
        winner = self.chance.choice(self.names)
        loser = self._do(lambda email: self.desk.merge(email, address(winner)), but=winner)
        self.said.pop(loser or "", None)
        self.thrown_away.add(loser or "")
        return loser and f"{loser} into {winner}"

    # Who and what.

    def _contact(self) -> str | None:
        return self.chance.choice([*self.ids]) if self.ids else None

    def _send(self, name: str, form: str) -> None:
        at = self.company.clock.now().replace(microsecond=0)
        self.audience.act(self.ids[name], Deed("form_submission", at, form))
        self.acts[name].add((form, at))

    def _decide(self, what: str, verb: Callable[[str], None], of: tuple[str, ...]) -> str | None:
        """Sales decides on somebody, as they can where the lead stands in their CRM."""
        name = self.chance.choice(self.names)
        if self.said.get(name, ("", None))[0] not in of or self._do(verb, only=name) is None:
            return None
        self.said[name] = (what, self.company.clock.now())
        return name

    def _do(self, verb: Callable[[str], None], only: str | None = None, but: str = "") -> str | None:
        """Sales does it to somebody's record, if there is one that takes it."""
        name = only or self.chance.choice(self.names)
        if name == but or not self.desk.is_there(address(name)):
            return None
        try:
            verb(address(name))
        except (ValueError, LookupError, StopIteration):  # the desk finds no record to which this can be done
            return None
        return name
