"""Tags are categories of the party: added and removed one by one, beside those that people set.

The opportunity itself has none. A category that does not exist yet is made.
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.tryton import outcomes
from adapters.tryton.account import Account
from adapters.tryton.api import Api
from adapters.tryton.changing import read
from adapters.tryton.names import CATEGORY, OPPORTUNITY, PARTY
from adapters.tryton.sending import TrytonSending
from connector.adapter import Send
from connector.model import Json, LeadWrite, Outcome, ReadBack


def send(account: Account, api: Api, sending: TrytonSending, writes: Sequence[LeadWrite]) -> None:
    """Put tags on the parties of these records, or take them off."""
    parties = parties_of(api, writes)
    categories = categories_of(account, api, writes)
    for write in writes:
        party, category = parties.get(write.effect), categories[write.name]
        if party is None:
            sending.outcomes[write.effect] = outcomes.gone(write)
        elif (category is not None and category in party["categories"]) is write.on:
            sending.outcomes[write.effect] = outcomes.unchanged(write, (write.object, str(write.record_id)))
        else:
            sending.attempt(_change(api, party, categories), [write])


def seen(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """Are the tags as they were wanted?"""
    if not writes:
        return []
    parties = parties_of(account.api, writes)
    categories = categories_of(account, account.api, writes)
    found = []
    for write in writes:
        party, category = parties.get(write.effect), categories[write.name]
        is_on = party is not None and category is not None and category in party["categories"]
        is_there = party is not None and is_on is write.on
        record_id = write.record_id if is_there else None
        found.append(ReadBack(write.effect, is_there, record_id=record_id, object=write.object))
    return found


def parties_of(api: Api, writes: Sequence[LeadWrite]) -> dict[str, Json]:
    """The party behind each write's record, by effect; those whose record is no more are left out."""
    opportunities, parties = read(api, None, writes)
    found: dict[str, Json] = {}
    for write in writes:
        row = (opportunities if write.object == OPPORTUNITY else parties).get(str(write.record_id))
        party = row if row is None or write.object == PARTY else parties.get(str(row.get("party")))
        if party is not None:
            found[write.effect] = party
    return found


def categories_of(account: Account, api: Api, writes: Sequence[LeadWrite]) -> dict[str, int | None]:
    """The categories of these tags by name; None for one that does not exist yet."""
    return {name: account.category(name, api) for name in dict.fromkeys(write.name for write in writes)}


def _change(api: Api, party: Json, categories: dict[str, int | None]) -> Send:
    def put(writes: Sequence[LeadWrite]) -> list[Outcome]:
        [write] = writes
        category = categories[write.name]
        if category is None:
            category = categories[write.name] = api.create(CATEGORY, [{"name": write.name}])[0]
        api.put(PARTY, str(party["id"]), {"categories": [["add" if write.on else "remove", [category]]]})
        return [outcomes.done(write, (write.object, str(write.record_id)))]

    return put
