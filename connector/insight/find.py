"""Which lead a person means: by leadloop_id, by an address, or by any id in any system."""

from __future__ import annotations

from typing import Final

from connector.errors import RecordError
from connector.identity import EmailRules
from connector.state import people
from connector.state.store import Tx


def find_person(db: Tx, emails: EmailRules, text: str) -> list[int]:
    """The persons whom this text names; several when systems use the same id for different people."""
    return sorted(set(_matches(db, emails, text.strip()).values()))


def one_person(db: Tx, emails: EmailRules, text: str) -> int:
    """The one person whom this text names. Raises RecordError: `unknown_lead`, or `ambiguous_lead` with the systems.

    The texts repeat no address: what was typed may be personal data, and errors reach logs.
    """
    found = _matches(db, emails, text.strip())
    persons = set(found.values())
    if not persons:
        hint = "give an e-mail, a leadloop_id, or an id in any system"
        raise RecordError("no lead has this id or address", code="unknown_lead", hint=hint)
    if len(persons) > 1:
        meant = ", ".join(f"{people.leadloop_id_of(db, person)} ({system})" for system, person in sorted(found.items()))
        hint = "use one of the leadloop_ids"
        raise RecordError(f"this id means several leads: {meant}", code="ambiguous_lead", hint=hint)
    return persons.pop()


def _matches(db: Tx, emails: EmailRules, text: str) -> dict[str, int]:
    """Person by the system that knows the text: a leadloop_id or an address outranks all other ids."""
    ours = people.persons_by_leadloop_id(db, [text.lower()]).get(text.lower())
    if ours is not None:
        return {"leadloop": ours}
    key = emails.key(text)
    if key is not None and (person := people.person_by(db, people.EMAIL, key)) is not None:
        return {people.EMAIL: person}
    return dict(db.execute(BY_ID, (text,)).fetchall())


BY_ID: Final = """
WITH RECURSIVE systems (name) AS (
    SELECT min(system) FROM identities
    UNION ALL SELECT (SELECT min(system) FROM identities WHERE system > name) FROM systems WHERE name IS NOT NULL
), connections (name) AS (
    SELECT min(connection) FROM contacts
    UNION ALL SELECT (SELECT min(connection) FROM contacts WHERE connection > name) FROM connections
    WHERE name IS NOT NULL
)
SELECT s.name, i.person_id FROM systems AS s JOIN identities AS i ON i.system = s.name AND i.key = ?1
UNION SELECT s.name, c.person_id FROM connections AS s JOIN contacts AS c ON c.connection = s.name AND c.id = ?1
"""
"""Hops from system to system by the index, so that an id is found without reading all of them."""
