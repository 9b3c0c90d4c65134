"""Where a lead comes from: each channel that the model names counts once, however many attributes repeat it."""

from __future__ import annotations

from collections.abc import Mapping

from connector.conditions import is_blank, key_of
from connector.conditions.values import COLLECTIONS
from connector.model import CHANNEL_ATTRIBUTES
from connector.scoring.when import Attributes


def channels_of(lead: Attributes, channels: Mapping[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """The model's channels (by their compared form) that the lead has, each with its name and milli-points."""
    found: dict[str, tuple[str, int]] = {}
    if not channels:
        return found
    for attribute in CHANNEL_ATTRIBUTES:
        value = lead.get(attribute)
        for text in value if isinstance(value, COLLECTIONS) else (value,):
            key = "" if is_blank(text) else str(key_of(text))
            if key in channels:
                found[key] = channels[key]
    return found
