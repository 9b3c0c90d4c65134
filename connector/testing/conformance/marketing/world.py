"""What a marketing adapter's author gives the suite: the platform's simulator, and verbs for what people do there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connector.adapter import EffectKind, MarketingAdapter
from connector.errors import LeadloopError
from connector.model import Json, LeadWrite
from connector.testing.conformance.account import Account
from connector.testing.simulator import Reply


@dataclass(frozen=True, slots=True)
class DocumentedError:
    """One refusal as the platform words it, and how it must be sorted.

    `raises` is what a read ends with. `outcome` is what a write of `kind` ends with; None: the error is one of reads.
    `retry_after_s` is the wait that the refusal names, `moved` says that the person must be resolved again.
    """

    name: str
    reply: Reply
    raises: type[LeadloopError] | None = None
    kind: EffectKind = "field"
    outcome: Literal["rejected", "conflict", "unknown"] | None = None
    retry_after_s: float | None = None
    moved: bool = False


class MarketingWorld(Account):
    """One account of one marketing platform.

    `page_size`: contacts on one page of `changes`. `lag_s`: how late an act may become visible and must still be
    found. `acts_page`: acts on one page of one contact's acts.
    """

    page_size: int = 100
    acts_page: int = 10
    lag_s: float = 0.0

    @abstractmethod
    def adapter(self) -> MarketingAdapter: ...

    # What people do.

    @abstractmethod
    def add(self, number: int) -> str:
        """A contact comes to be, with an e-mail address; its id. It may have no act yet."""

    @abstractmethod
    def email_of(self, contact_id: str) -> str:
        """The address of a contact: it must never show in an error."""

    @abstractmethod
    def act(self, contact_id: str, at: datetime | None = None, *, visible_at: datetime | None = None) -> None:
        """The contact does something that the platform reports, now or at `at`, seen only from `visible_at`."""

    @abstractmethod
    def delete(self, contact_id: str) -> None:
        """The contact is deleted."""

    @abstractmethod
    def opt_out(self, contact_id: str) -> None:
        """The person no longer wants to be mailed."""

    @abstractmethod
    def opted_out(self, record: Json) -> bool:
        """Does this raw contact say so?"""

    def merge(self, loser: str, survivor: str) -> None:
        """Two contacts become one (capability `merges`)."""
        raise NotImplementedError

    # What the platform does to us.

    @property
    @abstractmethod
    def errors(self) -> Sequence[DocumentedError]:
        """Every refusal that the platform documents."""

    read_path: str = ".*"
    """The address that a read asks, as a regular expression: faults of reads strike there."""

    # What we write.

    def effect(
        self,
        kind: str,
        contact_id: str,
        *,
        name: str = "",
        fields: Json | None = None,
        on: bool = True,
        fresh: bool = False,
        suffix: str = "",
    ) -> LeadWrite:
        """One effect on a contact; `suffix` tells it from others of the same kind and name."""
        return LeadWrite(
            effect=f"{kind}-{name}-{contact_id}{suffix}",
            kind=kind,
            key=f"ll-{contact_id}",
            record_id=contact_id,
            email=self.email_of(contact_id),
            fields=fields or {},
            name=name,
            on=on,
            fresh=fresh,
        )

    @abstractmethod
    def write(self, kind: EffectKind, contact_id: str, number: int) -> LeadWrite:
        """A good write of this kind; `number` makes its effect and its value its own."""

    @abstractmethod
    def bad_write(self, kind: EffectKind, contact_id: str) -> LeadWrite:
        """A write that the platform refuses for what it says."""

    @abstractmethod
    def write_path(self, kind: EffectKind) -> str:
        """The address that carries this kind, as a regular expression: faults strike there."""

    @abstractmethod
    def is_written(self, write: LeadWrite) -> bool:
        """Has the platform applied it? Looked up in the simulator, not asked."""

    @property
    def new_fields(self) -> Sequence[str]:
        """Names of fields for `prepare_writes` to make (capability `makes_fields`)."""
        return ()
