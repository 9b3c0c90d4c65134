"""A line of a file of decisions as a CRM record; the mapping tells which decision it is."""

from __future__ import annotations

from msgspec import Struct

from adapters.csv.files import Mark
from adapters.csv.table import Row
from connector.model import CrmRecord

LEAD = "Lead"


class DecisionColumns(Struct, frozen=True):
    """Which columns say who the lead is, and which ones the mapping reads (without any, all are kept).

    `key` names the lead: by `leadloop_id` (the column `lead`), or by any id that leadloop knows from marketing.
    """

    key: str
    lead: str
    email: str
    fields: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that matter: when they change, the files are read again."""
        return (self.lead, self.email, *self.fields)

    def record(self, row: Row, mark: Mark) -> CrmRecord:
        """The line as a record. A line without time takes the moment at which it was first read, as acts do."""
        values = row.values
        return CrmRecord(
            object=LEAD,
            id=values[self.key].strip(),
            fields={name: values[name] for name in self.fields if name in values} if self.fields else values,
            changed_at=mark.first_read_at,
            email=values.get(self.email, "").strip() or None,
            key=values.get(self.lead, "").strip() or None,
            precision="poll",
        )
