"""Is a lead ready for sales? By grade and points, or because it asked; and if not, why not and how far from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from connector.model import Activity, Person, Score
from connector.scoring.compiled import Model, Track, because_of
from connector.scoring.next_change import is_on, raised_hand
from connector.scoring.receipt import points_text
from connector.scoring.sorting import Hits
from connector.scoring.when import missing

NOT_STANDING: Final[Mapping[str, bool]] = {}


class Verdict(Struct, frozen=True):
    """The machine's word on one track; holds, waits and a person's override come after it.

    `fast`: a raised hand qualifies it now. `stage` is where it would stand (`qualified` for a hand-raise with
    `stage: sql`). `short_by_mp`: milli-points to the threshold that applies (the leave level for one that stands), 0
    when reached, None when points cannot help. `missing`: blank attributes that are required. `leaves`: it stands in
    the track and no longer may.
    """

    is_: bool
    fast: bool
    stage: Literal["mql", "qualified"]
    by: Literal["points", "hand_raise"]
    why_not: tuple[str, ...]
    short_by_mp: int | None
    missing: tuple[str, ...]
    leaves: bool


def qualify(
    score: Score,
    person: Person,
    acts: Sequence[Activity],
    model: Model,
    at: datetime,
    *,
    standing: Mapping[str, bool] = NOT_STANDING,
    last_decision_at: datetime | None = None,
    hits: Hits | None = None,
) -> dict[str, Verdict]:
    """A verdict per track of the model. `standing` says in which tracks the lead is: there the rule of leaving applies.

    A hand-raise counts while it is young enough and newer than `last_decision_at`. That it was young when first seen
    needs no asking: nothing grows younger.
    """
    hits = model.sorter.sort(acts, person.attributes) if hits is None else hits
    today = model.day(at)
    verdicts = {}
    for name, track in model.qualification.items():
        case = _Case(score, person, model, track, hits, standing.get(name, False))
        verdicts[name] = case.verdict(case.hand_is_raised(today, last_decision_at))
    return verdicts


class _Case(Struct, frozen=True):
    """One lead before one track."""

    score: Score
    person: Person
    model: Model
    track: Track
    hits: Hits
    stands: bool

    def verdict(self, raised: bool) -> Verdict:
        hand = self.track.hand_raise
        lacks = missing(hand.needs, self.person.attributes) if hand and raised else ()
        required = missing(self.track.require, self.person.attributes)
        barred = tuple(self._barred())
        fast = raised and not lacks and not barred
        short = self._short_by_mp()
        passes = fast or not (barred or required or short is None or short > 0)
        why_not = () if passes else (*barred, *self._by_points(short, required), *_unanswered(lacks))
        return Verdict(
            is_=passes,
            fast=fast,
            stage="qualified" if fast and hand and hand.to_sales else "mql",
            by="hand_raise" if fast else "points",
            why_not=why_not,
            short_by_mp=short,
            missing=tuple(dict.fromkeys((*required, *lacks))),
            leaves=self.stands and not passes,
        )

    def hand_is_raised(self, today: int, last_decision_at: datetime | None) -> bool:
        hand = self.track.hand_raise
        raised = raised_hand(hand, self.hits) if hand else None
        if hand is None or raised is None or today - raised.day > hand.within_days:
            return False
        return last_decision_at is None or raised.act.at > last_decision_at

    def _barred(self) -> Iterator[str]:
        """What stops a lead whatever its points, and even when it asks for sales."""
        for name in self.score.vetoes:
            yield f"veto '{name}': {because_of(self.model, name)}"
        if not is_on(self.track, self.hits, self.person.attributes):
            yield f"not on the {self.track.name} track: what it asks for does not hold"

    def _level_mp(self) -> int | None:
        levels = self.track.leave_mp if self.stands else self.track.enter_mp
        return levels.get(self.score.grade)

    def _short_by_mp(self) -> int | None:
        level = self._level_mp()
        points = self.score.track_points.get(self.track.name, self.score.points_mp)
        return None if level is None else max(0, level - points)

    def _by_points(self, short: int | None, required: tuple[str, ...]) -> Iterator[str]:
        grade = self.score.grade
        if short is None:
            listed = ", ".join(sorted(self.track.enter_mp)) or "none"
            yield f"grade {grade} never qualifies by points (grades that do: {listed})"
        elif short:
            level, verb = points_text(self._level_mp() or 0), "keeps" if self.stands else "needs"
            yield f"{points_text(short)} points short of the {level} that grade {grade} {verb}"
        if required:
            yield f"missing: {', '.join(required)}"


def _unanswered(lacks: tuple[str, ...]) -> Iterator[str]:
    if lacks:
        yield f"asked for sales, but cannot be answered without: {', '.join(lacks)}"
