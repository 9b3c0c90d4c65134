"""Who is who in the simulated org, and how ids are made."""

from __future__ import annotations

from typing import Final

PREFIXES: Final = {
    "Lead": "00Q", "Contact": "003", "Account": "001", "Opportunity": "006", "Task": "00T",
    "OpportunityContactRole": "00K", "LeadHistory": "017", "OpportunityFieldHistory": "019", "LeadStatus": "01J",
    "OpportunityStage": "01J", "User": "005", "Group": "00G",
}  # fmt: skip

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def make_id(object_name: str, number: int) -> str:
    """An 18-character id that sorts by number; its last three characters are the checksum of the others' cases."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return long_id(f"{PREFIXES[object_name]}5g{digits:0>10}")


def long_id(short: str) -> str:
    """The 18 characters of an id given in 15 or 18."""
    if len(short) != 15:
        return short
    parts = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(_LETTERS[sum(1 << at for at, one in enumerate(part) if one.isupper())] for part in parts)


INTEGRATION_USER: Final = make_id("User", 1)
SALES_USERS: Final = tuple(make_id("User", number) for number in range(2, 8))
QUEUE: Final = make_id("Group", 1)
"""New leads wait in this queue until somebody takes them."""
