"""When a lead is ready for sales, and what happens to those that sales gives back."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from connector.documents import FileModel, Wrong, suggest
from connector.model import REASONS
from connector.scoring.language.numbers import Days, Letter, Points, Share
from connector.scoring.language.rules import When


def _known_reason(reason: str) -> str:
    if reason not in REASONS:
        raise Wrong(f"'{reason}' is no reason", suggest(reason, REASONS))
    return reason


Reason = Annotated[str, AfterValidator(_known_reason), WithJsonSchema({"type": "string", "enum": list(REASONS)})]


class HandRaise(FileModel):
    """An activity by which a lead asks for sales. `stage: sql` makes it sales-qualified at once, as in the guide."""

    when: When
    within_days: Days = 7
    needs: tuple[str, ...] = ()
    stage: Literal["mql", "sql"] = "sql"


class Track(FileModel):
    """One way to qualify. A grade without threshold never qualifies by points.

    `when` says who is on the track, `groups` which groups count for it (all unless said). `leave_at` is the share of
    the threshold down to which a qualified lead stays one; `stay_days` the shortest time before it may leave.
    """

    thresholds: dict[Letter, Points] = Field(default_factory=dict)
    require: tuple[str, ...] = ()
    hand_raise: HandRaise | None = None
    leave_at: Share = Decimal(1)
    stay_days: Days = 1
    when: When | None = None
    groups: tuple[str, ...] | None = None


class Qualification(FileModel):
    """The tracks: marketing-qualified, product-qualified, service-qualified."""

    mql: Track | None = None
    pql: Track | None = None
    service: Track | None = None

    @model_validator(mode="before")
    @classmethod
    def has_no_empty_track(cls, data: Any) -> Any:
        """`pql:` with nothing below it is a line left unfinished."""
        empty = [name for name, track in data.items() if track is None] if isinstance(data, dict) else []
        if empty:
            raise Wrong(f"the track '{empty[0]}' is empty", "give it thresholds or a hand_raise, or delete the line")
        return data


class RecycleSpec(FileModel):
    """What a rejection for one reason does: how long to wait, what must be there again, what older acts are worth."""

    wait_days: Days = 0
    score: Literal["keep", "halve", "reset"] = "keep"
    require: tuple[str, ...] = ()
