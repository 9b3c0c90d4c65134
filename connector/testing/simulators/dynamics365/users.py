"""Who is who in the simulated environment, and how ids are made."""

from __future__ import annotations

from typing import Final

_TABLES: Final = (
    "systemuser", "team", "lead", "contact", "opportunity", "account", "task", "annotation", "audit",
)  # fmt: skip


def make_id(table: str, number: int) -> str:
    """A GUID that tells its table and number."""
    return f"{number:08x}-0000-4000-8000-{_TABLES.index(table) + 1:012x}"


APP_USER: Final = make_id("systemuser", 1)
SALES_USERS: Final = tuple(make_id("systemuser", number) for number in range(2, 8))
TEAM: Final = make_id("team", 1)
"""New leads belong to this team until somebody takes them."""
ORGANIZATION: Final = "0a0a0a0a-0000-4000-8000-0000000000ff"
