"""Who works in the simulated database."""

from __future__ import annotations

from typing import Final

ODOO_BOT: Final = 1
INTEGRATION_USER: Final = 5
SALES_USERS: Final = (7, 8)
LEADER: Final = 9
