"""`$batch`: requests in one, answered in order, until the first that fails unless the client wants all.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl

from connector.testing.simulator import Reply, Request
from connector.testing.simulators.dynamics365.wording import Refused, refused

MAX_PARTS: Final = 1000
_BOUNDARY: Final = "batchresponse_01346794-f2e2-4d45-8cc2-f97e09fe8916"


def parts_of(request: Request) -> list[Request]:
    """The requests inside. Raises Refused for a text that is no batch, or too many."""
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    text = request.body.decode()
    if not kind.startswith("multipart/mixed") or not boundary or "\r\n" not in text:
        raise Refused(refused(400, "0x80048d19", "The batch request is malformed."))
    pieces = text.split("--" + boundary.strip('"'))
    if not pieces[-1].startswith("--"):
        raise Refused(refused(400, "0x80048d19", "The batch request has no end."))
    if len(pieces) - 2 > MAX_PARTS:
        raise Refused(refused(400, "0x80060888", f"A batch may contain up to {MAX_PARTS} requests."))
    return [_request(piece.strip("\r\n")) for piece in pieces[1:-1]]


def _request(piece: str) -> Request:
    outer, _, inner = piece.partition("\r\n\r\n")
    if "content-type: application/http" not in outer.lower():
        raise Refused(refused(400, "0x80048d19", "A part of the batch is no request."))
    head, _, body = inner.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    named = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in named}
    params = dict(parse_qsl(query, keep_blank_values=True))
    return Request(method, path, params, headers, body.strip().encode(), query=query)


def run(request: Request, answer: Callable[[Request], Reply]) -> Reply:
    """The answer to a batch: without the wish to go on, that of its first failure."""
    replies: list[Reply] = []
    goes_on = "continue-on-error" in request.headers.get("prefer", "")
    for part in parts_of(request):
        replies.append(answer(part))
        if replies[-1].status >= 400 and not goes_on:
            break
    return packed(replies, replies[-1].status if replies and not goes_on and replies[-1].status >= 400 else 200)


def packed(replies: list[Reply], status: int = 200) -> Reply:
    """Replies as the text of a batch's answer."""
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    texts = [f"--{_BOUNDARY}\r\n{head}{_text(reply)}\r\n" for reply in replies]
    body = "".join(texts) + f"--{_BOUNDARY}--\r\n"
    headers = {"Content-Type": f"multipart/mixed; boundary={_BOUNDARY}", "OData-Version": "4.0"}
    return Reply(status, body.encode(), headers)


def _text(reply: Reply) -> str:
    lines = [f"HTTP/1.1 {reply.status} OK", *(f"{name}: {value}" for name, value in reply.headers.items())]
    return "\r\n".join([*lines, "", reply.encoded().decode()])
