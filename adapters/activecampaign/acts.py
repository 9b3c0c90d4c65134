"""What one contact did: the activity log, and what it refers to.

An act: `key`, `contact_id`, `at`, `kind` (reference_type), `action`, what it refers to (`campaign`, `form`, `list`,
`automation` by name, `url`, `isread`), `name` and `value` of a tracking log, `by_machine` for what Apple's privacy
proxy fetched.
Source: https://developers.activecampaign.com/reference/list-contact-activities, …/get-contact-tracking-logs
Quirk:  the log of a contact is brought up to date when the contact is fetched, so that comes first. Since its rows are
        made then, they are known by what they refer to and their time, not by their own id.
Quirk:  LinkData is an opening where `isread` is set (the link is the tracking pixel), else a click.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from adapters.activecampaign import rows
from adapters.activecampaign.asking import everything, is_given, moment, table
from adapters.activecampaign.naming import Names
from adapters.activecampaign.people import PATH
from connector.adapter import Client, Page
from connector.model import Json

INCLUDE: Final = "reference,reference.link,reference.contactList,reference.campaign,reference.automation"
TRACKED: Final = "TrackingLog"
BOUNCED: Final = "BounceLog"
"""How we call a row of a contact's bounces; the log does not have them."""
BY_MACHINE: Final = "MppLinkData"
_NAMED: Final = {
    "campaign": ("campaigns", ("campaign", "campaignid")),
    "form": ("forms", ("form", "formid")),
    "list": ("lists", ("list", "listid")),
    "automation": ("automations", ("automation", "seriesid")),
}
"""What an act says → whose name that is, and where a reference holds the number."""


class Acts(Struct):
    """Reads the acts of contacts, one contact at a time."""

    client: Client
    names: Names
    size: int

    def of(self, id_: str, after: datetime | None) -> Iterator[Page[Json]]:
        """Acts after this time; nothing of a contact that is gone."""
        answer = self.client.request("GET", f"{PATH}/{id_}", accept={404})
        if answer.status == 404:
            return
        tracked = False
        for found, body in rows.walk(self.client, {"contact": id_, "include": INCLUDE}, after, self.size):
            own = [{**row, "subscriberid": id_} for row in found if row.get("reference_type") != TRACKED]
            tracked = tracked or len(own) < len(found)
            yield Page(self.of_rows(own, body))
        if tracked:
            yield Page(self._beside(id_, "trackingLogs", TRACKED, after))
        if _has_bounced(table(answer).get("contact")):
            yield Page(self._beside(id_, "bounceLogs", BOUNCED, after))

    def of_rows(self, found: Sequence[Json], body: Json) -> list[Json]:
        """Rows of the log as acts, with what the answer brought along."""
        for kind in ("links", "campaigns", "automations", "lists", "forms"):
            for one in body.get(kind) or ():
                self.names.learn(kind, one)
        references = _References(body)
        return [self._act(row, references) for row in found]

    def _act(self, row: Json, references: _References) -> Json:
        kind, action, at = str(row.get("reference_type")), str(row.get("reference_action") or ""), _told(row)
        reference = references.of(row)
        number = row.get("reference_id") or row.get("id")
        said = {name: self._name(reference, kinds, where) for name, (kinds, where) in _NAMED.items()}
        return said | {
            "key": f"{kind}:{number}:{action}:{at}", "contact_id": str(row["subscriberid"]), "at": at,
            "kind": kind, "action": action,
            "url": self._url(reference), "isread": _flag(reference.get("isread")),
            "by_machine": True if kind == BY_MACHINE else None,
        }  # fmt: skip

    def _name(self, reference: Mapping[str, Any], kinds: str, where: tuple[str, ...]) -> str | None:
        number = next((reference[name] for name in where if is_given(reference.get(name))), None)
        return self.names.name_of(kinds, number)

    def _url(self, reference: Mapping[str, Any]) -> str | None:
        """The address of a link; the tracking pixel has none."""
        link = self._name(reference, "links", ("link", "linkid")) or ""
        return link if link.startswith(("http://", "https://")) else None

    def _beside(self, id_: str, name: str, kind: str, after: datetime | None) -> list[Json]:
        """Rows that have a list of their own at the contact."""
        acts: list[Json] = []
        for row in everything(self.client, f"contacts/{id_}/{name}", name):
            at = moment(row.get("tstamp"))
            if at is not None and (after is None or at >= after):
                acts.append({
                    "key": f"{kind}:{row.get('id')}", "contact_id": id_, "at": at.isoformat(), "kind": kind,
                    "name": row.get("type"), "value": row.get("value"),
                    "campaign": self.names.name_of("campaigns", row.get("campaignid")),
                })  # fmt: skip
        return acts


class _References:
    """What the rows of one answer refer to, by kind and id: `link-data` 12 stands in `linkData`."""

    def __init__(self, body: Json) -> None:
        self._body = body
        self._found: dict[str, dict[str, Json]] = {}

    def of(self, row: Json) -> Json:
        """The thing itself; nothing when the answer did not bring it along."""
        reference = row.get("reference")
        if not isinstance(reference, dict):
            return {}
        kind = _camel(str(reference.get("type")))
        if kind not in self._found:
            listed = self._body.get(kind) or self._body.get(f"{kind}s") or ()
            self._found[kind] = {str(one.get("id")): one for one in listed if isinstance(one, dict)}
        return self._found[kind].get(str(reference.get("id")), {})


def _camel(kind: str) -> str:
    first, *others = kind.split("-")
    return first + "".join(part.capitalize() for part in others)


def _told(row: Json) -> str | None:
    at = moment(row.get("tstamp"))
    return None if at is None else at.isoformat()


def _flag(value: Any) -> bool | None:
    """`isread` comes as a number, a text or a truth; None when nobody says."""
    return None if value is None else str(value) not in ("0", "", "False", "false")


def _has_bounced(contact: Any) -> bool:
    return isinstance(contact, dict) and any(is_given(contact.get(name)) for name in ("bounced_hard", "bounced_soft"))
