"""Numbers as a model writes them, and the integers that they are counted in.

Points have three decimals at most and are counted in milli-points, so that every sum is exact. Ages and windows are
whole days.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from connector.documents import Wrong, number_remedy

MOST_POINTS: Final = 1_000_000
MOST_DAYS: Final = 36_500
"""A hundred years: above any window or half-life that means something, below the end of the calendar."""


def _written_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Wrong("should be a number", number_remedy(value) if isinstance(value, str) else None)
    return value


_NUMBER = (BeforeValidator(_written_number), WithJsonSchema({"type": "number"}))

AnyPoints = Annotated[Decimal, *_NUMBER, Field(decimal_places=3, ge=-MOST_POINTS, le=MOST_POINTS)]
Points = Annotated[Decimal, *_NUMBER, Field(decimal_places=3, ge=0, le=MOST_POINTS)]
LostPoints = Annotated[Decimal, *_NUMBER, Field(decimal_places=3, ge=-MOST_POINTS, le=0)]
Weight = Annotated[Decimal, *_NUMBER, Field(decimal_places=3, gt=0, le=MOST_POINTS)]
Percent = Annotated[Decimal, *_NUMBER, Field(ge=0, le=100)]
Share = Annotated[Decimal, *_NUMBER, Field(ge=0, le=1)]
DayLength = Annotated[Decimal, *_NUMBER, Field(gt=0, le=MOST_DAYS)]
Days = Annotated[int, Field(strict=True, ge=0, le=MOST_DAYS)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
AnswerGrade = Annotated[int, Field(strict=True, ge=1, le=10)]
Letter = Literal["A", "B", "C", "D"]


def milli(points: Decimal) -> int:
    """Points as milli-points; exact, because a model writes three decimals at most."""
    return int(points * 1000)
