"""Companies for whole loops with any platform: on one side its people, on the other what `Company` has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from connector.shipped import shipped
from connector.testing.conformance.clock import Clock
from tests.platforms.audience import Audience, Deed, Someone
from tests.platforms.desk import SalesDesk
from tests.sync.world import FACTOR, Company, address

AnyDesk = TypeVar("AnyDesk", bound=SalesDesk)
AnyAudience = TypeVar("AnyAudience", bound=Audience)


class SalesCompany(Company, Generic[AnyDesk]):
    """RD Station as marketing, and sales at a desk of the connection `crm`, which takes `more`."""

    def __init__(self, folder: Path, kind: Callable[[Clock, float], AnyDesk], **more: Any) -> None:
        super().__init__(folder)
        self.desk = kind(self.clock, FACTOR)
        self.more = more

    def __enter__(self) -> Self:
        super().__enter__()
        self._stack.enter_context(self.desk)
        self.settings["all"] = {"crm": {"crm": {**self.desk.connection(), **self.more}}}
        return self

    @property
    def crm(self) -> Any:
        """The desk's simulator."""
        return self.desk.simulator

    def mql(self, name: str = "ana") -> None:
        """Somebody becomes an MQL and is pushed."""
        self.convert(name, "ebook-a", "ebook-b")
        self.run_until_quiet()
        self.later(minutes=10)

    def told(self, name: str = "ana") -> tuple[str, str, str | None]:
        """The last decision in the log, whose it was, and the reason that marketing was told."""
        kind, by, _ = self.history(name)[-1]
        return kind, by, self.contact(name).get("cf_rejection_reason")

    def decided(self, name: str) -> list[tuple[str, str | None]]:
        """What the store holds of sales' decisions on somebody: kind and reason, oldest first."""
        found = self.ask("SELECT kind, reason FROM decisions WHERE person_id = ? ORDER BY at, id", self.person(name))
        return [(str(kind), reason) for kind, reason in found]


class MarketingCompany(Company, Generic[AnyAudience]):
    """An audience as the connection `mkt`, Salesforce, and the scoring model that we ship unless another is given."""

    def __init__(self, folder: Path, kind: type[AnyAudience], scoring: Path | None = None) -> None:
        super().__init__(folder)
        self.audience = kind(self.clock, FACTOR)
        self.scoring = scoring or shipped("scoring/b2b.yaml")

    def __enter__(self) -> Self:
        super().__enter__()
        self._stack.enter_context(self.audience)
        self.settings["all"] = {"marketing": {"mkt": self.audience.connection()}, "scoring": str(self.scoring)}
        return self

    @property
    def platform(self) -> Any:
        """The audience's simulator."""
        return self.audience.simulator

    def prepare(self) -> Mapping[str, str]:
        """What feedback writes is made, as `leadloop prepare` makes it: how each went."""
        [source] = self.open().marketing
        return source.adapter.prepare_writes(source.mapping.feedback.writes)

    def meet(self, name: str, title: str = "CEO") -> str:
        """Somebody new; the contact's id."""
        return self.audience.add(Someone(address(name), name.title(), "Silva", title, "Acme", "Brazil"))

    def do(self, contact_id: str, type_: str, asset: str = "", url: str = "") -> None:
        """An act, now."""
        self.audience.act(contact_id, Deed(type_, self.clock.now(), asset, url))

    def acts(self) -> dict[str, int]:
        """How many acts of each type the store holds."""
        return {str(kind): int(n) for kind, n in self.ask("SELECT type, count(*) FROM activities GROUP BY 1")}

    def persons_of(self, *contact_ids: str) -> int:
        """How many persons these contacts are to leadloop."""
        keys = ", ".join("?" * len(contact_ids))
        sql = f"SELECT DISTINCT person_id FROM identities WHERE system = 'mkt' AND key IN ({keys})"  # noqa: S608 - marks
        return len(self.ask(sql, *contact_ids))

    def gone(self) -> set[str]:
        """Ids of the contacts that are known to be no more."""
        return {str(id_) for (id_,) in self.ask("SELECT id FROM contacts WHERE gone_at IS NOT NULL")}

    def writes(self) -> int:
        """Requests that changed something, on both sides."""
        return self.audience.writes + len(self.sf.calls("POST|PATCH|DELETE", "^/services/data"))
