"""Tags, tasks and notes in the CRM: what follows a lead's state, and what an event sets off once per cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

from connector.mapping.crm_file import CrmFile, Note, Task
from connector.mapping.facts import Facts, our_path
from connector.mapping.mistakes import Mistakes
from connector.mapping.texts import Text, compile_body, compile_text
from connector.mapping.times import utc_text

SUBJECT_CHARACTERS = 255
"""What the shortest subject of the CRMs that we write takes."""


class CrmEffect(Struct, frozen=True):
    """One effect beside the record. A tag has a `name` and is on or off; a task has `subject`, `due_at` (UTC text)
    and perhaps `body` in `fields`, a note has `body`. `once_key` tells apart what happens once per cycle.
    """  # fmt: skip

    kind: Literal["tag", "task", "note"]
    name: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    on: bool = True
    once_key: str = ""


_Task: TypeAlias = tuple[Task, Text, Text | None]
_Note: TypeAlias = tuple[Note, Text]


class Effects:
    """The compiled `tag:`, `task:` and `note:`."""

    def __init__(self, file: CrmFile, mistakes: Mistakes) -> None:
        self._tag = None
        if file.tag is not None:
            with mistakes.at("tag", "while"):
                self._tag = (file.tag.name, our_path(file.tag.while_).read)
        self._tasks: list[_Task] = []
        self._notes: list[_Note] = []
        for index, task in enumerate(file.task):
            with mistakes.at("task", index):
                body = compile_body(task.body) if task.body else None
                self._tasks.append((task, compile_text(task.subject), body))
        for index, note in enumerate(file.note):
            with mistakes.at("note", index, "body"):
                self._notes.append((note, compile_body(note.body)))

    def plan(self, facts: Facts, event: str | None, at: datetime | None = None) -> list[CrmEffect]:
        """The tag as it should be (no event), or the tasks and notes that `event`, which happened `at`, sets off."""
        if event is None:
            return [CrmEffect("tag", self._tag[0], on=bool(self._tag[1](facts)))] if self._tag else []
        cycle = facts.get("lead", {}).get("cycle", 1)
        return [*self._planned_tasks(facts, event, cycle, at), *self._planned_notes(facts, event, cycle)]

    def _planned_tasks(self, facts: Facts, event: str, cycle: int, at: datetime | None) -> Iterator[CrmEffect]:
        for index, (task, subject, body) in enumerate(self._tasks, 1):
            if event in task.on:
                fields = _task_fields(task, subject(facts), body(facts) if body else "", at)
                yield CrmEffect("task", fields=fields, once_key=f"task:{index}:{event}:{cycle}")

    def _planned_notes(self, facts: Facts, event: str, cycle: int) -> Iterator[CrmEffect]:
        for index, (note, text) in enumerate(self._notes, 1):
            if event in note.on and (body := text(facts)):
                yield CrmEffect("note", fields={"body": body}, once_key=f"note:{index}:{event}:{cycle}")


def _task_fields(task: Task, subject: str, body: str, at: datetime | None) -> dict[str, Any]:
    fields = {"subject": " ".join(subject.split())[:SUBJECT_CHARACTERS]}
    if at is not None:
        fields["due_at"] = utc_text(at + timedelta(hours=task.due_hours))
    return {**fields, "body": body} if body else fields
