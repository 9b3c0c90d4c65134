"""What a CRM adapter's author gives the suite: the platform's simulator, and verbs for what happens there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from msgspec.structs import replace

from connector.adapter import CrmAdapter, PersonKeys
from connector.errors import LeadloopError
from connector.model import LeadWrite
from connector.testing.conformance.account import Account
from connector.testing.simulator import Reply

Ref = tuple[str, str]
"""A record: its object and its id."""

Trouble = Literal["too_long", "bad_option", "unknown_field"]
Spoilt = Mapping[Trouble, tuple[str, Any]]
"""A field and its value by what is wrong with it; `{email}` in a text stands for the person's address."""

Ability = Literal["lock", "half_batch", "duplicate_rule", "picklist", "late"]


@dataclass(frozen=True, slots=True)
class CrmError:
    """One refusal as the platform words it, and how it must be sorted.

    `raises` is what a read ends with; `outcome` what each row of a write ends with (None: not an error of writes).
    """

    name: str
    reply: Reply
    raises: type[LeadloopError] | None = None
    outcome: Literal["rejected", "conflict", "unknown"] | None = None
    moved: bool = False


class CrmWorld(Account):
    """One account of one CRM.

    Persons are numbered: `key_of` and `email_of` are theirs alone. `page_size` is how many changed records one page
    of `records` holds here; small pages make small tests. `abilities` are what the simulator can do on demand.
    """

    page_size: int = 5
    abilities: frozenset[Ability] = frozenset()
    unique_emails: bool = False
    """The platform never has one address on two records."""
    removals_begin_with_first_walk: bool = False
    """The platform tells only of removals after a first walk, not of earlier ones."""
    write_path: str = ".*"
    """The address that writes of records go to, as a regular expression: faults strike there."""
    write_method: str = ".*"
    """The methods of writes, where reads go to the same address."""
    read_path: str = ".*"
    """The address that `records` and `resolve` ask."""
    score_field: ClassVar[str]
    """The field that holds the score."""
    bad: ClassVar[Spoilt]
    """What the platform refuses, by kind of trouble."""

    @abstractmethod
    def adapter(self) -> CrmAdapter: ...

    def key_of(self, number: int) -> str:
        """The leadloop_id of a person."""
        return f"ll-{number:016d}"

    def email_of(self, number: int) -> str:
        """The address of a person: it must never show in an error."""
        return f"person{number}@example.com"

    def keys(self, number: int, *records: Ref) -> PersonKeys:
        """All that may find a person."""
        return PersonKeys(self.key_of(number), records, (self.email_of(number),))

    # What we write.

    @abstractmethod
    def creation(self, number: int) -> LeadWrite:
        """A good write that makes the record of a person, with key, e-mail and a score of `number`."""

    def creating(self, number: int, object_: str, fields: Mapping[str, Any]) -> LeadWrite:
        """What `creation` gives: the write that makes a record of this object with these fields."""
        return LeadWrite(
            f"record-{number}", "record", self.key_of(number), object_, email=self.email_of(number), fields=fields
        )

    def change(self, record: Ref, number: int, score: int, effect: str = "") -> LeadWrite:
        """A good write that sets the score on the known record of a person; `effect` tells it from others."""
        return LeadWrite(
            effect=f"change-{record[1]}-{score}-{effect}",
            kind="record",
            key=self.key_of(number),
            object=record[0],
            record_id=record[1],
            email=self.email_of(number),
            fields={self.score_field: score},
        )

    def spoilt(self, write: LeadWrite, trouble: Trouble) -> tuple[LeadWrite, str]:
        """The write with one field that the platform refuses, and that field's name."""
        name, value = self.bad[trouble]
        told = value.format(email=write.email) if isinstance(value, str) else value
        return replace(write, fields={**write.fields, name: told}), name

    @abstractmethod
    def score_on(self, record: Ref) -> Any:
        """The score that stands on a record, looked up in the simulator."""

    @abstractmethod
    def records_of(self, number: int) -> Sequence[Ref]:
        """All live records of a person that could be written to, looked up in the simulator by key and e-mail."""

    # What people do in the CRM.

    @abstractmethod
    def add(self, number: int) -> Ref:
        """Sales makes a record for a person: the address is on it, our key is not."""

    @abstractmethod
    def decide(self, record: Ref, at: datetime | None = None) -> None:
        """Sales changes something that decisions are read from, now or (ability `late`) with an older time."""

    @abstractmethod
    def delete(self, record: Ref) -> None:
        """A record is deleted."""

    @abstractmethod
    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        """The values that sales alone may change: owner, status, stage."""

    def merge(self, loser: Ref, winner: Ref) -> None:
        """Two records become one (capability `merges`)."""
        raise NotImplementedError

    def convert(self, record: Ref) -> Ref:
        """A lead becomes a contact or deal: where the person is then (capability `conversions`)."""
        raise NotImplementedError

    # What the platform does to us.

    @property
    @abstractmethod
    def errors(self) -> Sequence[CrmError]:
        """Every refusal that the platform documents."""

    @abstractmethod
    def leave_calls(self, left: int) -> None:
        """Others use up the account's budget: only so many calls remain until it renews."""

    @abstractmethod
    def renew_calls(self) -> None:
        """The budget renews: time passes until it does."""

    @abstractmethod
    def hide_field(self) -> str:
        """The field that holds the score vanishes from the account; its name."""

    def lock(self, record: Ref) -> None:
        """The next write finds the record locked (ability `lock`)."""
        raise NotImplementedError

    def half_batch(self) -> None:
        """The next write dies after half of its rows were saved (ability `half_batch`)."""
        raise NotImplementedError

    def forbid_duplicates(self) -> None:
        """From now on the platform refuses a second record with a known address (ability `duplicate_rule`)."""
        raise NotImplementedError
