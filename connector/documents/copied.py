"""Signs that look like others: what comes along when a line is copied from a word processor, a chat or a web page.

A person who compares `points: −10` with the manual sees no difference; the error has to say it.
"""

from __future__ import annotations

import re
from typing import Final

_QUOTES: Final = "“”„‟«»‹›‘’‚‛"
_LOOKALIKES: Final = (
    (re.compile("[\u00a0\u2000-\u200a\u202f\u3000]"), "a space that is none (a no-break space)", "type the space anew"),
    (re.compile("[\u200b-\u200f\u2060\ufeff]"), "an invisible character", "type the line anew"),
    (re.compile(r"^\s*[–—−•‣●▪·*]\s"), "a dash or bullet that begins no item of a list", "write - and a space"),
    (re.compile(f"[{_QUOTES}]"), "typographic quotes", "write \" or '"),
)
_QUOTED: Final = re.compile(f"[{_QUOTES}].*[{_QUOTES}]", re.DOTALL)
_WITH_COMMA: Final = re.compile(r"[-+−–]?[0-9]+,[0-9]+")
_WITH_GROUPS: Final = re.compile(r"[-+−–]?[0-9]{1,3}([. '’\u00a0\u202f][0-9]{3})+")
_WITH_DASH: Final = re.compile(r"[−–][0-9]+(\.[0-9]+)?")


def lookalike(line: str) -> tuple[str, str] | None:
    """What a line holds that only looks right, and what to do; None when all of it can be typed."""
    return next(((what, remedy) for sign, what, remedy in _LOOKALIKES if sign.search(line)), None)


def is_typographic(text: str) -> bool:
    """Does a text stand in quotes that are a part of it?"""
    return len(text) > 1 and _QUOTED.fullmatch(text) is not None


def number_remedy(text: str) -> str | None:
    """How to write a number that was written as people do: `0,8`, `80 %`, `1.000.000`, `−10` with a dash."""
    text = text.strip()
    plain = text.replace("−", "-").replace("–", "-")
    if text.endswith("%"):
        return "write the number alone, without %"
    if _WITH_COMMA.fullmatch(text):
        return f"write it with a point: {plain.replace(',', '.')}"
    if _WITH_GROUPS.fullmatch(text):
        return f"write it without signs between thousands: {re.sub(r'[^-+0-9]', '', plain)}"
    return f"its sign is a dash, no minus; write {plain}" if _WITH_DASH.fullmatch(text) else None
