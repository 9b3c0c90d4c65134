"""What a model asks about, so that the store keeps it and `validate` can say what nothing fills."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from connector.conditions import as_text, normalise
from connector.documents import Path, Places, closest
from connector.errors import Problem
from connector.model import ACTIVITY_TYPES, ATTRIBUTES, CHANNEL_ATTRIBUTES, LANES
from connector.scoring.checks import conditions, profiles, tracks
from connector.scoring.compiled import Used
from connector.scoring.language import ScoringModel
from connector.scoring.when import ACT_KEYS, is_of_acts

KNOWN_ATTRIBUTES: Final = frozenset({*ATTRIBUTES, *CHANNEL_ATTRIBUTES, *(f"consent.{lane}" for lane in LANES)})


def used_by(spec: ScoringModel) -> Used:
    """Every attribute, form field and activity attribute that the model names."""
    of_acts = [when for _, when in conditions(spec) if is_of_acts(when)]
    return Used(
        attributes=frozenset({_stored(name) for _, name in _lead_attributes(spec)} | _channels(spec)),
        fields=frozenset(name for when in of_acts for name in when.get("fields", ())),
        activity_attributes=frozenset(key for when in of_acts for key in when if _is_of_act(key)),
    )


def unknown_names(
    spec: ScoringModel,
    places: Places,
    *,
    attributes: Collection[str] = (),
    types: Collection[str] = (),
    assets: Collection[str] | None = None,
) -> list[Problem]:
    """Warnings for `validate`: attributes, types and assets that neither we nor a stored record knows.

    `attributes` and `types` are known beside our own words; `assets` None means that nothing is stored yet.
    """
    named = [(path, name) for path, name in _lead_attributes(spec) if not _is_known(_stored(name), attributes)]
    problems = [
        places.problem(path, f"no mapping fills the attribute '{name}'", name, _meant(name, attributes))
        for path, name in named
    ]
    problems += _unknown_texts(spec, places, "type", {*ACTIVITY_TYPES, *types})
    return problems + ([] if assets is None else _unknown_texts(spec, places, "asset", assets))


def _lead_attributes(spec: ScoringModel) -> Iterator[tuple[Path, str]]:
    for path, profile in profiles(spec):
        yield from (((*path, "attributes", name), name) for name in profile.attributes)
    for path, when in conditions(spec):
        of_acts = is_of_acts(when)
        yield from (((*path, key), key) for key in when if not (of_acts and _is_of_act(key)))
    for path, track in tracks(spec):
        yield from (((*path, "require", index), name) for index, name in enumerate(track.require))
        needs = track.hand_raise.needs if track.hand_raise else ()
        yield from (((*path, "hand_raise", "needs", index), name) for index, name in enumerate(needs))
    for reason, recycle in spec.recycle.items():
        yield from ((("recycle", reason, "require", index), name) for index, name in enumerate(recycle.require))


def _is_of_act(key: str) -> bool:
    return key in ACT_KEYS or key == "channel"


def _stored(name: str) -> str:
    return "email" if name == "email_domain" else name


def _channels(spec: ScoringModel) -> set[str]:
    return set(CHANNEL_ATTRIBUTES) if spec.channels else set()


def _is_known(name: str, attributes: Collection[str]) -> bool:
    return name in KNOWN_ATTRIBUTES or name in attributes or name.startswith("custom.")


def _meant(name: str, attributes: Collection[str]) -> str | None:
    close = closest(name, [*KNOWN_ATTRIBUTES, *attributes])
    return f"did you mean '{close}'?" if close else None


def _unknown_texts(spec: ScoringModel, places: Places, key: str, known: Collection[str]) -> list[Problem]:
    words = {normalise(word) for word in known}
    return [
        places.problem((*path, key), f"no adapter and no stored record knows the {key} '{text}'", text)
        for path, when in conditions(spec)
        for text in _texts(when.get(key))
        if "*" not in text and normalise(text) not in words
    ]


def _texts(asked: Any) -> list[str]:
    """The plain texts that a value spec names; patterns and ranges name none."""
    if isinstance(asked, Mapping):
        asked = asked.get("is")
    entries = asked if isinstance(asked, list | tuple) else [asked]
    return [as_text(entry) for entry in entries if entry is not None]
