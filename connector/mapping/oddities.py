"""What a mapping's grammar allows and nobody means: lines that never fit, words of a table that are one word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.conditions import as_text, covers_all, is_blank, key_of
from connector.documents import Path
from connector.mapping.crm_file import CrmFile
from connector.mapping.marketing_file import MarketingFile
from connector.mapping.mistakes import Mistakes
from connector.mapping.words import Value


def warn_of_decisions(file: CrmFile, mistakes: Mistakes) -> None:
    """Lines of `decisions:` behind one that takes all their records; sales' word would be read as another."""
    for index, line in enumerate(file.decisions):
        for before, other in enumerate(file.decisions[:index]):
            is_same_object = (other.object or file.object) == (line.object or file.object)
            if is_same_object and other.is_ != line.is_ and covers_all(other.when, line.when):
                message = f"this line never fits: line {before + 1} of the list, '{other.is_}', takes all its records"
                mistakes.warn(("decisions", index, "when"), message, "ask for what is special first")
                break


def warn_of_activities(file: MarketingFile, mistakes: Mistakes) -> None:
    """The same of `activities:`; what is made of the contact's own record is made by every line that fits."""
    for index, line in enumerate(file.activities):
        for before, other in enumerate(file.activities[:index]):
            is_first = not line.of_contacts and not other.of_contacts
            if is_first and covers_all(other.when or {}, line.when or {}):
                message = f"this line never fits: line {before + 1} of the list takes all its activities"
                mistakes.warn(("activities", index), message, "ask for what is special first")
                break


def warn_of_tables(section: str, lines: Sequence[Value], mistakes: Mistakes) -> None:
    """Words that a table has twice: `Saúde` and `saude` are compared as one, and the last would win unseen."""
    for index, line in enumerate(lines):
        seen: dict[Any, Any] = {}
        for word, ours in (line.values or {}).items():
            key, meant = key_of(word), None if is_blank(ours) else as_text(ours)
            if seen.setdefault(key, meant) != meant:
                at: Path = (section, index, "values", str(word) if isinstance(word, float) else word)
                message = (
                    f"'{as_text(word)}' stands in this table already; case, accents and leading zeros do not count"
                )
                mistakes.warn(at, message, "keep one of the two")
