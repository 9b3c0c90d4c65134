"""Who works in the simulated installation."""

from __future__ import annotations

from typing import Final

INTEGRATION_USER: Final = "65f0a0000000000a1"
"""The API user whose key the connection holds."""
OTHER_API_USER: Final = "65f0a0000000000a2"
ADMIN_USER: Final = "65f0a0000000000ad"
SALES_USERS: Final = ("65f0a0000000000b1", "65f0a0000000000b2")
SYSTEM_USER: Final = "system"
TYPES: Final = {
    INTEGRATION_USER: "api", OTHER_API_USER: "api", ADMIN_USER: "admin", SYSTEM_USER: "system",
    **dict.fromkeys(SALES_USERS, "regular"),
}  # fmt: skip
