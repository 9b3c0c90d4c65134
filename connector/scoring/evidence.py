"""What speaks for a lead anew after sales gave it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.model import Activity, Person
from connector.scoring.compiled import Model


def newest_counting_at(person: Person, acts: Sequence[Activity], model: Model) -> datetime | None:
    """When the lead last did something that a group counts, machines left out; None when it never did."""
    hits = model.sorter.sort(acts, person.attributes)
    newest = (
        hit.act.at
        for rule in model.interest
        for hit in hits.get(rule.condition, ())
        if rule.counts_machines or not hit.act.by_machine
    )
    return max(newest, default=None)
