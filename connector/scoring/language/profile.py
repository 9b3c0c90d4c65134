"""Who a lead is: attributes, the grades of their answers, and the cuts between A, B, C and D."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationInfo, WithJsonSchema, field_validator

from connector.conditions import SCHEMA
from connector.documents import FileModel, Wrong
from connector.scoring.language.numbers import AnswerGrade, Percent, Weight

_SHAPES: Final[dict[str, Any]] = next(kind["properties"] for kind in SCHEMA["anyOf"] if kind.get("type") == "object")

Values = Annotated[Any, WithJsonSchema(_SHAPES["is"])]
Texts = Annotated[Any, WithJsonSchema(_SHAPES["words"])]
Number = Annotated[Any, WithJsonSchema(_SHAPES["at_least"])]
Range = Annotated[Any, WithJsonSchema(_SHAPES["between"])]
Flag = Annotated[Any, WithJsonSchema(_SHAPES["blank"])]


class Answer(FileModel):
    """What a value is worth, 1 to 10. Several comparisons in one answer must all hold.

    An answer with `blank: true` answers for a missing attribute, which then counts as known.
    """

    grade: AnswerGrade
    is_: Values = Field(None, alias="is")
    words: Texts = None
    pattern: Texts = None
    between: Range = None
    at_least: Number = None
    at_most: Number = None
    list_: Texts = Field(None, alias="list")
    blank: Flag = None

    def comparisons(self) -> dict[str, Any]:
        """The comparisons as written, under the names of the language."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude={"grade"})


class AttributeSpec(FileModel):
    """How much one attribute weighs, and its answers: the first that fits gives the grade."""

    weight: Weight
    answers: tuple[Answer, ...] = ()
    otherwise: AnswerGrade = 1


class Cuts(FileModel):
    """Percents from which a grade is given; below the lowest is D. A letter that is left out is never given."""

    A: Percent | None = None
    B: Percent | None = None
    C: Percent | None = None

    @field_validator("B", "C")
    @classmethod
    def asks_for_less(cls, percent: Decimal | None, info: ValidationInfo) -> Decimal | None:
        """Cuts fall from A to C."""
        above = [cut for cut in info.data.values() if cut is not None]
        if percent is not None and above and percent >= above[-1]:
            raise Wrong("should be less than the percent of the better grade", f"write less than {above[-1]}")
        return percent

    def given(self) -> list[tuple[str, Decimal]]:
        """Letter and percent of the cuts that are written, the best first."""
        return [(letter, cut) for letter in ("A", "B", "C") if (cut := getattr(self, letter)) is not None]


class Completeness(FileModel):
    """Known share of the weights, in percent, below which a letter is not given: the next one is."""

    A: Percent = Decimal(0)
    B: Percent = Decimal(0)
    C: Percent = Decimal(0)


class ProfileSpec(FileModel):
    """An ideal customer. `missing` says what an attribute without value does: leave the mean, or count as grade 1."""

    attributes: dict[str, AttributeSpec] = Field(min_length=1)
    grades: Cuts = Cuts(A=Decimal(75), B=Decimal(50), C=Decimal(25))
    missing: Literal["unknown", "lowest"] = "unknown"
    needs_complete: Completeness = Completeness()
