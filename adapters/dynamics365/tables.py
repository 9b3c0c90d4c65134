"""The tables that the adapter knows: what each is called in addresses, and the columns that tell who stands there."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from connector.model import Json

Ref = tuple[str, str]
"""A record: its table's logical name and its id."""

LEAD: Final = "lead"
CONTACT: Final = "contact"
OPPORTUNITY: Final = "opportunity"
EMAILS: Final = ("emailaddress1", "emailaddress2", "emailaddress3")
OPEN, QUALIFIED, DISQUALIFIED = 0, 1, 2
"""`statecode` of a lead: fixed by the platform, whatever its status reasons are called."""


class Table(Struct, frozen=True):
    """A table. `standing` are the columns that tell whether its person is still here, or where it went."""

    name: str
    entity_set: str
    standing: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The column of the primary key."""
        return f"{self.name}id"


TABLES: Final = {
    LEAD: Table(LEAD, "leads", ("statecode", "merged", "_masterid_value", "_parentcontactid_value"), EMAILS),
    CONTACT: Table(CONTACT, "contacts", ("statecode", "merged", "_masterid_value"), EMAILS),
    OPPORTUNITY: Table(OPPORTUNITY, "opportunities", ("statecode",)),
}
PEOPLE: Final = (LEAD, CONTACT)
"""Tables of people, in the order in which they are written."""


def is_qualified(name: str, row: Json) -> bool:
    """Is this a lead that was qualified? Its person goes on as a contact."""
    return name == LEAD and row.get("statecode") == QUALIFIED


def is_closed(name: str, row: Json) -> bool:
    """Is this a lead that sales has done with, qualified or not?"""
    return name == LEAD and row.get("statecode") in (QUALIFIED, DISQUALIFIED)
