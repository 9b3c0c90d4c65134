"""The fields of persons, leads and deals as mappings name them, and where each stands in Pipedrive's records.

A custom field is named as people see it ("Lead score"); the 40 hexadecimal digits by which the API calls it differ
from company to company and are looked up. Leads have no custom fields of their own: they inherit those of deals.
`name`, `email` and `phone` of a lead or deal are those of its person. Names of standard fields are the API's own, but
for what is worked out: `labels` and `stage` by name, `stage_order` from 1 within its pipeline, and `is_ours`, whether
the record carries our key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from connector.model import Field

PERSON: Final = "person"
LEAD: Final = "lead"
DEAL: Final = "deal"
OBJECTS: Final = (PERSON, LEAD, DEAL)

OF_PERSON: Final = ("name", "email", "phone")
"""Fields of a lead or deal that are its person's."""
CONTACT_SYNC: Final = ("job_title",)
"""Fields that are refused with 403 unless the company syncs contacts."""
TEXT_LENGTH: Final = 255
"""What a short text holds; a longer one would be cut without a word."""
LONG_LENGTH: Final = 65_000


class Column(Struct, frozen=True):
    """A field. `name` is what mappings call it, `code` what the API does, `options` a choice's labels by id.

    `type` is the platform's own (`varchar`, `enum` …); `yesno` a choice between exactly Yes and No, which mappings see
    as true and false.
    """

    name: str
    code: str
    type: str
    options: Mapping[int, str] = field(default_factory=dict)
    custom: bool = False
    writable: bool = True
    required: bool = False

    @property
    def max_length(self) -> int | None:
        """The longest text that it takes."""
        if self.type in ("varchar", "varchar_auto", "phone"):
            return TEXT_LENGTH
        return LONG_LENGTH if self.type == "text" else None

    def described(self, object_name: str) -> Field:
        """The field as the engine knows fields."""
        return Field(
            object=object_name,
            name=self.name,
            label=self.name,
            type=_OURS.get(self.type, self.type),
            options={label: label for label in self.options.values()},
            max_length=self.max_length,
            writable=self.writable,
            required=self.required,
            custom=self.custom,
        )


_OURS: Final[Mapping[str, str]] = {
    "varchar": "text", "varchar_auto": "text", "text": "text", "phone": "text", "double": "number",
    "monetary": "number", "int": "integer", "enum": "picklist", "set": "multi", "yesno": "boolean", "flag": "boolean",
    "date": "date", "time": "text", "moment": "datetime", "user": "reference", "org": "reference",
    "people": "reference", "names": "multi",
}  # fmt: skip

_PERSON: Final = "name:varchar! email:varchar phone:phone job_title:varchar owner_id:int org_id:int visible_to:int"
_COMMON_READ: Final = "id:int is_ours:flag labels:names label_ids:names add_time:moment update_time:moment"
_LEAD: Final = (
    "title:varchar! name:varchar email:varchar phone:phone owner_id:int expected_close_date:date channel_id:varchar"
)
_LEAD_READ: Final = (
    "creator_id:int person_id:int organization_id:int value:monetary currency:varchar is_archived:flag was_seen:flag"
    " next_activity_id:int source_name:varchar origin:varchar origin_id:varchar source_deal_id:int"
)
_DEAL: Final = (
    "title:varchar! name:varchar email:varchar phone:phone owner_id:int value:monetary currency:varchar pipeline_id:int"
    " stage_id:int expected_close_date:date channel_id:varchar"
)
_DEAL_READ: Final = (
    "creator_user_id:int person_id:int org_id:int status:varchar lost_reason:text stage:varchar stage_order:int"
    " pipeline:varchar probability:int is_archived:flag archive_time:moment stage_change_time:moment close_time:moment"
    " won_time:moment lost_time:moment origin:varchar source_lead_id:varchar"
)


def standard(object_name: str) -> dict[str, Column]:
    """The fields that every company has, by name."""
    writable, read = {PERSON: (_PERSON, ""), LEAD: (_LEAD, _LEAD_READ), DEAL: (_DEAL, _DEAL_READ)}[object_name]
    columns = [_column(word, writable=True) for word in writable.split()]
    columns += [_column(word, writable=False) for word in (f"{_COMMON_READ} {read}").split()]
    return {one.name: one for one in columns}


def _column(word: str, *, writable: bool) -> Column:
    name, _, kind = word.partition(":")
    return Column(name, name, kind.rstrip("!"), writable=writable, required=kind.endswith("!"))


def folded(name: str) -> str:
    """A name as it is compared: people write it in any case."""
    return " ".join(name.split()).casefold()
