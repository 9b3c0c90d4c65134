"""The compiled mapping of a marketing connection: contacts and acts in, feedback out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connector import documents
from connector.documents import Places
from connector.errors import Problem
from connector.mapping.acts import ActLine
from connector.mapping.contact import ContactMapping, Mapped
from connector.mapping.feedback import Feedback
from connector.mapping.marketing_file import MarketingFile
from connector.mapping.mistakes import Mistakes
from connector.mapping.oddities import warn_of_activities, warn_of_tables
from connector.mapping.records import Said
from connector.mapping.transforms import Setting
from connector.mapping.values import Note
from connector.mapping.versions import version_of
from connector.model import Activity


class MarketingMapping:
    """How one platform's contacts and acts become ours, and what it is told. Pure; made once, used for every record.

    `wanted_fields` names the answers of forms that the scoring model asks for; None keeps all.
    """

    def __init__(
        self, file: MarketingFile, places: Places, zone: ZoneInfo, wanted_fields: Collection[str] | None = None
    ) -> None:
        mistakes = Mistakes(places)
        setting = Setting(zone, country=lambda attributes: attributes.get("country"))
        ours = Setting(zone, country=lambda facts: facts.get("contact", {}).get("country"))
        self.file = file
        self.places = places
        self.platform = file.platform
        self.key = file.key
        self.version = version_of(file)
        self._contact = ContactMapping(file.contact, setting, mistakes)
        lines = [
            (line, ActLine(line, index, setting, wanted_fields, mistakes)) for index, line in enumerate(file.activities)
        ]
        self._of_activities = [compiled for line, compiled in lines if not line.of_contacts]
        self._of_contacts = [compiled for line, compiled in lines if line.of_contacts]
        self.feedback = Feedback(file.feedback, ours, mistakes)
        mistakes.refuse_any()
        warn_of_activities(file, mistakes)
        warn_of_tables("contact", file.contact, mistakes)
        self.warnings: tuple[Problem, ...] = tuple(mistakes.warnings)

    @property
    def source_fields(self) -> tuple[str, ...]:
        """Fields of a raw contact that the mapping reads, as dotted names; the id column first where there is one."""
        names = [self.key] if self.key else []
        names += [*self._contact.reads, *(name for line in self._of_contacts for name in line.reads)]
        return tuple(dict.fromkeys(names))

    @property
    def activity_fields(self) -> tuple[str, ...]:
        """Fields of a raw act that the mapping reads."""
        return tuple(dict.fromkeys(name for line in self._of_activities for name in line.reads))

    @property
    def kept_fields(self) -> tuple[str, ...]:
        """Fields of raw contacts and acts that anything is kept of; of a form's answers only those that are."""
        lines = self._of_activities
        return (*self.source_fields, *(name for line in lines for name in (*line.names, *line.answers)))

    @property
    def attributes(self) -> frozenset[str]:
        """Attributes of ours that the mapping fills."""
        return self._contact.targets

    @property
    def tells_of_acts(self) -> bool:
        """Do contacts' own records tell of acts?"""
        return bool(self._of_contacts)

    @property
    def holds_on(self) -> bool:
        """Does any line keep a value that the platform no longer gives? Then `merged` must be asked."""
        return self._contact.holds_on

    def contact(self, raw: Mapping[str, Any]) -> Mapped:
        """A raw contact in our words. Raises RecordError, naming the field, for what the mapping rejects."""
        return self._contact.apply(raw)

    def merged(self, before: Mapping[str, Any], now: Mapped) -> dict[str, Any]:
        """The attributes to store, given those stored before: see `when_blank`."""
        return self._contact.merged(before, now)

    def activity(
        self,
        raw: Mapping[str, Any],
        contact_id: str,
        read_at: datetime,
        said: Said | None = None,
        notes: list[Note] | None = None,
    ) -> list[Activity]:
        """The act that a raw record is, by the first line that fits; empty when none does.

        `said` is what the adapter's declaration finds (see RecordReader.said). An act without any time takes
        `read_at`. Raises RecordError, naming the field, for a time or number that is none.
        """
        for line in self._of_activities:
            if line.fits(raw):
                act = line.act(raw, contact_id, said or Said(), read_at, [] if notes is None else notes)
                return [] if act is None else [act]
        return []

    def acts_of_contact(
        self, raw: Mapping[str, Any], contact_id: str, read_at: datetime, notes: list[Note] | None = None
    ) -> list[Activity]:
        """The acts that a contact's own record tells of: of every line that fits. A re-read gives the same keys."""
        found = [] if notes is None else notes
        fitting = [line for line in self._of_contacts if line.fits(raw)]
        return [act for line in fitting for act in line.acts_of_contact(raw, contact_id, read_at, found)]


def load_marketing(
    path: Path, *, time_zone: str = "UTC", extra_fields: Collection[str] | None = None
) -> MarketingMapping:
    """The mapping in a file. Raises ConfigError with every mistake and its line."""
    file, places = documents.read(path, MarketingFile)
    return MarketingMapping(file, places, ZoneInfo(time_zone), extra_fields)
