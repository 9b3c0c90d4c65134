"""Creations on platforms that keep no key single: whoever makes a record looks first whether the person has one.

A record that carries our key is changed instead, as an upsert would; any other record of the person is a conflict.
"""

from __future__ import annotations

from connector.adapter.crm import Found, PersonKeys, Resolution
from connector.model import LeadWrite, Outcome


def person_of(write: LeadWrite) -> PersonKeys:
    """All that may find the person whose record a creation makes."""
    return PersonKeys(write.key, (), (write.email,) if write.email else ())


def record_of(answer: Resolution) -> Found | None:
    """The record that stands in the way of a creation, best first; one that carries another key is somebody else's."""
    return next((one for one in answer.found if one.key in (None, answer.leadloop_id)), None)


def exists(write: LeadWrite, *existing: tuple[str, str]) -> Outcome:
    """The outcome of a creation for a person who has these records already."""
    return Outcome(
        write.effect, "conflict", object=existing[0][0], code="exists", text="the person has a record already",
        existing=list(existing),
    )  # fmt: skip
