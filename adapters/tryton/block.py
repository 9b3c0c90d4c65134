"""Our lines in a text that belongs to people: a block with a first and a last line, and whatever stands around it.

Tryton has no custom fields without a module. So score, grade and reasons stand as lines in the comment, where sales
reads them; what people write above or below the block stays untouched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

FIRST: Final = "--- leadloop ---"
LAST: Final = "--- end of leadloop ---"
_BLOCK: Final = re.compile(rf"\n*^{re.escape(FIRST)}[ \t]*\n(.*?)^{re.escape(LAST)}[ \t]*$", re.MULTILINE | re.DOTALL)
_INDENT: Final = "  "
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_WORDS: Final[Mapping[str, bool]] = {"yes": True, "no": False}


def lines_of(text: str | None) -> dict[str, str]:
    """The lines of our block, by label; empty when there is none."""
    found: dict[str, str] = {}
    block = _BLOCK.search((text or "").replace("\r\n", "\n"))
    label = ""
    for line in block[1].splitlines() if block else ():
        if line.startswith(_INDENT) and label:
            found[label] += "\n" + line.removeprefix(_INDENT)
        elif ":" in line:
            label, _, value = line.partition(":")
            found[label] = value.strip()
    return found


def with_lines(text: str | None, changes: Mapping[str, Any]) -> str:
    """The text with these lines changed in our block, which comes last; None or blank takes a line away."""
    whole = (text or "").replace("\r\n", "\n")
    lines = {**lines_of(whole), **{label: worded(value) for label, value in changes.items()}}
    around = _BLOCK.sub("", whole).rstrip()
    told = [f"{label}: {value}".replace("\n", "\n" + _INDENT) for label, value in lines.items() if value]
    block = "\n".join([FIRST, *told, LAST]) if told else ""
    return "\n\n".join(part for part in (around, block) if part)


def worded(value: Any) -> str:
    """A value as a line shows it; blank for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    # A line of ours must neither end the block nor begin another label.
    text = str(value).replace("\r\n", "\n").strip()
    return "\n".join(line for line in text.split("\n") if line.strip() not in (FIRST, LAST))


def value_of(line: str | None) -> Any:
    """A line's value: yes and no, numbers, else the text."""
    if not line:
        return None
    if line in _WORDS:
        return _WORDS[line]
    if _NUMBER.fullmatch(line):
        return float(line) if "." in line else int(line)
    return line
