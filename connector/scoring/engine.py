"""The one function that scores: a lead's grade and points, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.model import Activity, Person, Recycled, Score
from connector.scoring.compiled import Model, View
from connector.scoring.grading import Fit, best_fit, profile_lines
from connector.scoring.next_change import next_change_at
from connector.scoring.receipt import receipt_of
from connector.scoring.rounding import half_even
from connector.scoring.sorting import Hits
from connector.scoring.tally import tally


def score(
    person: Person,
    acts: Sequence[Activity],
    model: Model,
    at: datetime,
    recycled: Sequence[Recycled] = (),
    *,
    explain: bool = True,
    hits: Hits | None = None,
) -> Score:
    """The score of a lead at a moment, from what is passed in and nothing else.

    Activities are unique; their order changes nothing. Without `explain` the same numbers come without their texts.
    `hits` is `sort(person, acts, model)`, for callers that ask several questions of one lead.
    """
    counted = tally(person, acts, model, at, recycled, hits)
    groups = counted.groups
    gained_mp = sum(groups.values())
    rest_mp = counted.steady_mp - counted.lost_mp
    sum_mp = gained_mp + rest_mp
    points_mp = model.held(sum_mp)
    fit = best_fit(model.profiles, person.attributes)
    grade = fit.letter
    return Score(
        grade=grade,
        profile_percent=fit.percent,
        completeness=fit.completeness,
        points_mp=points_mp,
        combined=combined(fit, points_mp, model.view),
        dimensions={name: _sum_of(groups, members) for name, members in model.dimensions.items()},
        vetoes=counted.vetoes_on(counted.today),
        receipt=receipt_of(counted, sum_mp, points_mp) if explain else (),
        next_change_at=next_change_at(counted, person.attributes, grade),
        profile=fit.profile.name,
        profile_lines=profile_lines(fit.profile, person.attributes) if explain else (),
        positive_mp=gained_mp + sum([mp for _, mp in counted.channels if mp > 0]),
        track_points={
            name: model.held(_sum_of(groups, track.groups) + rest_mp)
            for name, track in model.qualification.items()
            if track.groups is not None
        },
    )


def sort(person: Person, acts: Sequence[Activity], model: Model) -> Hits:
    """A lead's activities under the model's conditions: made once, for `score`, `qualify` and `newest_counting_at`."""
    return model.sorter.sort(acts, person.attributes)


def combined(fit: Fit, points_mp: int, view: View) -> int:
    """The 1 to 100 view, from the exact values, halves to even."""
    percent, percent_parts = fit.ratio
    interest, interest_parts = _interest(points_mp, view.full_mp)
    share = view.profile * percent * interest_parts + view.interest * 100 * interest * percent_parts
    return min(100, max(1, half_even(share, view.parts * percent_parts * interest_parts)))


def _interest(points_mp: int, full_mp: int | None) -> tuple[int, int]:
    """The share of full interest as numerator and denominator: 1 at most. Without a threshold nothing is interest."""
    if full_mp is None:
        return 0, 1
    return (1, 1) if points_mp >= full_mp else (points_mp, full_mp)


def _sum_of(groups: Mapping[str, int], members: frozenset[str]) -> int:
    return sum([points_mp for name, points_mp in groups.items() if name in members])
