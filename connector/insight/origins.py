"""Where each MQL came from: the source, channel, campaign and forms that brought it, and the rules that scored it.

Forms are what the lead had submitted, and leadloop had read, when it became an MQL; rules are those of the receipt that
was frozen at the hand-off. Source, channel and campaign are the contact's own; where it has none, those of the newest
such form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from connector.insight.cohort import Cycle
from connector.state.clock import stamp
from connector.state.packing import pack, unpack
from connector.state.store import Tx

DIMENSIONS: Final = ("form", "campaign", "source", "channel", "rule")
"""What MQLs are grouped by, the most specific first: of two that tell the same, the first is named."""

Groups = dict[tuple[str, str | None], set[int]]
"""Which cycles (by their place in the list) share a value of a dimension; None: those without one."""


class Form(Struct, frozen=True):
    """A form that a person submitted. `read_at`: when it had both happened and been read."""

    read_at: str
    content: Mapping[str, Any]


def origins(db: Tx, cycles: Sequence[Cycle]) -> Groups:
    """Every value of every dimension with its cycles; a dimension that nobody has a value of is left out."""
    persons = pack(sorted({cycle.person for cycle in cycles}))
    forms, contacts, rules = _forms(db, persons), _contacts(db, persons), _rules(db)
    groups: Groups = {}
    for place, cycle in enumerate(cycles):
        before = _read_by(forms.get(cycle.person, []), cycle)
        known = contacts.get(cycle.person, {})
        values = {
            "form": {form.content["asset"] for form in before if form.content.get("asset")},
            "rule": rules.get((cycle.person, cycle.number), set()),
            **{name: _one(known, before, name) for name in ("campaign", "source", "channel")},
        }
        for dimension, found in values.items():
            for value in found or {None}:
                groups.setdefault((dimension, value), set()).add(place)
    told = {dimension for dimension, value in groups if value is not None}
    return {key: group for key, group in groups.items() if key[0] in told}


def _read_by(forms: Sequence[Form], cycle: Cycle) -> list[Form]:
    mql_at = stamp(cycle.mql_at)
    return [form for form in forms if form.read_at <= mql_at]


def _one(known: Mapping[str, Any], before: Sequence[Form], name: str) -> set[str]:
    """The contact's value of an attribute, else that of the newest form that has one."""
    told = next((form.content[name] for form in reversed(before) if form.content.get(name)), None)
    value = known.get(name) or told
    return {str(value)} if value else set()


def _forms(db: Tx, persons: str) -> dict[int, list[Form]]:
    """The forms that each person submitted, oldest first; those of machines left out."""
    found: dict[int, list[Form]] = {}
    rows = db.execute(
        "SELECT person_id, max(at, known_at), packed FROM activities WHERE type = 'form_submission'"
        " AND person_id IN (SELECT value FROM json_each(?)) ORDER BY person_id, at",
        (persons,),
    )
    for person, read_at, packed in rows:
        content = unpack(packed)
        if not content.get("by_machine"):
            found.setdefault(person, []).append(Form(read_at, content))
    return found


def _contacts(db: Tx, persons: str) -> dict[int, dict[str, Any]]:
    """Each person's attributes: of several contacts the newest non-blank value, those that are gone last."""
    found: dict[int, dict[str, Any]] = {}
    rows = db.execute(
        "SELECT person_id, packed FROM contacts WHERE person_id IN (SELECT value FROM json_each(?))"
        " ORDER BY person_id, gone_at IS NOT NULL, coalesce(updated_at, known_at) DESC, connection",
        (persons,),
    )
    for person, packed in rows:
        found[person] = unpack(packed)["a"] | found.get(person, {})
    return found


def _rules(db: Tx) -> dict[tuple[int, int], set[str]]:
    """The rules that gave points, by the receipt of each hand-off."""
    rows = db.execute(
        "SELECT l.person_id, l.cycle, r.score FROM lifecycle AS l JOIN receipts AS r ON r.id = l.receipt_id"
        " WHERE l.kind = 'pushed'"
    )
    return {
        (person, number): {line["rule"] for line in unpack(score)["receipt"] if line["points_mp"] > 0}
        for person, number, score in rows
    }
