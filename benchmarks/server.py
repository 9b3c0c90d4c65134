"""A marketing API on loopback for measuring: contacts in pages, rendered beforehand, served as fast as a socket goes.

As a script it prints its address and serves until its standard input closes, so that its cost is nobody's figure:
`python benchmarks/server.py CONTACTS [CHANGED] [PROPERTIES]`.

    GET /v2/contacts?after=N          a page of 100 contacts of about 1.75 KB; `next` names the one after
    GET /v2/contacts?from=T&after=N   the same of CHANGED contacts; each walk from the start finds them changed anew
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PER_PAGE = 100
PROPERTIES = 25
"""Fields that nobody's mapping names; with them a contact has about 1.75 KB, as a CRM's answers do."""
START = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def served(contacts: int, changed: int = PER_PAGE, properties: int = PROPERTIES) -> Iterator[str]:
    """The address of a server in a process of its own."""
    arguments = [sys.executable, str(Path(__file__)), str(contacts), str(changed), str(properties)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def contact(number: int, version: int, properties: int) -> dict[str, object]:
    """One contact; `version` makes it a later state of the same."""
    rng = random.Random(number * 31 + version)
    noise = {f"property_{index:02}": "".join(rng.choices("abcdefghij klmnop", k=34)) for index in range(properties)}
    return {
        "id": f"c{number:07}",
        "email": f"person{number}@company{number % 5000}.example",
        "first_name": f"First{number % 997}",
        "last_name": f"Last{number % 1999}",
        "company": f"Company {number % 5000}",
        "job_title": rng.choice(["CEO", "Manager", "Analyst", "Intern", "Head of Ops"]),
        "country": rng.choice(["BR", "PT", "US", "DE"]),
        "phone": f"+55 11 {9 - version % 9}{number:08}",
        "updated_at": (START + timedelta(seconds=number, days=version)).isoformat(),
        **noise,
    }


class Pages:
    """All pages of the first read, and those of a later one, made when they are asked for."""

    def __init__(self, contacts: int, changed: int, properties: int) -> None:
        self._properties = properties
        self._version = 0
        self._changed = range(0, contacts, max(1, contacts // changed))[:changed]
        self._first = [
            self._page(range(first, min(first + PER_PAGE, contacts)), 0, first // PER_PAGE, first + PER_PAGE < contacts)
            for first in range(0, contacts, PER_PAGE)
        ]

    def answer(self, *, later: bool, after: int) -> bytes:
        """The bytes of one answer."""
        if not later:
            return self._first[after]
        self._version += after == 0
        first = after * PER_PAGE
        numbers = self._changed[first : first + PER_PAGE]
        return self._page(numbers, self._version, after, first + PER_PAGE < len(self._changed))

    def _page(self, numbers: range, version: int, page: int, more: bool) -> bytes:
        records = [contact(number, version, self._properties) for number in numbers]
        return _answer(json.dumps({"result": records, "next": str(page + 1) if more else None}).encode())


def _answer(body: bytes) -> bytes:
    date = format_datetime(datetime.now(UTC), usegmt=True)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(contacts: int, changed: int, properties: int) -> None:
    """Serve until standard input closes."""
    pages = Pages(contacts, changed, properties)
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # tells its parent
    threading.Thread(target=_accept, args=(listener, pages), daemon=True).start()
    sys.stdin.read()


def _accept(listener: socket.socket, pages: Pages) -> None:
    while True:
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_talk, args=(peer, pages), daemon=True).start()


def _talk(peer: socket.socket, pages: Pages) -> None:
    waiting = b""
    while True:
        while b"\r\n\r\n" not in waiting:
            received = peer.recv(65_536)
            if not received:
                return
            waiting += received
        head, _, waiting = waiting.partition(b"\r\n\r\n")
        query = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
        peer.sendall(pages.answer(later="from" in query, after=int(query.get("after", ["0"])[0] or 0)))


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    serve(*(given + [100_000, PER_PAGE, PROPERTIES][len(given) :]))
