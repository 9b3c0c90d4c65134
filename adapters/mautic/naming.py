"""What forms, mails and files are called, and the ids of stages and segments by their names.

Acts name a form or a mail by its number; scoring models and people name it by its name. Each is asked for once.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from adapters.mautic.asking import rows
from adapters.mautic.spec import BATCH
from connector.adapter import Client
from connector.errors import RecordError
from connector.model import Json

KINDS: Final = {"forms": ("form", "name"), "emails": ("email", "name"), "assets": ("asset", "title")}
"""Address → the key of its answer, and what holds the name."""


class Names(Struct):
    """Asks once, remembers for as long as the adapter lives."""

    client: Client
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def name_of(self, kind: str, id_: str) -> str:
        """The name of a form, mail or file; its number where it is gone or the role may not see it."""
        if (kind, id_) not in self.told:
            answer = self.client.request("GET", f"/api/{kind}/{id_}", accept={403, 404})
            one, holds = KINDS[kind]
            body = answer.json() if answer.status == 200 else {}
            thing = body.get(one) if isinstance(body, dict) else None
            self.told[kind, id_] = str((thing or {}).get(holds) or id_)
        return self.told[kind, id_]

    def id_of(self, kind: str, name: str, effect: str) -> str:
        """The number of a stage or segment by its name (or alias); a number is taken as it is.

        Raises RecordError when the account has none of this name.
        """
        if name.isdigit():
            return name
        if name.lower() not in self.ids.get(kind, {}):
            self.ids[kind] = self._listed(kind)
        found = self.ids[kind].get(name.lower())
        if found is None:
            what = kind.removesuffix("s")
            raise RecordError(
                f"the account has no {what} '{name}'",
                code=f"unknown_{what}",
                place=effect,
                hint=f"create the {what} in Mautic, or correct the mapping",
            )
        return found

    def _listed(self, kind: str) -> dict[str, str]:
        found: dict[str, str] = {}
        start = 0
        while True:
            answer = self.client.request("GET", f"/api/{kind}", params={"start": start, "limit": BATCH})
            listed = rows(answer, "lists" if kind == "segments" else kind)
            for row in listed:
                found |= {str(row[key]).lower(): str(row["id"]) for key in ("alias", "name") if row.get(key)}
            start += BATCH
            if len(listed) < BATCH:
                return found


def answers_of(client: Client, form_id: str, first: int, last: int) -> dict[str, Json]:
    """What was filled in, by submission, for those with ids from `first` to `last`; nothing where we may not see it."""
    asked: Json = {
        "limit": last - first + 1,
        "where[0][col]": "s.id", "where[0][expr]": "gte", "where[0][val]": first,
        "where[1][col]": "s.id", "where[1][expr]": "lte", "where[1][val]": last,
    }  # fmt: skip
    answer = client.request("GET", f"/api/forms/{form_id}/submissions", params=asked, accept={403, 404})
    if answer.status != 200:
        return {}
    return {str(row.get("id")): row.get("results") or {} for row in rows(answer, "submissions")}
