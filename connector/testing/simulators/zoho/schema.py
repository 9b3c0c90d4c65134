"""The fields of the simulated account, and what each takes.

Choices take any text, as Zoho's do. Source: https://www.zoho.com/crm/developer/docs/api/v8/field-meta.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

from connector.testing.simulators.zoho.wording import Row, fault

MODULES: Final = ("Leads", "Contacts", "Deals", "Tasks", "Notes")
STATUSES: Final = (
    "Attempted to Contact", "Contact in Future", "Contacted", "Junk Lead", "Lost Lead", "Not Contacted",
    "Pre-Qualified", "Not Qualified",
)  # fmt: skip
STAGES: Final[Mapping[str, str]] = {
    "Qualification": "Open", "Needs Analysis": "Open", "Proposal/Price Quote": "Open", "Negotiation/Review": "Open",
    "Closed Won": "Closed Won", "Closed Lost": "Closed Lost", "Closed-Lost to Competition": "Closed Lost",
}  # fmt: skip
REASONS: Final = (
    "No budget", "Bad timing", "No contact", "Invalid data", "No fit", "No authority", "Competitor",
    "Existing customer", "Duplicate", "Not a buyer", "Other",
)  # fmt: skip
TYPES: Final = ("text", "textarea", "integer", "double", "boolean", "picklist", "datetime", "date")
LENGTHS: Final[Mapping[str, int]] = {"text": 255, "email": 100, "phone": 30, "textarea": 32_000, "picklist": 120}


@dataclass(slots=True)
class FieldDef:
    """A field. `options` are the values of a choice; `categories` what each stage of deals means."""

    name: str
    type: str = "text"
    length: int | None = None
    options: tuple[str, ...] = ()
    unique: bool = False
    custom: bool = True
    required: bool = False
    read_only: bool = False
    label: str = ""

    def described(self) -> Row:
        """The field as the list of fields tells it."""
        length, number = self.length or LENGTHS.get(self.type, 255), crc32(self.name.encode()) % 10_000
        return {
            "id": f"7244450000000{number:04}", "api_name": self.name, "data_type": self.type,
            "field_label": self.label or self.name.replace("_", " "), "length": length,
            "system_mandatory": self.required, "custom_field": self.custom, "read_only": self.read_only,
            "field_read_only": self.read_only, "unique": {"casesensitive": "false"} if self.unique else {},
            "operation_type": {"api_create": not self.read_only, "api_update": not self.read_only},
            "pick_list_values": [_choice(one) for one in self.options], "visible": True,
        }  # fmt: skip

    def fault(self, value: Any, place: str) -> Row | None:
        """Why the field does not take a value; None when it does."""
        if value is None:
            return None
        told = {"api_name": self.name, "json_path": place}
        expected = {"integer": int, "boolean": bool, "double": (int, float)}.get(self.type, (str, dict, list))
        is_flag = isinstance(value, bool) and self.type != "boolean"
        if not isinstance(value, expected) or is_flag:  # type: ignore[arg-type]
            return fault("INVALID_DATA", expected_data_type=self.type, **told)
        limit = self.length or LENGTHS.get(self.type)
        if isinstance(value, str) and limit and len(value) > limit:
            return fault("INVALID_DATA", maximum_length=limit, **told)
        return None


def _choice(value: str) -> Row:
    told: Row = {"actual_value": value, "display_value": value, "id": value, "sequence_number": 1, "type": "used"}
    return {**told, "forecast_type": STAGES[value]} if value in STAGES else told


def _fixed(*names: str, type_: str = "text") -> list[FieldDef]:
    return [FieldDef(name, type_, custom=False, read_only=True) for name in names]


def _own(*names: str, type_: str = "text", options: Sequence[str] = ()) -> list[FieldDef]:
    return [FieldDef(name, type_, custom=False, options=tuple(options)) for name in names]


def standard_fields(module: str) -> list[FieldDef]:
    """Fields that every account has."""
    common = [
        *_fixed("id"), *_fixed("Modified_Time", "Created_Time", type_="datetime"),
        *_fixed("Modified_By", "Created_By", type_="ownerlookup"), *_own("Owner", type_="ownerlookup"),
        *_own("Tag"),
    ]  # fmt: skip
    person = [
        FieldDef("Last_Name", length=80, custom=False, required=True), *_own("First_Name", "Lead_Source", "Title"),
        *_own("Email", type_="email"), *_own("Phone", type_="phone"), *_own("Email_Opt_Out", type_="boolean"),
    ]  # fmt: skip
    named = {
        "Leads": [
            *person, *_own("Company", "Designation"), *_own("Lead_Status", type_="picklist", options=STATUSES),
            *_fixed("Converted__s", type_="boolean"), *_fixed("Converted_Date_Time", type_="datetime"),
            *_fixed("Converted_Contact", "Converted_Deal", "Converted_Account", type_="lookup"),
        ],
        "Contacts": [*person, *_own("Account_Name", type_="lookup")],
        "Deals": [
            *_own("Deal_Name", "Pipeline"), *_own("Stage", type_="picklist", options=tuple(STAGES)),
            *_own("Amount", type_="currency"), *_own("Closing_Date", type_="date"),
            *_own("Contact_Name", "Account_Name", type_="lookup"),
            *_own("Reason_For_Loss__s", type_="picklist", options=REASONS),
        ],
        "Tasks": [
            *_own("Subject", "Status"), *_own("Description", type_="textarea"), *_own("Due_Date", type_="date"),
            *_own("What_Id", "Who_Id", type_="lookup"), *_own("$se_module"),
        ],
        "Notes": [*_own("Note_Title"), *_own("Note_Content", type_="textarea"), *_own("Parent_Id", type_="lookup")],
    }  # fmt: skip
    return [*common, *named[module]]


def our_fields() -> list[FieldDef]:
    """The fields of the starting mapping."""
    return [
        FieldDef("Leadloop_ID", unique=True), FieldDef("Leadloop_Score", "integer"), FieldDef("Leadloop_Grade"),
        FieldDef("Leadloop_MQL", "boolean"), FieldDef("Leadloop_Reasons", "textarea"),
        FieldDef("Rejection_Reason", "picklist", options=REASONS),
    ]  # fmt: skip
