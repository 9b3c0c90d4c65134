"""One lead from what several connections say of it: attributes, consent, and whether sales may have it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.model import LANES, Consent
from connector.state.leads import Dossier


def attributes(dossier: Dossier, order: Mapping[str, int]) -> tuple[dict[str, Any], dict[str, str]]:
    """One value per attribute: the newest non-blank by the source's time, then the file's order.

    `order` ranks connections. Also returns when each value became known.
    """
    merged: dict[str, Any] = {}
    times: dict[str, str] = {}
    lines = dossier.contacts
    if len(lines) > 1:
        lines = sorted(sorted(lines, key=lambda line: order.get(line[0], 0)), key=lambda line: line[1], reverse=True)
    for _, source_time, _, values, _ in lines:
        for name, value in values.items():
            if name not in merged:
                merged[name] = value
                times[name] = source_time
    return merged, times


def consent(told: Sequence[Mapping[str, str]]) -> dict[str, Consent]:
    """Per lane: any source that denies wins; else granted if one grants; else unknown."""
    found: dict[str, Consent] = {}
    for lane in LANES:
        words = {one.get(lane, "unknown") for one in told}
        found[lane] = "denied" if "denied" in words else "granted" if "granted" in words else "unknown"
    return found


def blocked_by(consents: Mapping[str, Consent], *, unknown: str, email_denied: str) -> str | None:
    """Why the lead may not be passed to sales now; None when it may."""
    if consents.get("contact") == "denied":
        return "the person does not want to be contacted"
    if consents.get("email") == "denied" and email_denied == "hold":
        return "the person opted out of e-mail (consent.email_denied: hold)"
    if unknown == "hold" and "granted" not in (consents.get("contact"), consents.get("email")):
        return "no consent is known (consent.unknown: hold)"
    return None
