"""A line of a file of decisions as a CRM record; the mapping tells which decision it is."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.csv.files import Mark
from adapters.csv.table import Row
from adapters.csv.times import moment
from connector.model import CrmRecord

LEAD = "Lead"


@dataclass(frozen=True, slots=True)
class DecisionColumns:
    """Which columns say who the lead is and when sales decided. `at` may be '': then the file's own time stands in.

    `key` names the lead: by `leadloop_id` (the column `lead`), or by any id that leadloop knows from marketing.
    `fields` are the columns that the mapping reads; without any, all are kept.
    """

    key: str
    lead: str
    email: str
    at: str
    fields: tuple[str, ...]
    time_zone: str

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that matter: when they change, the files are read again."""
        return (self.lead, self.email, *filter(None, [self.at]), *self.fields)

    def record(self, row: Row, mark: Mark) -> CrmRecord:
        """Raises RecordError when the time of the decision cannot be read."""
        values = row.values
        at = moment(values.get(self.at, ""), self.at, self.time_zone)
        return CrmRecord(
            object=LEAD,
            id=values[self.key].strip(),
            fields={name: values[name] for name in self.fields if name in values} if self.fields else values,
            changed_at=at or mark.changed_at,
            email=values.get(self.email, "").strip() or None,
            key=values.get(self.lead, "").strip() or None,
            precision="exact" if at else "poll",
        )
