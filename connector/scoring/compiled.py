"""A scoring model ready to score: rules compiled once, nothing in it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from connector.scoring.counting import ActRule
from connector.scoring.grading import Profile
from connector.scoring.language import ModelTest
from connector.scoring.sorting import Sorter, day_of
from connector.scoring.when import When

FACTORS: Mapping[str, float] = {"keep": 1.0, "halve": 0.5, "reset": 0.0}


class LeadRule(Struct, frozen=True):
    """A group or an undesirable that is asked of the lead alone: it counts once. `points_mp` has its sign."""

    name: str
    when: When
    points_mp: int
    because: str
    veto: bool


class HandRaise(Struct, frozen=True):
    """A compiled hand-raise; `condition` is its number among the conditions that are asked of activities."""

    condition: int
    within_days: int
    needs: tuple[str, ...]
    to_sales: bool


class Track(Struct, frozen=True):
    """A compiled track. Thresholds by grade in milli-points; `leave_mp` is where a qualified lead stops being one.

    `membership` says who is on the track, by number when it is asked of activities; None is everybody. `groups` are
    those that count for it; None is all.
    """

    name: str
    enter_mp: Mapping[str, int]
    leave_mp: Mapping[str, int]
    require: tuple[str, ...]
    hand_raise: HandRaise | None
    stay_days: int
    membership: When | None
    membership_condition: int | None
    groups: frozenset[str] | None


class Recycle(Struct, frozen=True):
    """What a rejection for one reason does: the wait, the attributes that must be there, the factor on older acts."""

    wait_days: int
    factor: float
    require: tuple[str, ...]


NO_RULE = Recycle(wait_days=0, factor=1.0, require=())
"""What a rejection does whose reason the model does not name."""


class Used(Struct, frozen=True):
    """What a model asks about: attributes of the lead, fields of forms, types, assets, and attributes of activities.

    The store keeps only what a mapping or the model names. `email_domain` is asked of `email`.
    """

    attributes: frozenset[str]
    fields: frozenset[str]
    activity_attributes: frozenset[str]


class Model(Struct, frozen=True):
    """A compiled scoring model. `version` is the declared version with a hash of what decides the score."""

    name: str
    version: str
    zone: ZoneInfo
    profiles: tuple[Profile, ...]
    groups: tuple[str, ...]
    interest: tuple[ActRule, ...]
    interest_of_lead: tuple[LeadRule, ...]
    undesirables: tuple[ActRule, ...]
    undesirables_of_lead: tuple[LeadRule, ...]
    channels: Mapping[str, tuple[str, int]]
    floor_mp: int
    cap_mp: int | None
    dimensions: Mapping[str, frozenset[str]]
    view: View
    qualification: Mapping[str, Track]
    recycle: Mapping[str, Recycle]
    sorter: Sorter
    used: Used
    tests: tuple[ModelTest, ...]
    test_lines: tuple[int, ...]

    @property
    def attributes_used(self) -> frozenset[str]:
        """Attributes of the lead that the model asks about, by our names."""
        return self.used.attributes

    @property
    def needs_fields(self) -> frozenset[str]:
        """Fields of forms that the model asks about."""
        return self.used.fields

    def recycle_after(self, reason: str | None) -> Recycle:
        """What a rejection for this reason does; one without a reason counts as `none_given`."""
        return self.recycle.get(reason or "none_given", NO_RULE)

    def day(self, at: datetime) -> int:
        """The ordinal of the day in the model's time zone."""
        return day_of(at, self.zone)

    def held(self, sum_mp: int) -> int:
        """A whole sum, held within floor and cap."""
        if sum_mp < self.floor_mp:
            return self.floor_mp
        return sum_mp if self.cap_mp is None or sum_mp < self.cap_mp else self.cap_mp


class View(Struct, frozen=True):
    """The 1 to 100 view: how many parts of `parts` profile and interest weigh, and the points that are full interest.

    `full_mp` is None when the model has no threshold: then nothing is interest.
    """

    profile: int
    interest: int
    parts: int
    full_mp: int | None


def because_of(model: Model, veto: str) -> str:
    """Why a veto holds, in the words of the model."""
    reasons = {rule.name: rule.because for rule in model.undesirables}
    reasons.update((rule.name, rule.because) for rule in model.undesirables_of_lead)
    return reasons.get(veto, "")
