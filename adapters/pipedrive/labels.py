"""Tags are labels here: of a lead by UUID, of persons and deals as options of a field. Added and removed one by one.

The API replaces a record's labels as a set, so they are read just before; one that sales sets within that moment is
lost. A label that does not exist yet is made, in green.
Source: https://pipedrive.readme.io/docs/working-with-labels
"""

from __future__ import annotations

from typing import Any, Final

from adapters.pipedrive import outcomes
from adapters.pipedrive.account import Account
from adapters.pipedrive.api import Api
from adapters.pipedrive.columns import LEAD
from adapters.pipedrive.directory import PATHS
from adapters.pipedrive.schema import LEAD_LABELS, LISTS
from connector.model import LeadWrite, Outcome, ReadBack

COLOR: Final = "green"


def put(account: Account, api: Api, write: LeadWrite) -> Outcome:
    """Put a label on a record, or take it off."""
    label = _label_id(account, api, write)
    if label is None:
        return outcomes.unchanged(write)
    path = f"{PATHS[write.object]}/{write.record_id}"
    row = api.one(path)
    if row is None:
        return outcomes.moved(write, "gone", "the record is there no more")
    labels = list(row.get("label_ids") or ())
    if (label in labels) is write.on:
        return outcomes.unchanged(write)
    wanted = [*labels, label] if write.on else [one for one in labels if one != label]
    api.save("PATCH", path, {"label_ids": wanted})
    return outcomes.done(write, write.object, write.record_id)


def seen(account: Account, write: LeadWrite) -> ReadBack:
    """Is the label as it was wanted?"""
    row = account.api.one(f"{PATHS[write.object]}/{write.record_id}")
    label = account.schema.labels(write.object).id_of(write.name)
    is_on = row is not None and label is not None and label in (row.get("label_ids") or ())
    is_there = row is not None and is_on is write.on
    return ReadBack(write.effect, is_there, record_id=write.record_id if is_there else None, object=write.object)


def _label_id(account: Account, api: Api, write: LeadWrite) -> Any:
    """The id of the write's label; None when there is none and none is wanted."""
    label = account.schema.labels(write.object).id_of(write.name)
    if label is not None or not write.on:
        return label
    account.schema.forget()  # somebody may have made it meanwhile
    labels = account.schema.labels(write.object)
    label = labels.id_of(write.name)
    if label is not None:
        return label
    if write.object == LEAD:
        made = api.save("POST", LEAD_LABELS, {"name": write.name, "color": COLOR})
    else:
        options = f"{LISTS[write.object]}/{labels.field_code or 'label_ids'}/options"
        made = api.save("POST", options, [{"label": write.name, "color": COLOR}])
    account.schema.forget()
    return made["id"] if isinstance(made, dict) else account.schema.labels(write.object).id_of(write.name)
