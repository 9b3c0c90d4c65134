"""The objects of the simulated org and their fields, as describe tells them and writes are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LEAD_STATUSES: Final = (
    "Open - Not Contacted", "Working", "Contacted", "Nurturing", "Recycled", "Unqualified", "Closed - Not Converted",
    "Closed - Converted",
)  # fmt: skip
CONVERTED_STATUS: Final = "Closed - Converted"
STAGES: Final[Mapping[str, tuple[bool, bool]]] = {
    "Prospecting": (False, False),
    "Proposal": (False, False),
    "Closed Won": (True, True),
    "Closed Lost": (True, False),
}
"""Opportunity stages: is it closed, is it won?"""
REJECTION_REASONS: Final = (
    "No budget", "Bad timing", "Could not reach", "Invalid data", "Not a fit", "No authority", "Competitor",
    "Existing customer", "Duplicate", "Not a buyer", "Other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldDef:
    """A field. `options` of a picklist are enforced when it is `restricted`; `system` fields are written by nobody."""

    name: str
    type: str = "string"
    length: int = 0
    options: tuple[str, ...] = ()
    restricted: bool = False
    required: bool = False
    unique: bool = False
    external_id: bool = False
    system: bool = False

    @property
    def is_custom(self) -> bool:
        return self.name.endswith("__c")

    def described(self) -> dict[str, Any]:
        """The field as describe tells it, with the keys that matter and the names the platform gives them."""
        return {
            "name": self.name, "label": self.name.removesuffix("__c").replace("_", " "), "type": self.type,
            "length": self.length, "custom": self.is_custom, "createable": not self.system,
            "updateable": not self.system, "nillable": not self.required, "unique": self.unique,
            "externalId": self.external_id, "caseSensitive": self.external_id, "defaultedOnCreate": self.system,
            "idLookup": self.external_id or self.name == "Id", "calculated": False, "filterable": True,
            "restrictedPicklist": self.restricted, "referenceTo": [], "relationshipName": None,
            "picklistValues": [
                {"active": True, "defaultValue": False, "label": one, "validFor": None, "value": one}
                for one in self.options
            ],
        }  # fmt: skip


def _text(name: str, length: int, **more: Any) -> FieldDef:
    return FieldDef(name, length=length, **more)


def _system(name: str, kind: str = "reference") -> FieldDef:
    return FieldDef(name, kind, length=18 if kind == "reference" else 0, system=True)


_COMMON = (
    _system("Id", "id"), _system("IsDeleted", "boolean"), _system("CreatedDate", "datetime"), _system("CreatedById"),
    _system("LastModifiedDate", "datetime"), _system("LastModifiedById"), _system("SystemModstamp", "datetime"),
)  # fmt: skip
_OURS = (
    _text("LeadLoop_Id__c", 64, unique=True, external_id=True),
    FieldDef("LeadScore__c", "double"),
    FieldDef("LeadGrade__c", "picklist", options=("A", "B", "C", "D"), restricted=True),
    FieldDef("MQL__c", "boolean"),
    _text("MQL_Reason__c", 255),
)
_PERSON = (
    _system("MasterRecordId"), _text("FirstName", 40), _text("LastName", 80, required=True), _text("Title", 128),
    FieldDef("Email", "email", 80), FieldDef("Phone", "phone", 40), FieldDef("OwnerId", "reference", 18),
    FieldDef("LeadSource", "picklist", options=("Web", "Event", "Referral", "Other")),
    FieldDef("Description", "textarea", 32_000), FieldDef("HasOptedOutOfEmail", "boolean"),
)  # fmt: skip

SCHEMA: Final[Mapping[str, tuple[FieldDef, ...]]] = {
    "Lead": (
        *_COMMON, *_PERSON, *_OURS, _text("Company", 255, required=True),
        FieldDef("Status", "picklist", options=LEAD_STATUSES, restricted=True),
        FieldDef("Rejection_Reason__c", "picklist", options=REJECTION_REASONS),
        FieldDef("Industry", "picklist", options=("Healthcare", "Retail", "Technology", "Education", "Other")),
        FieldDef("NumberOfEmployees", "int"), FieldDef("Website", "url", 255), _text("City", 40), _text("State", 80),
        _text("Country", 80), _system("IsConverted", "boolean"), _system("ConvertedDate", "date"),
        _system("ConvertedAccountId"), _system("ConvertedContactId"), _system("ConvertedOpportunityId"),
    ),
    "Contact": (
        *_COMMON, *_PERSON, *_OURS, FieldDef("AccountId", "reference", 18), _text("MailingCity", 40),
        _text("MailingState", 80), _text("MailingCountry", 80),
    ),
    "Account": (*_COMMON, _text("Name", 255, required=True), FieldDef("OwnerId", "reference", 18)),
    "Opportunity": (
        *_COMMON, _text("Name", 120, required=True), FieldDef("AccountId", "reference", 18),
        FieldDef("StageName", "picklist", options=tuple(STAGES), required=True),
        FieldDef("CloseDate", "date", required=True), FieldDef("Amount", "currency"),
        _system("IsClosed", "boolean"), _system("IsWon", "boolean"), FieldDef("OwnerId", "reference", 18),
        FieldDef("Loss_Reason__c", "picklist", options=REJECTION_REASONS),
    ),
    "OpportunityContactRole": (
        *_COMMON, FieldDef("OpportunityId", "reference", 18), FieldDef("ContactId", "reference", 18),
        FieldDef("IsPrimary", "boolean"),
    ),
    "Task": (
        *_COMMON, FieldDef("WhoId", "reference", 18), _text("Subject", 255), FieldDef("ActivityDate", "date"),
        FieldDef("Status", "picklist", options=("Not Started", "In Progress", "Completed")),
        FieldDef("Priority", "picklist", options=("High", "Normal", "Low")), FieldDef("OwnerId", "reference", 18),
        FieldDef("Description", "textarea", 32_000),
    ),
    "LeadHistory": (
        *_COMMON, _system("LeadId"), _system("Field", "picklist"), _system("OldValue", "anyType"),
        _system("NewValue", "anyType"),
    ),
    "OpportunityFieldHistory": (
        *_COMMON, _system("OpportunityId"), _system("Field", "picklist"), _system("OldValue", "anyType"),
        _system("NewValue", "anyType"),
    ),
    "LeadStatus": (
        *_COMMON, _system("ApiName", "string"), _system("MasterLabel", "string"), _system("IsConverted", "boolean"),
        _system("IsDefault", "boolean"), _system("SortOrder", "int"),
    ),
    "OpportunityStage": (
        *_COMMON, _system("ApiName", "string"), _system("MasterLabel", "string"), _system("IsClosed", "boolean"),
        _system("IsWon", "boolean"), _system("SortOrder", "int"),
    ),
}  # fmt: skip
HISTORIES: Final = {"Lead": ("LeadHistory", "LeadId"), "Opportunity": ("OpportunityFieldHistory", "OpportunityId")}
TRACKED: Final = {
    "Lead": frozenset({"Status", "OwnerId", "Rejection_Reason__c"}),
    "Opportunity": frozenset({"StageName", "Amount", "Loss_Reason__c"}),
}
"""Fields whose changes are remembered, as an admin would have chosen them."""
INDEXED: Final = frozenset(
    {"Id", "Email", "ConvertedOpportunityId", "OpportunityId", "ContactId", "LeadId", "WhoId", "LeadLoop_Id__c"}
)
