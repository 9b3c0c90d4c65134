"""The addresses of a simulated Act-On.

Source: https://developer.act-on.com/reference, and the older pages of https://developer.act-on.com/hc/en-us
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from connector.model import Json
from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.acton import wording
from connector.testing.simulators.acton.account import EMAIL, SimContact, SimList, SimMessage, milliseconds
from connector.testing.simulators.acton.signed import SignedAccount

MOST: Final = 1000
DRILLDOWNS: Final = ("SENT", "SUPPRESSED", "OPENED", "CLICKED", "BOUNCED", "OPT_OUT", "SPAM")
ACTIONS: Final = ("CUSTOM_GENERAL", "CUSTOM_DOWNLOADED", "CUSTOM_REGISTERED", "CUSTOM_ATTENDED")


class ActOnSimulator(SignedAccount):
    """One account, over real HTTP."""

    @route("POST", "/token")
    def token(self, request: Request) -> Reply:
        return self.tokens.exchange(request)

    # Lists. The fixed words come first: `optout` is no list of contacts.

    @route("GET", "/api/1/list")
    def lists(self, request: Request) -> Reply:
        rows = [
            {"id": one.id, "name": one.name, "folderName": "Default Folder", "sourceSize": str(len(one.contacts)),
             "tsLastModified": milliseconds(self.clock()), "bIsList": True}
            for one in self.account.lists.values()
        ]  # fmt: skip
        return Reply(200, _page(rows, request, total=len(rows)))

    @route("GET", "/api/1/list/{id}")
    def one_list(self, request: Request) -> Reply:
        if request.args["id"] in self.account.suppressed:
            return self._suppressed(request)
        of = self.account.lists.get(request.args["id"])
        if of is None:
            return wording.invalid_list()
        contacts = [one for one in of.contacts.values() if self._is_asked(one, request)]
        offset, count = _window(request)
        rows = contacts[offset : offset + count]
        dated = request.params.get("datequalifiers") == "true"
        body = {
            "listId": of.id, "name": of.name, "offset": offset, "count": len(rows), "totalCount": len(contacts),
            "emailColumn": of.columns.index(EMAIL) + 1 if EMAIL in of.columns else -1,
            "headers": ["_contact_id_", *of.columns, *(self._date_columns() if dated else ())],
            "data": [self._row(of, one, dated=dated) for one in rows],
        }  # fmt: skip
        return Reply(200, body)

    @route("GET", "/api/1/list/lookup/{id}")
    def lookup(self, request: Request) -> Reply:
        of = self.account.lists.get(request.args["id"])
        if of is None:
            return wording.invalid_list()
        asked = request.params.get("email", "").lower()
        found = next((one for one in of.contacts.values() if one.email.lower() == asked), None)
        return wording.invalid_contact() if found is None else Reply(200, {"contactID": found.id, **found.values})

    # Records.

    @route("GET", "/api/1/list/{list}/record/{id}")
    def record(self, request: Request) -> Reply:
        found = self._record(request)
        return found if isinstance(found, Reply) else Reply(200, self._row(*found, dated=False))

    @route("PUT", "/api/1/list/{list}/record/{id}")
    def write(self, request: Request) -> Reply:
        found = self._record(request)
        if isinstance(found, Reply):
            return found
        of, contact = found
        values: Json = request.json()
        if not set(values) <= set(of.columns):
            return wording.invalid_column()
        self.account.change(contact, values)
        contact.modified_at = self.clock()
        return Reply(200, {"status": "success", "message": "Record updated"})

    @route("GET", "/api/1/list/{list}/record/{id}/facts")
    def facts(self, request: Request) -> Reply:
        found = self._record(request)
        if isinstance(found, Reply):
            return found
        _, contact = found
        first = _month(self.clock()) - int(request.params.get("months") or 0)
        shown = [one for one in contact.history if _month(_at(one["WhenMillis"])) >= first]
        months = sorted({f"{_at(one['WhenMillis']):%y%m}" for one in contact.history})
        activity = {"score": 0, "ScorePeriod": "all time", "ScoreDetails": [], "EntryMonthsAvailable": months}
        return Reply(200, {"activity": activity, "activitylist": shown})

    @route("POST", "/api/1/customevents/fact")
    def custom_event(self, request: Request) -> Reply:
        form = request.form()
        if form.get("customeventaction") not in ACTIONS or not form.get("email") or not form.get("when"):
            return wording.refusal(10011, "Missing or invalid parameter")
        self.account.custom_events.setdefault(form["destination"], []).append(form)
        for contact in self.account.with_email(form["email"])[:1]:
            self.do(contact.id, "custom", f"{form['destination']}: {form['title']}")
        return Reply(200, {"status": "success", "message": "Custom event added"})

    # Messages.

    @route("GET", "/api/1/message")
    def messages(self, request: Request) -> Reply:
        rows = [
            {"name": one.name, "msgId": one.id, "msgType": one.type, "timeStamp": str(milliseconds(one.at)),
             "timeWhen": wording.date(one.at, "words"), "isTextOnly": "false", "senderEmail": "news@acton.example"}
            for one in reversed(self.account.messages.values()) if one.type == request.params.get("type")
        ]  # fmt: skip
        return Reply(200, {**_page(rows, request, total=len(rows), name="msgresult"), "id": 0})

    @route("GET", "/api/1/message/{id}/report")
    def report(self, request: Request) -> Reply:
        message = self.account.messages.get(request.args["id"])
        return wording.invalid_message() if message is None else Reply(200, _report(message))

    @route("GET", "/api/1/message/{id}/report/{drilldown}")
    def drilldown(self, request: Request) -> Reply:
        message = self.account.messages.get(request.args["id"])
        if message is None:
            return wording.invalid_message()
        if request.args["drilldown"] not in DRILLDOWNS:
            return wording.invalid_drilldown()
        rows = message.rows.get(request.args["drilldown"], [])
        return Reply(200, _page(rows, request, total=len(rows)))

    # How it answers.

    def _record(self, request: Request) -> tuple[SimList, SimContact] | Reply:
        of = self.account.lists.get(request.args["list"])
        if of is None:
            return wording.invalid_list()
        contact = of.contacts.get(request.args["id"])
        return wording.invalid_contact() if contact is None else (of, contact)

    def _row(self, of: SimList, contact: SimContact, *, dated: bool) -> list[str]:
        values = [str(contact.values.get(name) or "") for name in of.columns]
        dates = [wording.date(at, self.dates) for at in (contact.created_at, contact.modified_at)]
        return [contact.id, *values, *(dates if dated else ())]

    def _date_columns(self) -> tuple[str, str]:
        return ("__created_date", "__modified_date") if self.dunder else ("created_date", "modified_date")

    def _is_asked(self, contact: SimContact, request: Request) -> bool:
        after = int(request.params.get("modafter") or 0) * self.list_unit_ms
        before = int(request.params.get("modbefore") or 0) * self.list_unit_ms
        at = milliseconds(contact.modified_at)
        return at > after and (not before or at < before)

    def _suppressed(self, request: Request) -> Reply:
        after = int(request.params.get("createdafter") or 0) * 1000
        rows = [
            {"email": email, "timestamp": milliseconds(at), "origin": "Contact: unsubscribed"}
            for email, at in self.account.suppressed[request.args["id"]]
            if milliseconds(at) > after
        ]
        return Reply(200, _page(rows, request, total=-1))


def _page(rows: Sequence[Json], request: Request, *, total: int, name: str = "result") -> Json:
    offset, count = _window(request)
    shown = list(rows[offset : offset + count])
    return {"offset": offset, "count": len(shown), "totalCount": total, name: shown}


def _window(request: Request) -> tuple[int, int]:
    return int(request.params.get("offset") or 0), min(int(request.params.get("count") or MOST), MOST)


def _report(message: SimMessage) -> Json:
    def unique_and_all(kind: str) -> list[int]:
        rows = message.rows.get(kind, [])
        return [len({row["recid"] for row in rows}), len(rows)]

    def newest(kind: str) -> int:
        return max((row["ts"] for row in message.rows.get(kind, [])), default=0)

    bounced = len(message.rows.get("BOUNCED", []))
    counts: dict[str, Any] = {"opened": unique_and_all("OPENED"), "clicked": unique_and_all("CLICKED")}
    counts |= {"bounced": bounced, "hardBounced": bounced, "softBounced": 0, "optout": 0, "spam": 0}
    times = {"lastOpenTS": newest("OPENED"), "lastClickTS": newest("CLICKED")}
    return {"status": "ok", "msgId": message.id, "title": message.name, "subject": message.name, **counts, **times}


def _at(told: int) -> datetime:
    return datetime.fromtimestamp(told / 1000, UTC)


def _month(at: datetime) -> int:
    return at.year * 12 + at.month
