"""Conditions: which keys of a `when` are asked of each activity and which of the lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, TypeAlias

from msgspec import Struct

from connector.conditions import Lists, Test, compile_test, is_blank
from connector.model import Activity
from connector.scoring.memo import Memo

Attributes: TypeAlias = Mapping[str, Any]
LeadTest: TypeAlias = Callable[[Attributes], bool]
ActTest: TypeAlias = Callable[[Activity], bool]

ACT_KEYS: Final = frozenset({"type", "asset", "url", "campaign", "seconds", "value", "fields"})
"""One of these makes a `when` ask activities; `channel` in it is then the activity's."""
TEXT_KEYS: Final = frozenset({"type", "asset", "url", "campaign", "channel"})
"""Texts of an activity, which come back from lead to lead; numbers and answers of forms do not."""


class When(Struct, frozen=True):
    """A compiled `when`. `texts` and `others` ask the activity, `lead` asks the lead."""

    of_acts: bool
    texts: Mapping[str, Test]
    others: tuple[ActTest, ...]
    lead: tuple[LeadTest, ...]

    def fits_lead(self, attributes: Attributes) -> bool:
        """Do all keys that are asked of the lead hold?"""
        for test in self.lead:  # noqa: SIM110 - `all` with a generator costs more than most of the tests
            if not test(attributes):
                return False
        return True

    def fits_texts(self, act: Activity) -> bool:
        """Do the keys hold that depend on the activity's texts alone?"""
        return all(test(getattr(act, key)) for key, test in self.texts.items())


def compile_when(when: Mapping[str, Any], lists: Lists) -> When:
    """The test for a `when` as written. Raises ValueError for a comparison that has no meaning."""
    of_acts = is_of_acts(when)
    tests = {key: compile_key(key, spec, lists) for key, spec in when.items()}
    keys = [key for key in when if key in ACT_KEYS or key == "channel"] if of_acts else []
    return When(
        of_acts=of_acts,
        texts={key: Memo(tests[key]) for key in keys if key in TEXT_KEYS},
        others=tuple(_act_test(key, tests[key]) for key in keys if key not in TEXT_KEYS),
        lead=tuple(_lead_test(key, test) for key, test in tests.items() if key not in keys),
    )


def is_of_acts(when: Mapping[str, Any]) -> bool:
    """Is this `when` asked of each activity, or of the lead alone?"""
    return not ACT_KEYS.isdisjoint(when)


def compile_key(key: str, spec: Any, lists: Lists) -> Test:
    """The test for one key of a `when`. Raises ValueError, with a sentence for the person who wrote it."""
    if key != "fields":
        return compile_test(spec, lists)
    if not isinstance(spec, Mapping) or not spec:
        raise ValueError("'fields' takes the form's fields, each with what it must be: {budget: {at_least: 1000}}")
    tests = {name: compile_test(asked, lists) for name, asked in spec.items()}
    return lambda fields: all(test(fields.get(name)) for name, test in tests.items())


def reader(name: str) -> Callable[[Attributes], Any]:
    """Reads an attribute of the lead. `email_domain` is what follows the last @ of the e-mail."""
    if name == "email_domain":
        return lambda attributes: domain_of(attributes.get("email"))
    return lambda attributes: attributes.get(name)


def domain_of(email: Any) -> str | None:
    """The domain of an address; None when there is none."""
    if not isinstance(email, str) or "@" not in email:
        return None
    return email.rpartition("@")[2]


def missing(names: tuple[str, ...], attributes: Attributes) -> tuple[str, ...]:
    """Those of the named attributes that are blank."""
    return tuple(name for name in names if is_blank(reader(name)(attributes)))


def _lead_test(key: str, test: Test) -> LeadTest:
    read, remembered = reader(key), Memo(test)
    return lambda attributes: remembered(read(attributes))


def _act_test(key: str, test: Test) -> ActTest:
    read = attrgetter(key)
    return lambda act: test(read(act))
