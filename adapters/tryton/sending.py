"""A batch on its way to Tryton: a call that one row spoils is cut in halves; what a refusal means for its row."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from adapters.tryton.names import OPPORTUNITY
from adapters.tryton.schema import Schema
from connector.adapter import NotDone, Sending
from connector.errors import LeadloopError
from connector.model import LeadWrite


class TrytonSending(Sending):
    """Names fields as the mapping does; Tryton names them by label."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.schema = schema

    def refuse(
        self, writes: Sequence[LeadWrite], status: NotDone, error: LeadloopError, *, wait_s: float | None = None,
        moved: bool = False,
    ) -> None:  # fmt: skip
        super().refuse(writes, status, error, wait_s=wait_s, moved=moved)
        for write in writes:
            outcome = self.outcomes[write.effect]
            if outcome.field is not None and outcome.field not in write.fields:
                name = self.schema.named(write.object or OPPORTUNITY, outcome.field)
                self.outcomes[write.effect] = replace(outcome, field=name or outcome.field)
