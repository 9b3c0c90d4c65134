"""Who is who: how addresses are compared, and what a record's id and address together say about its person. Pure.

Order of proof: the platform's id; a merge or conversion told by a platform; the normalised e-mail. Shared mailboxes
join nothing. A changed e-mail leaves the person who they are; when the new one is another person's, nothing is
joined and the record is a reject (`identity_clash`) until somebody decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Final, Literal

from msgspec import Struct

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
"""Zero-width characters that copy and paste leaves in addresses."""


class EmailRules(Struct, frozen=True):
    """How addresses join: `plus_addresses` `distinct` or `same`, and the mailboxes that several people share."""

    plus_addresses: Literal["distinct", "same"] = "distinct"
    shared_mailboxes: frozenset[str] = frozenset()

    def key(self, address: object) -> str | None:
        """The form in which two addresses are compared; None for what is no address."""
        return self._key_and_mailbox(address)[0]

    def joining_key(self, address: object) -> str | None:
        """As `key`, for addresses under which contacts are joined: None for a shared mailbox too."""
        key, mailbox = self._key_and_mailbox(address)
        return None if mailbox in self.shared_mailboxes else key

    def _key_and_mailbox(self, address: object) -> tuple[str | None, str]:
        if type(address) is not str:
            return None, ""
        text = address.strip().lower()
        if not text.isascii():
            text = _ascii(text)
        local, _, domain = text.rpartition("@")
        if not local or "." not in domain or " " in text or domain[0] == "." or domain[-1] == ".":
            return None, ""
        if self.plus_addresses == "same":
            local = local.partition("+")[0] or local
            return f"{local}@{domain}", local
        return text, local

    def is_shared(self, key: str) -> bool:
        """Is this the address of a role (info@, vendas@), which stands for nobody in particular?"""
        return key.partition("@")[0] in self.shared_mailboxes


def _ascii(text: str) -> str:
    clean = unicodedata.normalize("NFC", text.translate(INVISIBLE)).strip()
    local, at, domain = clean.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return clean


def new_leadloop_ids(count: int, random_bytes: Callable[[int], bytes]) -> list[str]:
    """`ll-` and 16 base32 characters each: 80 random bits, given once per person and kept through joins.

    Those made together begin alike: as neighbours they lie in a few pages of the store's index, where ids without any
    likeness dirty a page each. 60 bits of their own tell a thousand of them apart.
    """
    letters = random_bytes(_SHARED + _OWN * count).translate(_LETTER_OF_BYTE).decode()
    start = "ll-" + letters[:_SHARED]
    return [start + letters[at : at + _OWN] for at in range(_SHARED, len(letters), _OWN)]


def is_leadloop_id(text: str) -> bool:
    """Has it the form of those that we make?"""
    return _LEADLOOP_ID.fullmatch(text) is not None


_SHARED, _OWN = 4, 12
_LEADLOOP_ID: Final = re.compile(r"ll-[a-z2-7]{16}")
_LETTER_OF_BYTE = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""Each letter for eight of the 256 bytes: five random bits of each byte are used."""


class Verdict(Struct, frozen=True):
    """What a record's keys say: `known` (this person), `new`, or `clash` (id and address name two persons)."""

    kind: Literal["known", "new", "clash"]
    person: int | None = None
    other: int | None = None


NOBODY = Verdict("new")


def whose(by_id: int | None, by_email: int | None) -> Verdict:
    """Decide by the platform's id first, then the address.

    An id that is known wins; an address of somebody else beside it is a clash, never a silent join. A record whose
    id is new belongs to the person of its address.
    """
    if by_id is not None:
        if by_email is not None and by_email != by_id:
            return Verdict("clash", by_id, by_email)
        return Verdict("known", by_id)
    if by_email is not None:
        return Verdict("known", by_email)
    return NOBODY


def matching_emails(emails: Collection[tuple[str, str]], rules: EmailRules) -> list[str]:
    """The addresses that may find this person in a CRM: own ones, not aliases, not shared mailboxes.

    `emails` holds (key, role) pairs as the store keeps them.
    """
    return [key for key, role in emails if role == "own" and not rules.is_shared(key)]
