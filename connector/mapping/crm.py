"""The compiled mapping of a CRM connection: what a record should say, and what a record tells of sales' decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connector import documents
from connector.adapter.base import FieldPlan
from connector.adapter.crm import anybody
from connector.documents import Places
from connector.errors import Problem, RecordError
from connector.mapping.crm_file import CrmFile
from connector.mapping.decisions import Decisions, IsPerson, Rule
from connector.mapping.effects import CrmEffect, Effects
from connector.mapping.facts import Facts
from connector.mapping.fields import Current, changes, compile_fields, desired
from connector.mapping.mistakes import Mistakes
from connector.mapping.oddities import warn_of_decisions, warn_of_tables
from connector.mapping.planned import planned_fields
from connector.mapping.reasons import Reasons
from connector.mapping.transforms import Setting
from connector.mapping.values import Note
from connector.mapping.versions import version_of
from connector.model import CrmRecord, Decision


class CrmMapping:
    """How our facts become a CRM's records, and its records our decisions. Pure; made once, used for every lead."""

    def __init__(
        self,
        file: CrmFile,
        places: Places,
        zone: ZoneInfo,
        reasons: Reasons | None = None,
        object: str | None = None,  # noqa: A002 - the field's word
    ) -> None:
        mistakes = Mistakes(places)
        whole = file
        if object is not None:
            with mistakes.at("object"):
                file = file.starting_at(object)
        setting = Setting(zone, country=lambda facts: facts.get("contact", {}).get("country"))
        self.file = file
        self.places = places
        self.platform = file.platform
        self.object = file.object
        self.also = file.also
        self.key = file.key
        self.match = file.match
        self.version = version_of(file)
        self.rules = compile_fields(whole, setting, mistakes)
        self._effects = Effects(file, mistakes)
        self._decisions = Decisions(whole, zone, reasons, mistakes)
        _check_key(file, mistakes)
        mistakes.refuse_any()
        warn_of_decisions(whole, mistakes)
        warn_of_tables("fields", whole.fields, mistakes)
        self.warnings: tuple[Problem, ...] = tuple(mistakes.warnings)

    @property
    def objects(self) -> tuple[str, ...]:
        """Objects that are written, the main one first."""
        return (self.object, *self.also)

    @property
    def decision_rules(self) -> tuple[Rule, ...]:
        """The compiled lines of `decisions:`, each with its object and the fields that it reads."""
        return self._decisions.rules

    @property
    def asks_people(self) -> bool:
        """Must one know which changes were made by people?"""
        return any(rule.changed for rule in self.decision_rules)

    @property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """Fields that the adapter reads, by object: the key, for `wins`, for decisions, and `ours` after all others."""
        ours = self.ours
        return {name: tuple(dict.fromkeys((*fields, *ours.get(name, ())))) for name, fields in self._needed.items()}

    @cached_property
    def ours(self) -> Mapping[str, tuple[str, ...]]:
        """Fields in which a value that is not ours is wrong, by object; none of one that is read for nothing else.

        A field that `decisions` ask is not among them: by it sales speaks.
        """
        found: dict[str, tuple[str, ...]] = {}
        for name in self.objects:
            needed = self._needed[name]
            ours = tuple(rule.line.to for rule in self.rules if rule.is_ours and rule.serves(name))
            if needed and (free := tuple(one for one in ours if one not in needed)):
                found[name] = free
        return found

    @property
    def _needed(self) -> dict[str, list[str]]:
        """What must be read, by object, or nothing can be told from a record."""
        names: dict[str, list[str]] = {
            name: [*filter(None, [self.key]), *self.needs_current(name)] for name in self.objects
        }
        for rule in self.decision_rules:
            names.setdefault(rule.object, []).extend(rule.reads)
        return names

    def fields_for(self, object_name: str) -> tuple[str, ...]:
        """Fields that the mapping may write to records of this object, in the order of the file."""
        return tuple(dict.fromkeys(rule.line.to for rule in self.rules if rule.serves(object_name)))

    def needs_current(self, object_name: str) -> tuple[str, ...]:
        """Fields whose present value must be known before an existing record is written."""
        return tuple(rule.line.to for rule in self.rules if rule.serves(object_name) and rule.asks_current)

    def record(
        self,
        facts: Facts,
        *,
        object: str | None = None,  # noqa: A002 - the field's word
        current: Mapping[str, Any] | None = None,
        current_times: Mapping[str, datetime] | None = None,
        notes: list[Note] | None = None,
    ) -> dict[str, Any]:
        """The fields that should stand in the person's record, under the CRM's names; the key is the adapter's part.

        `current` None means that the record is to be made; otherwise it holds the CRM's values as read, at least
        `needs_current(object)`: where one is missing, what the CRM has is left alone.
        Values that could not be used are added to `notes`. Raises RecordError, naming the field, for `reject`.
        """
        known = None if current is None else Current(current, current_times or {})
        return desired(self.rules, facts, object or self.object, known, [] if notes is None else notes)

    def changes(self, confirmed: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """What of `wanted` is worth sending, given what the CRM confirmed last: see `push_when`."""
        return changes(self.rules, confirmed, wanted, self.file.push_when.points)

    def effects(self, facts: Facts, event: str | None = None, at: datetime | None = None) -> list[CrmEffect]:
        """The tag as it should be (no event), or the tasks and notes that an event (`mql`, a decision) sets off."""
        return self._effects.plan(facts, event, at)

    def field_plan(self) -> list[FieldPlan]:
        """The fields that the account should have for what we write and for the reasons that we read."""
        return planned_fields(self.file, self.rules, self.decision_rules)

    def decide(self, record: CrmRecord, before: CrmRecord | None = None) -> Decision | None:
        """The newest decision that the record tells and `before` (as last seen) did not."""
        return self._decisions.decide(record, before)

    def decisions_of(
        self,
        record: CrmRecord,
        before: CrmRecord | None = None,
        is_person: IsPerson = anybody,
        left_out: list[RecordError] | None = None,
    ) -> list[Decision]:
        """Every decision since `before`, oldest first. Raises RecordError for an amount or time that is none.

        One of a past state is missing instead, and its error is added to `left_out`. `is_person` tells people's changes
        from those of leadloop and of the CRM's automation.
        """
        return self._decisions.all(record, before, is_person, left_out)


def _check_key(file: CrmFile, mistakes: Mistakes) -> None:
    if "leadloop_id" in file.match and file.key is None:
        mistakes.add(("match",), "nothing holds leadloop_id", "name the field: key: LeadLoop_Id__c")
    if file.key is not None and file.key in file.protected:
        mistakes.add(("key",), f"'{file.key}' is protected, and we write it", "take it out of protected")


def load_crm(
    path: Path,
    *,
    time_zone: str = "UTC",
    reasons: Reasons | None = None,
    object: str | None = None,  # noqa: A002 - the field's word
) -> CrmMapping:
    """The mapping in a file, for the object that the connection names, if it does.

    Raises ConfigError with every mistake and its line.
    """
    file, places = documents.read(path, CrmFile)
    return CrmMapping(file, places, ZoneInfo(time_zone), reasons, object)
