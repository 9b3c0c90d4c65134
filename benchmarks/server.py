"""A marketing API on loopback for measuring: contacts in pages, rendered beforehand, served as fast as a socket goes.

Run as a script it prints its address and serves until its standard input closes, so that its cost is nobody's figure.

    GET /v2/contacts?after=N        a page of 100 contacts of about 1.75 KB, `next` names the one after
    GET /v2/contacts?changed=1      100 contacts with a newer time
"""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

PER_PAGE = 100
START = datetime(2026, 1, 1, tzinfo=UTC)


def contact(number: int, version: int = 0) -> dict[str, object]:
    """One contact of about 1.75 KB; `version` makes it a later state of the same."""
    rng = random.Random(number * 31 + version)  # noqa: S311 - made-up data
    noise = {f"property_{index:02}": "".join(rng.choices("abcdefghij klmnop", k=34)) for index in range(25)}
    return {
        "id": f"c{number:07}",
        "email": f"person{number}@company{number % 5000}.example",
        "first_name": f"First{number % 997}",
        "last_name": f"Last{number % 1999}",
        "company": f"Company {number % 5000}",
        "job_title": rng.choice(["CEO", "Manager", "Analyst", "Intern", "Head of Ops"]),
        "country": rng.choice(["BR", "PT", "US", "DE"]),
        "phone": f"+55 11 9{number:08}",
        "updated_at": (START + timedelta(seconds=number, days=version * 30)).isoformat(),
        **noise,
    }


def render(contacts: int) -> tuple[list[bytes], bytes]:
    """All pages of the first read, and the page of an incremental one."""
    pages = []
    for first in range(0, contacts, PER_PAGE):
        after = str(first // PER_PAGE + 1) if first + PER_PAGE < contacts else None
        body = {"result": [contact(number) for number in range(first, first + PER_PAGE)], "next": after}
        pages.append(_answer(json.dumps(body).encode()))
    step = max(1, contacts // PER_PAGE)
    changed = {"result": [contact(number * step, 1) for number in range(PER_PAGE)], "next": None}
    return pages, _answer(json.dumps(changed).encode())


def _answer(body: bytes) -> bytes:
    date = format_datetime(datetime.now(UTC), usegmt=True)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(contacts: int) -> None:
    """Serve until standard input closes."""
    pages, changed = render(contacts)
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - tells its parent
    threading.Thread(target=_accept, args=(listener, pages, changed), daemon=True).start()
    sys.stdin.read()


def _accept(listener: socket.socket, pages: list[bytes], changed: bytes) -> None:
    while True:
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_talk, args=(peer, pages, changed), daemon=True).start()


def _talk(peer: socket.socket, pages: list[bytes], changed: bytes) -> None:
    waiting = b""
    while True:
        while b"\r\n\r\n" not in waiting:
            received = peer.recv(65_536)
            if not received:
                return
            waiting += received
        head, _, waiting = waiting.partition(b"\r\n\r\n")
        query = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
        peer.sendall(changed if query.get("from", [""])[0] else pages[int(query.get("after", ["0"])[0] or 0)])


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
