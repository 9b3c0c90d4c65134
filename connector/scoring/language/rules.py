"""What leads do, where they come from, and what speaks against them: everything that adds or takes points."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from connector.conditions import SCHEMA
from connector.documents import FileModel, Wrong
from connector.scoring.language.numbers import AnyPoints, Count, DayLength, Days, LostPoints, Points, Share

_WHEN_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "minProperties": 1,
    "properties": {"fields": {"type": "object", "minProperties": 1, "additionalProperties": SCHEMA}},
    "additionalProperties": SCHEMA,
}
When = Annotated[dict[str, Any], Field(min_length=1), WithJsonSchema(_WHEN_SCHEMA)]
"""Keys of an activity or of the lead, each with what it must be; all must hold."""

DECAYS: Final = ("half_life_days", "linear_days", "steps")
COUNTING: Final = (
    "window_days", "at_least", "within_days", "repeat", *DECAYS, "cap_per_day", "cap", "by_machine",
)  # fmt: skip
"""What says how activities are counted; a rule that is asked of the lead alone has none of it."""


class Newest(FileModel):
    """Only the newest n occurrences count."""

    newest: Count


class Counting(FileModel):
    """How the activities that fit a rule become points. Windows and ages are whole days."""

    when: When
    window_days: Days | None = None
    at_least: Count | None = None
    within_days: Annotated[int, Field(strict=True, ge=1)] | None = None
    repeat: Literal["every_time", "once", "once_per_asset"] | Newest = "every_time"
    half_life_days: DayLength | None = None
    linear_days: DayLength | None = None
    steps: dict[Days, Share] | None = Field(None, min_length=1)
    cap_per_day: Points | None = None
    cap: Points | None = None
    by_machine: Literal["withhold", "count"] = "withhold"

    @field_validator("within_days")
    @classmethod
    def has_a_number_of_times(cls, days: int | None, info: ValidationInfo) -> int | None:
        """`within_days` limits the runs that `at_least` makes."""
        if days is not None and info.data.get("at_least") is None:
            raise Wrong("'within_days' means nothing without 'at_least'", "add 'at_least: 3', or use 'window_days'")
        return days

    @field_validator(*DECAYS)
    @classmethod
    def is_the_only_decay(cls, value: Any, info: ValidationInfo) -> Any:
        """Two decays in one rule have no agreed meaning."""
        other = next((name for name in DECAYS if info.data.get(name) is not None), None)
        if value is not None and other is not None:
            raise Wrong(f"a second decay beside '{other}'", "keep one of half_life_days, linear_days, steps")
        return value

    @field_validator("steps")
    @classmethod
    def falls(cls, steps: dict[int, Decimal] | None) -> dict[int, Decimal] | None:
        """A factor never rises with age: more activities must never lower a score."""
        for (_, younger), (age, older) in pairwise(sorted((steps or {}).items())):
            if older > younger:
                raise Wrong(f"the factor at {age} days is higher than the one before it", "factors fall with age")
        return steps


class Group(Counting):
    """Activities of equal value."""

    points: Points


class Interest(FileModel):
    """What leads do. `floor` and `cap` hold the whole sum of points, undesirables and channels included."""

    groups: dict[str, Group] = Field(default_factory=dict)
    floor: AnyPoints = Decimal(0)
    cap: AnyPoints | None = None

    @field_validator("cap")
    @classmethod
    def is_above_the_floor(cls, cap: Decimal | None, info: ValidationInfo) -> Decimal | None:
        """A cap below the floor would leave no score."""
        if cap is not None and cap < info.data.get("floor", cap):
            raise Wrong("the cap is below the floor", f"at least {info.data['floor']}")
        return cap


class Channel(FileModel):
    """Points for where a lead comes from; they count once."""

    points: AnyPoints
    because: str | None = None


class Undesirable(Counting):
    """What speaks against a lead: points lost, or a veto. Says why, because sales will ask."""

    name: str = Field(min_length=1)
    points: LostPoints = Decimal(0)
    veto: bool = False
    because: str = Field(min_length=1, pattern=r"\S")

    @model_validator(mode="after")
    def does_something(self) -> Self:
        """Points or a veto."""
        if "points" not in self.model_fields_set and not self.veto:
            raise Wrong("an undesirable has 'points' or 'veto'", "add 'points: -10' or 'veto: true'")
        return self
