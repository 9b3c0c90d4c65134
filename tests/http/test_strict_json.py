"""The one JSON loader, where a choice was made."""

from __future__ import annotations

import pytest
from msgspec import Struct

from connector.http.strict_json import decode


class Contact(Struct):
    """What of a contact is wanted."""

    id: str
    email: str | None = None


@pytest.mark.parametrize("only", [None, list[Contact]])
def test_of_repeated_keys_the_last_counts_in_every_form(only: object) -> None:
    """The module says why they are not refused."""
    [contact] = decode(b'[{"id": "1", "email": "old@acme.example", "email": "new@acme.example", "id": "2"}]', only)
    found = contact if isinstance(contact, dict) else {"id": contact.id, "email": contact.email}
    assert found == {"id": "2", "email": "new@acme.example"}
