"""What counts of one lead: the activities kept under each rule, what is withheld, and the sums on any later day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from connector.model import Activity, Person, Recycled
from connector.scoring.channels import channels_of
from connector.scoring.compiled import LeadRule, Model
from connector.scoring.counting import ActRule
from connector.scoring.sorting import Hit, Hits


class Counted(Struct, frozen=True):
    """One rule's activities: those that fit, machines left out; those that count; how many machines were withheld."""

    rule: ActRule
    fitting: Sequence[Hit]
    kept: Sequence[Hit]
    withheld: int
    sum_mp: int


@dataclass(slots=True)
class Tally:
    """Everything that counts of one lead today.

    `groups` is today's sum of each group that counts. `steady_mp` is what no day changes and every track counts:
    channels, and undesirables of the lead. `lost_mp` is the size of the undesirables that are asked of activities.
    """

    model: Model
    today: int
    recycled: Sequence[Recycled]
    hits: Hits
    interest: Sequence[Counted]
    undesirables: Sequence[Counted]
    interest_of_lead: Sequence[LeadRule]
    undesirables_of_lead: Sequence[LeadRule]
    channels: Sequence[tuple[str, int]]
    groups: dict[str, int] = field(init=False)
    steady_mp: int = field(init=False)
    lost_mp: int = field(init=False)

    def __post_init__(self) -> None:
        self.groups = {rule.name: rule.points_mp for rule in self.interest_of_lead}
        for counted in self.interest:
            self.groups[counted.rule.name] = counted.sum_mp
        self.lost_mp = sum([counted.sum_mp for counted in self.undesirables])
        lost_of_lead = sum([rule.points_mp for rule in self.undesirables_of_lead])
        self.steady_mp = lost_of_lead + sum([points_mp for _, points_mp in self.channels])

    def interest_on(self, day: int, groups: Collection[str] | None) -> int:
        """The sum of the named groups (None: all) on today or a later day, if nothing new happens."""
        steady = sum(rule.points_mp for rule in self.interest_of_lead if groups is None or rule.name in groups)
        return steady + sum(self._sums_on(day, self.interest, groups))

    def lost_on(self, day: int) -> int:
        """The size of the undesirables that are asked of activities, on today or a later day."""
        return sum(self._sums_on(day, self.undesirables, None))

    def vetoes_on(self, day: int) -> tuple[str, ...]:
        """Names of the vetoes that hold on today or a later day."""
        by_acts = [
            counted.rule.name
            for counted in self.undesirables
            if counted.rule.veto and counted.rule.in_window(counted.kept, day)
        ]
        return (*by_acts, *(rule.name for rule in self.undesirables_of_lead if rule.veto))

    def _sums_on(self, day: int, rules: Sequence[Counted], groups: Collection[str] | None) -> Iterator[int]:
        for counted in rules:
            rule = counted.rule
            if groups is None or rule.name in groups:
                yield rule.sum_mp(rule.in_window(counted.kept, day), day, self.recycled)


def tally(
    person: Person,
    acts: Sequence[Activity],
    model: Model,
    at: datetime,
    recycled: Sequence[Recycled],
    hits: Hits | None = None,
) -> Tally:
    """Sort a lead's activities under the model's rules (unless the caller has: `hits`) and count them."""
    lead, today = person.attributes, model.day(at)
    hits = model.sorter.sort(acts, lead) if hits is None else hits
    recycled = [rejection for rejection in recycled if rejection.factor != 1]
    return Tally(
        model=model,
        today=today,
        recycled=recycled,
        hits=hits,
        interest=_count(model.interest, hits, today, recycled),
        undesirables=_count(model.undesirables, hits, today, recycled),
        interest_of_lead=[rule for rule in model.interest_of_lead if rule.when.fits_lead(lead)],
        undesirables_of_lead=[rule for rule in model.undesirables_of_lead if rule.when.fits_lead(lead)],
        channels=list(channels_of(lead, model.channels).values()),
    )


def _count(rules: Sequence[ActRule], hits: Hits, today: int, recycled: Sequence[Recycled]) -> list[Counted]:
    counted = []
    for rule in rules:
        found = hits.get(rule.condition)
        if found:
            fitting = found if rule.counts_machines else [hit for hit in found if not hit.act.by_machine]
            kept = rule.occurrences(fitting, today)
            sum_mp = rule.sum_mp(kept, today, recycled)
            counted.append(Counted(rule, fitting, kept, len(found) - len(fitting), sum_mp))
    return counted
