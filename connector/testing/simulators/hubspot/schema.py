"""The properties that the simulated account begins with, and what values they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from connector.testing.simulators.hubspot import wording

LONGEST: Final = 65_536
STAGES: Final = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist",
    "other",
)  # fmt: skip
LEAD_STATUSES: Final = (
    "NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED", "BAD_TIMING",
)  # fmt: skip
DEAL_STAGES: Final = ("appointmentscheduled", "qualifiedtobuy", "contractsent", "closedwon", "closedlost")
PIPELINE_STAGES: Final = (
    "new-stage-id", "attempting-stage-id", "connected-stage-id", "qualified-stage-id", "unqualified-stage-id",
)  # fmt: skip
OBJECT_TYPES: Final = {"contacts": "0-1", "deals": "0-3", "leads": "0-136", "tasks": "0-27", "notes": "0-46"}
STAMPS: Final = {"contacts": "lastmodifieddate"}
CREATED: Final = {"contacts": "createdate", "deals": "createdate"}


@dataclass(frozen=True, slots=True)
class PropertyDef:
    """One property as the account defines it."""

    name: str
    type: str = "string"
    field_type: str = "text"
    label: str = ""
    options: tuple[str, ...] = ()
    unique: bool = False
    read_only: bool = False
    group: str = "contactinformation"
    labels: tuple[str, ...] = ()
    own: bool = field(default=False)

    def check(self, value: str) -> None:
        """Raises RowError for a value that it does not take; blank clears."""
        if self.read_only:
            raise wording.invalid(self.name, "READ_ONLY_VALUE", value)
        if value == "":
            return
        if len(value) > LONGEST:
            raise wording.invalid(self.name, "VALUE_TOO_LONG", value[:20])
        code = _refusal(self, value)
        if code is not None:
            raise wording.invalid(self.name, code, value)

    def described(self) -> dict[str, Any]:
        """As the properties API shows it."""
        labels = self.labels or self.options
        return {
            "name": self.name, "label": self.label or self.name, "type": self.type, "fieldType": self.field_type,
            "description": "", "groupName": self.group, "displayOrder": -1, "calculated": False, "hidden": False,
            "externalOptions": False, "hasUniqueValue": self.unique, "formField": True,
            "hubspotDefined": not self.own,
            "options": [
                {"label": label, "value": value, "displayOrder": place, "hidden": False, "description": ""}
                for place, (value, label) in enumerate(zip(self.options, labels, strict=True))
            ],
            "modificationMetadata": {"archivable": self.own, "readOnlyDefinition": not self.own,
                                     "readOnlyValue": self.read_only},
        }  # fmt: skip


def _refusal(told: PropertyDef, value: str) -> str | None:
    """The code for a value that is not of the property's type; None when it is."""
    if told.name == "email":
        return None if "@" in value else "INVALID_EMAIL"
    if told.type == "number":
        return None if _is_number(value) else "INVALID_INTEGER"
    if told.type == "bool":
        return None if value in ("true", "false") else "INVALID_BOOLEAN"
    if told.type == "enumeration":
        return None if set(value.strip(";").split(";")) <= set(told.options) else "INVALID_OPTION"
    if told.type == "date":
        return None if _is_midnight(value) else "INVALID_DATE"
    if told.type == "datetime":
        return None if _moment(value) else "INVALID_LONG"
    return None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _moment(value: str) -> datetime | None:
    try:
        if value.isdigit():
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _is_midnight(value: str) -> bool:
    at = _moment(value)
    return at is not None and (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)


def _texts(*names: str) -> list[PropertyDef]:
    return [PropertyDef(name) for name in names]


def _fixed(*names: str, kind: str = "datetime") -> list[PropertyDef]:
    return [PropertyDef(name, kind, kind, read_only=True) for name in names]


def _choice(name: str, options: Sequence[str]) -> PropertyDef:
    return PropertyDef(name, "enumeration", "select", options=tuple(options))


def defaults() -> dict[str, list[PropertyDef]]:
    """What every account has, by object."""
    of_all = [
        *_fixed("hs_object_id", kind="number"), *_fixed("hs_updated_by_user_id", kind="number"),
        *_texts("hubspot_owner_id"),
    ]  # fmt: skip
    contacts = [
        *_texts("email", "firstname", "lastname", "phone", "mobilephone", "company", "jobtitle", "city", "state"),
        *_texts("country", "website", "industry", "numemployees", "hs_language", "hs_analytics_source"),
        *_fixed("createdate", "lastmodifieddate", "recent_conversion_date", "hs_analytics_last_timestamp"),
        *_fixed("hs_additional_emails", "hs_merged_object_ids", kind="string"),
        *_fixed("hs_analytics_num_page_views", "num_conversion_events", kind="number"),
        *_fixed("hs_email_optout", kind="bool"),
        _choice("lifecyclestage", STAGES), _choice("hs_lead_status", LEAD_STATUSES),
        PropertyDef("birthday", "date", "date"),
    ]  # fmt: skip
    deals = [
        *_texts("dealname", "pipeline", "closed_lost_reason", "closed_won_reason"), _choice("dealstage", DEAL_STAGES),
        PropertyDef("amount", "number", "number"), PropertyDef("closedate", "datetime", "date"),
        *_fixed("createdate", "hs_lastmodifieddate"), *_fixed("hs_is_closed", "hs_is_closed_won", kind="bool"),
    ]  # fmt: skip
    leads = [
        *_texts("hs_lead_name", "hs_pipeline"), _choice("hs_pipeline_stage", PIPELINE_STAGES),
        _choice("hs_lead_disqualification_reason", ("NOT_A_GOOD_FIT", "NO_BUDGET", "UNRESPONSIVE", "OTHER")),
        *_fixed("hs_createdate", "hs_lastmodifieddate"),
    ]  # fmt: skip
    tasks = [
        *_texts("hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_type", "hs_task_priority"),
        PropertyDef("hs_timestamp", "datetime", "date"), *_fixed("hs_createdate", "hs_lastmodifieddate"),
    ]  # fmt: skip
    notes = [
        *_texts("hs_note_body"), PropertyDef("hs_timestamp", "datetime", "date"),
        *_fixed("hs_createdate", "hs_lastmodifieddate"),
    ]  # fmt: skip
    own = {"contacts": contacts, "deals": deals, "leads": leads, "tasks": tasks, "notes": notes}
    return {name: [*of_all, *defs] for name, defs in own.items()}
