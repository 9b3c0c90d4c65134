"""Who works in the simulated company."""

from __future__ import annotations

from typing import Final

INTEGRATION_USER: Final = 100
"""The user whose token the connection holds."""
SALES_USERS: Final = (201, 202)
COMPANY: Final = {"company_id": 7_812_793, "company_name": "Acme", "company_domain": "acme"}
