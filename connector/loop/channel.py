"""One side of one connection to write to, as the sender sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from connector.adapter import Spec
from connector.model import LeadWrite, Outcome, ReadBack


class Channel(Struct, frozen=True):
    """How to send, how to read back, how much at once, and what time it is over there."""

    name: str
    side: Literal["marketing", "crm"]
    spec: Spec
    write: Callable[[Sequence[LeadWrite]], Sequence[Outcome]]
    read_back: Callable[[Sequence[LeadWrite]], Sequence[ReadBack]]
    clock: Callable[[], datetime]
    workers: int

    @property
    def batch(self) -> int:
        """Writes per call."""
        return self.spec.capabilities.batch
