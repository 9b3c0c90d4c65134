"""From the words in which a CRM's users say why, to our fixed list of reasons.

    no_budget:
      - sem orçamento              # the whole wording
      - {words: [budget, verba]}   # words inside a longer text

Whole wordings are looked up before everything else; of the rest the first code that fits counts, in our order.
Blank is `none_given`; what nobody listed is `other`, and is reported so that an admin can list it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import WithJsonSchema

from connector import documents
from connector.conditions import SCHEMA, Key, Test, compile_test, is_blank, key_of
from connector.documents import FileModel, Places
from connector.mapping.mistakes import Mistakes
from connector.mapping.versions import version_of
from connector.model import REASONS

NONE_GIVEN: Final = "none_given"
OTHER: Final = "other"

Wording = Annotated[str | int | float | bool | dict[str, Any], WithJsonSchema(SCHEMA)]
Wordings = tuple[Wording, ...]


class ReasonsFile(FileModel):
    """The whole file: for each of our codes (connector.model.REASONS), the wordings that mean it."""

    no_budget: Wordings = ()
    bad_timing: Wordings = ()
    no_contact: Wordings = ()
    invalid_data: Wordings = ()
    no_fit: Wordings = ()
    no_authority: Wordings = ()
    competitor: Wordings = ()
    existing_customer: Wordings = ()
    duplicate: Wordings = ()
    not_a_buyer: Wordings = ()
    other: Wordings = ()
    none_given: Wordings = ()


class Reasons:
    """The compiled list."""

    def __init__(self, file: ReasonsFile, places: Places) -> None:
        mistakes = Mistakes(places)
        self.version = version_of(file)
        self._whole: dict[Key, str] = {}
        self._tests: list[tuple[str, Test]] = []
        for code in REASONS:
            for index, wording in enumerate(getattr(file, code)):
                self._add(code, wording, (code, index), mistakes)
        mistakes.refuse_any()

    def canonical(self, text: Any) -> tuple[str, bool]:
        """The code of a wording, and whether the list knows it. Our own codes are known without being listed."""
        if is_blank(text):
            return NONE_GIVEN, True
        whole = self._whole.get(key_of(text))
        if whole is not None:
            return whole, True
        code = next((code for code, test in self._tests if test(text)), None)
        if code is None and text in REASONS:
            return str(text), True
        return (OTHER, False) if code is None else (code, True)

    def of(self, *texts: Any) -> tuple[str, bool]:
        """The code of the first text that the list knows: the picked reason, then the free words beside it."""
        given = [text for text in texts if not is_blank(text)]
        for text in given:
            code, known = self.canonical(text)
            if known:
                return code, True
        return (OTHER, False) if given else (NONE_GIVEN, True)

    def _add(self, code: str, wording: Any, at: tuple[str | int, ...], mistakes: Mistakes) -> None:
        with mistakes.at(*at):
            if isinstance(wording, Mapping) or "*" in str(wording):
                self._tests.append((code, compile_test(wording)))
                return
            compile_test(wording)  # a blank wording is refused with the same words as elsewhere
            known = self._whole.setdefault(key_of(wording), code)
            if known != code:
                mistakes.add(at, f"this wording means '{known}' already", "keep it under one code")


def load_reasons(path: Path) -> Reasons:
    """The reasons in a file. Raises ConfigError with every mistake and its line."""
    return Reasons(*documents.read(path, ReasonsFile))
