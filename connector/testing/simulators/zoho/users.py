"""Who works in the simulated account."""

from __future__ import annotations

from typing import Final

INTEGRATION_USER: Final = "724445000000323001"
"""The user whose token the connection holds."""
SALES_USERS: Final = ("724445000000323201", "724445000000323202")


def user(id_: str) -> dict[str, str]:
    """A user as records name one."""
    number = id_[-3:]
    return {"name": f"User {number}", "id": id_, "email": f"user{number}@acme.example"}
