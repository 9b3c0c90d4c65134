"""The text of a batch: requests packed into one, and the answers taken out of it again, in order.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api
Quirk:  every line ends in CRLF; the answer has a boundary of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct, field

from connector.errors import UnknownOutcome
from connector.model import Json

_BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")


class Part(Struct, frozen=True):
    """One request of a batch. `path` is absolute, without the host; a question has no body."""

    method: str
    path: str
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class PartAnswer(Struct, frozen=True):
    """The answer to one request of a batch; `body` is None when it has none."""

    status: int
    headers: Mapping[str, str]
    body: Any


def packed(parts: Sequence[Part]) -> tuple[str, bytes]:
    """Content type and body of a batch. The boundary follows from the content, so that a repeat is the same."""
    texts = [_text(part) for part in parts]
    boundary = "batch_" + sha256("\r\n".join(texts).encode()).hexdigest()[:32]
    head = f"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    whole = "".join(f"{head}{text}\r\n" for text in texts) + f"--{boundary}--\r\n"
    return f'multipart/mixed; boundary="{boundary}"', whole.encode()


def _text(part: Part) -> str:
    kind = {} if part.body is None else {"Content-Type": "application/json"}
    headers = {"Accept": "application/json", **kind, **part.headers}
    lines = [f"{part.method} {part.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", "" if part.body is None else json.dumps(part.body, allow_nan=False)])


def unpacked(content_type: str, content: bytes) -> list[PartAnswer]:
    """The answers of a batch, as far as they came whole. Raises UnknownOutcome when this is no batch's answer."""
    told = _BOUNDARY.search(content_type)
    if told is None:
        raise UnknownOutcome("Dynamics took the batch, its answer is none")
    # What stands behind the last boundary was cut: it tells nothing.
    pieces = content.split(b"--" + told[1].encode())[1:-1]
    return list(_answers(pieces))


def _answers(pieces: Sequence[bytes]) -> Iterator[PartAnswer]:
    for piece in pieces:
        _, _, http = _cut(piece.lstrip(b"\r\n"))
        head, _, body = _cut(http)
        lines = head.decode(errors="replace").splitlines()
        status = lines[0].split(" ")[1] if lines and " " in lines[0] else ""
        if not status.isdigit():
            raise UnknownOutcome("Dynamics took the batch, a part of its answer has no status")
        named = (line.partition(":") for line in lines[1:])
        yield PartAnswer(int(status), {name.strip().lower(): value.strip() for name, _, value in named}, _json(body))


def _cut(text: bytes) -> tuple[bytes, bytes, bytes]:
    found = _BLANK_LINE.search(text)
    return (text, b"", b"") if found is None else (text[: found.start()], found[0], text[found.end() :])


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return None
