"""The fields of deals as mappings name them, and where each stands.

A custom field is named as people see it ("Leadloop Score"); what the API calls it is looked up. `contact_name`,
`email`, `phone` and `job_title` are those of the deal's first contact. Standard fields have version 2's names,
whichever version answers. Worked out are `stage`, `pipeline` and `lost_reason` by name, `stage_order` from 1 within its
pipeline, and `is_ours`, whether the deal carries our key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from connector.model import Field

DEAL: Final = "deal"
CONTACT: Final = "contact"
OF_CONTACT: Final[Mapping[str, str]] = {
    "contact_name": "name", "email": "email", "phone": "phone", "job_title": "job_title",
}  # fmt: skip
"""Fields of a deal that are its contact's, and what they are called there."""
SHORTEST: Final = 2
"""Characters that a text has at least: RD Station CRM refuses shorter ones."""
YES: Final = frozenset({"yes", "sim", "sí", "si"})
NO: Final = frozenset({"no", "não", "nao"})


class Column(Struct, frozen=True):
    """A field. `name` is what mappings call it, `code` what the API does, `options` the choices.

    `type` is the platform's own (`text`, `option` …), or ours for standard fields; `yesno` is a choice between exactly
    Yes and No, in Portuguese or English, which mappings see as true and false.
    """

    name: str
    code: str
    type: str
    options: tuple[str, ...] = ()
    custom: bool = False
    writable: bool = True
    required: bool = False

    def described(self) -> Field:
        """The field as the engine knows fields."""
        return Field(
            object=DEAL,
            name=self.name,
            label=self.name,
            type=_OURS.get(self.type, self.type),
            options={one: one for one in self.options},
            writable=self.writable,
            required=self.required,
            custom=self.custom,
        )


_OURS: Final[Mapping[str, str]] = {
    "option": "picklist", "multiple_choice": "multi", "yesno": "boolean", "flag": "boolean", "count": "integer",
    "money": "number", "moment": "datetime", "choice": "picklist", "reference": "reference",
}  # fmt: skip

_WRITABLE: Final = "name:text! contact_name:text email:text phone:text job_title:text rating:count"
_READ: Final = (
    "id:text is_ours:flag status:choice stage:choice stage_id:reference stage_order:count pipeline:choice"
    " pipeline_id:reference owner_id:reference lost_reason:choice lost_reason_id:reference lost_note:text"
    " total_price:money closed_at:moment created_at:moment updated_at:moment"
)


def standard() -> dict[str, Column]:
    """The fields that every account has, by name."""
    columns = [_column(word, writable=True) for word in _WRITABLE.split()]
    columns += [_column(word, writable=False) for word in _READ.split()]
    return {one.name: one for one in columns}


def type_of(told: str, options: tuple[str, ...]) -> str:
    """The type of a custom field; a choice between exactly Yes and No is a type of its own."""
    words = {folded(one) for one in options}
    is_yesno = told == "option" and len(words) == 2 and bool(words & YES) and bool(words & NO)
    return "yesno" if is_yesno else told


def folded(name: str) -> str:
    """A name as it is compared: people write it in any case."""
    return " ".join(name.split()).casefold()


def _column(word: str, *, writable: bool) -> Column:
    name, _, kind = word.partition(":")
    return Column(name, name, kind.rstrip("!"), writable=writable, required=kind.endswith("!"))
