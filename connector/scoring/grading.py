"""The grade: how well a lead fits the ideal customer, by exact fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from msgspec import Struct

from connector.conditions import Lists, Test, compile_test, is_blank
from connector.model import ReceiptLine
from connector.scoring.language import AttributeSpec, ProfileSpec, milli
from connector.scoring.memo import Memo
from connector.scoring.when import Attributes, reader

BEST_GRADE = 10
LOWEST_GRADE = 1
UNKNOWN = 0
"""What stands for the grade of an attribute that is not known."""


class Attribute(Struct, frozen=True):
    """One attribute: how to read it, what it weighs (thousandths), and its grade by value (UNKNOWN leaves the mean)."""

    name: str
    read: Callable[[Attributes], Any]
    weight: int
    grade_of: Memo[int]


class Cut(Struct, frozen=True):
    """A grade: the percent from which it is given, as numerator and denominator, and the known weight that it needs."""

    letter: str
    percent: int
    parts: int
    known: int


class Profile(Struct, frozen=True):
    """A compiled ideal customer."""

    name: str
    attributes: tuple[Attribute, ...]
    weight: int
    cuts: tuple[Cut, ...]

    def fit(self, lead: Attributes) -> Fit:
        """How well a lead fits."""
        graded = known = 0
        for attribute in self.attributes:
            if grade := attribute.grade_of(attribute.read(lead)):
                graded += grade * attribute.weight
                known += attribute.weight
        return Fit(self, graded, known)


class Fit(Struct, frozen=True):
    """A lead's weighted grades and the weight of what is known, both in thousandths."""

    profile: Profile
    graded: int
    known: int

    @property
    def ratio(self) -> tuple[int, int]:
        """Percent of the best possible as numerator and denominator; 0 when nothing is known."""
        return (100 * self.graded, BEST_GRADE * self.known) if self.known else (0, 1)

    @property
    def percent(self) -> int:
        """Whole percent as shown: rounded down."""
        numerator, denominator = self.ratio
        return numerator // denominator

    @property
    def completeness(self) -> int:
        """Known share of the weights in whole percent, rounded down."""
        return 100 * self.known // self.profile.weight if self.known else 0

    @property
    def letter(self) -> str:
        """The best grade whose percent is reached and whose need of completeness is met."""
        if not self.known:
            return "D"
        numerator, denominator = self.ratio
        for cut in self.profile.cuts:
            if numerator * cut.parts >= cut.percent * denominator and self.known >= cut.known:
                return cut.letter
        return "D"

    def beats(self, other: Fit) -> bool:
        """Is this percent higher, exactly?"""
        mine, theirs = self.ratio, other.ratio
        return mine[0] * theirs[1] > theirs[0] * mine[1]


NO_PROFILE = Profile("default", (), 1, ())


def compile_profile(name: str, spec: ProfileSpec, lists: Lists) -> Profile:
    """A profile ready to grade leads. Raises ValueError for a comparison that has no meaning."""
    missing = LOWEST_GRADE if spec.missing == "lowest" else UNKNOWN
    attributes = tuple(
        Attribute(key, reader(key), milli(attribute.weight), Memo(_grader(attribute, missing, lists)))
        for key, attribute in spec.attributes.items()
    )
    weight = sum(attribute.weight for attribute in attributes)
    cuts = tuple(
        # Known weights are whole thousandths, so reaching a fraction of one means reaching the next whole one.
        Cut(letter, *percent.as_integer_ratio(), ceil(Fraction(getattr(spec.needs_complete, letter)) * weight / 100))
        for letter, percent in spec.grades.given()
    )
    return Profile(name, attributes, weight, cuts)


def best_fit(profiles: Sequence[Profile], lead: Attributes) -> Fit:
    """The profile with the best percent, the first of those that tie."""
    if not profiles:
        return Fit(NO_PROFILE, 0, 0)
    best = profiles[0].fit(lead)
    for profile in profiles[1:]:
        fit = profile.fit(lead)
        if fit.beats(best):
            best = fit
    return best


def profile_lines(profile: Profile, lead: Attributes) -> tuple[ReceiptLine, ...]:
    """How the grade came about: one line per attribute, its `points_mp` the weighted grade in thousandths."""
    return tuple(_line(attribute, attribute.grade_of(attribute.read(lead))) for attribute in profile.attributes)


def _line(attribute: Attribute, grade: int) -> ReceiptLine:
    weight = f"{attribute.weight / 1000:g}"
    why = f"grade {grade} of {BEST_GRADE}, weight {weight}" if grade else f"not known, weight {weight} left out"
    return ReceiptLine(attribute.name, grade * attribute.weight, why, "profile")


def _grader(spec: AttributeSpec, missing: int, lists: Lists) -> Callable[[Any], int]:
    answers: list[tuple[int, Test]] = [
        (answer.grade, compile_test(answer.comparisons(), lists, wildcards=False)) for answer in spec.answers
    ]

    def grade(value: Any) -> int:
        found = next((grade for grade, fits in answers if fits(value)), None)
        if found is not None:
            return found
        return missing if is_blank(value) else spec.otherwise

    return grade
