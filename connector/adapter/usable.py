"""What is looked at before a CRM is asked for anything: a write that no call could carry out spends none."""

from __future__ import annotations

from collections.abc import Collection

from connector.errors import RecordError
from connector.model import LeadWrite, Outcome


def check_write(write: LeadWrite, kinds: Collection[str], platform: str) -> None:
    """Raises RecordError for a write of no kind that the platform takes, or one that names neither record nor key.

    A creation under a blank key would make a new record each time that it is sent.
    """
    if write.kind not in kinds:
        raise RecordError(f"{platform} takes no writes of kind '{write.kind}'", code="unsupported")
    if write.kind == "record" and not (write.record_id or write.key):
        raise RecordError("a record is made under a key, and this write has none", code="blank_key")
    if write.kind != "record" and not write.record_id:
        raise RecordError(f"a {write.kind} hangs on a record, and this write names none", code="no_record")


def unusable(write: LeadWrite, kinds: Collection[str], platform: str) -> Outcome | None:
    """The outcome of a write that `check_write` finds wrong; None for a good one."""
    try:
        check_write(write, kinds, platform)
    except RecordError as error:
        return Outcome(
            write.effect, "rejected", record_id=write.record_id, object=write.object, code=error.code,
            text=error.message,
        )  # fmt: skip
    return None
