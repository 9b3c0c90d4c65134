"""Two renewals at once: a rotating refresh token must be spent exactly once, by threads and by processes."""

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from connector.adapter.declared import OAuth, Spec
from connector.errors import StateError
from connector.http import Network, Settings, Tokens, World
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, key_beside, key_file, key_from
from connector.testing.stores import MemoryBudgetStore, MemoryTokenStore

KEY = key_from("a configured secret")
AUTH = OAuth(grant="refresh_token", credentials=("client_id", "refresh_token"), token_url="{base}/token")
SPEC = Spec(name="acme", title="Acme", auth=(AUTH,))

PROCESS = """
import sys
from pathlib import Path
from connector.http import Network, Settings
from connector.adapter.declared import OAuth, Spec
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, key_from
from connector.testing.stores import MemoryBudgetStore

auth = OAuth(grant="refresh_token", credentials=("client_id", "refresh_token"), token_url="{base}/token")
tokens = SqliteTokens(Store.open(Path(sys.argv[1])), [key_from("a configured secret")])
credentials = {"client_id": "c", "refresh_token": "refresh-0"}
network = Network(tokens, MemoryBudgetStore())
spec = Spec(name="acme", title="Acme", auth=(auth,))
client = network.client(spec, Settings("acme", credentials, base_url=sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
print(client.request("GET", "/leads").status, flush=True)
"""


@pytest.fixture
def platform(raw_server):
    """Rotates the refresh token at each use and revokes everything when one is used twice."""
    state = {"number": 0, "renewals": 0, "reused": False}
    lock = threading.Lock()

    def script(connection, request):
        if request.startswith(b"POST /token"):
            server.closing.wait(0.1)  # long enough for the other one to come along
            with lock:
                state["renewals"] += 1
                state["reused"] |= f"refresh_token=refresh-{state['number']}".encode() not in request
                state["number"] += 1
                number = state["number"]
            body = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 3600}
            _say(connection, 200, body)
        else:
            _say(connection, 200 if f"access-{state['number']}".encode() in request else 401, {})

    server = raw_server(script)
    return server, state


def _say(connection, status, body):
    content = json.dumps(body).encode()
    connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(content), content))


@pytest.fixture
def store(tmp_path):
    opened = Store.open(tmp_path / "leadloop.db")
    yield opened
    opened.close()


def client_of(tokens, url):
    credentials = {"client_id": "c", "refresh_token": "refresh-0"}
    return Network(tokens, MemoryBudgetStore()).client(SPEC, Settings("acme", credentials, base_url=url))


@pytest.mark.parametrize("shared", [True, False], ids=["one client", "two clients"])
def test_threads_renew_once(platform, store, shared):
    server, state = platform
    tokens = SqliteTokens(store, [KEY])
    first = client_of(tokens, server.url)
    clients = [first, first if shared else client_of(tokens, server.url)]
    statuses = []
    threads = [
        threading.Thread(target=lambda client=client: statuses.append(client.request("GET", "/leads").status))
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    assert statuses == [200, 200]
    assert (state["renewals"], state["reused"]) == (1, False)


def test_processes_renew_once(platform, store):
    server, state = platform
    command = [sys.executable, "-c", PROCESS, str(store.path), server.url]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=30)[0] for process in both] == ["200\n", "200\n"]
    assert (state["renewals"], state["reused"]) == (1, False)


def test_a_token_that_another_process_renewed_is_taken_from_the_store(platform, store):
    server, state = platform
    tokens = SqliteTokens(store, [KEY])
    one, other = client_of(tokens, server.url), client_of(tokens, server.url)
    assert one.request("GET", "/leads").status == 200
    assert other.request("GET", "/leads").status == 200
    store.now = lambda: datetime.now(UTC) + timedelta(hours=2)
    late = Network(tokens, MemoryBudgetStore(), World(now=store.now)).client(
        SPEC, Settings("acme", {"client_id": "c", "refresh_token": "refresh-0"}, base_url=server.url)
    )
    assert late.request("GET", "/leads").status == 200
    assert one.request("GET", "/leads").status == 200
    assert (state["renewals"], state["reused"]) == (2, False)
    for client in (one, other, late):
        client.close()


def test_a_lease_left_by_a_killed_process_ends(clock, store):
    store.now = clock.now
    tokens = SqliteTokens(store, [KEY])
    tokens.load("acme", "h", Tokens(refresh="r-0"))
    assert tokens.lease("acme", "killed", 60)
    assert not tokens.lease("acme", "heir", 60)
    clock.passed_s += 61
    assert tokens.lease("acme", "heir", 60)
    assert not tokens.save("acme", "killed", Tokens(refresh="late"))
    assert tokens.save("acme", "heir", Tokens(refresh="r-1"))
    assert tokens.load("acme", "h", Tokens()).refresh == "r-1"


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_tokens_of_another_configuration_stay_until_it_is_granted_some(store, kind):
    tokens = SqliteTokens(store, [KEY]) if kind == "file" else MemoryTokenStore()
    tokens.load("acme", "right", Tokens(refresh="r-0"))
    assert tokens.lease("acme", "us", 60)
    assert tokens.save("acme", "us", Tokens("a-1", "r-1"), "right")
    assert tokens.load("acme", "slip", Tokens(refresh="r-0")) == Tokens(refresh="r-0")
    assert tokens.load("acme", "right", Tokens(refresh="r-0")) == Tokens("a-1", "r-1")
    assert tokens.save("acme", "us", Tokens("a-2", "r-2"), "moved")
    assert tokens.load("acme", "moved", Tokens()) == Tokens("a-2", "r-2")
    assert tokens.load("acme", "right", Tokens(refresh="r-0")) == Tokens(refresh="r-0")


def test_tokens_come_back_as_they_were_and_lie_encrypted(clock, store):
    tokens = SqliteTokens(store, [KEY])
    kept = Tokens("CANARY-a", "CANARY-r", clock.now(), "https://na7.acme.example")
    tokens.load("acme", "h", kept)
    assert tokens.load("acme", "h", Tokens()) == kept
    files = store.path.parent.iterdir()
    assert not any(b"CANARY" in file.read_bytes() for file in files if file.is_file())


def test_a_row_copied_onto_another_connection_is_refused(store):
    tokens = SqliteTokens(store, [KEY])
    tokens.load("a", "h", Tokens("one"))
    tokens.load("b", "h", Tokens("two"))
    with store.write() as tx:
        tx.execute("UPDATE tokens SET sealed = (SELECT sealed FROM tokens WHERE connection = 'a')")
    with pytest.raises(StateError, match="another connection"):
        tokens.load("b", "h", Tokens())


def test_a_wrong_key_is_said_and_overwrites_nothing(store):
    SqliteTokens(store, [KEY]).load("a", "h", Tokens("one"))
    with pytest.raises(StateError, match="decrypted"):
        SqliteTokens(store, [key_from("another")]).load("a", "h", Tokens("two"))
    assert SqliteTokens(store, [KEY]).load("a", "h", Tokens()).access == "one"


def test_a_new_key_encrypts_and_the_old_one_may_then_go(store):
    new = key_from("a new secret")
    SqliteTokens(store, [KEY]).load("a", "h", Tokens("one"))
    assert SqliteTokens(store, [new, KEY]).seal_again() == 1
    assert SqliteTokens(store, [new]).load("a", "h", Tokens()).access == "one"


def test_the_key_beside_the_state_is_made_once_and_only_its_owner_reads_it(tmp_path):
    state = tmp_path / "leadloop.db"
    assert key_beside(state) == key_beside(state)
    assert key_file(state).stat().st_mode & 0o777 == 0o600
    key_file(state).write_text("broken")
    with pytest.raises(StateError):
        key_beside(state)


def test_the_memory_store_keeps_the_same_rules(clock):
    tokens = MemoryTokenStore(clock.now)
    tokens.load("acme", "h", Tokens(refresh="r-0"))
    assert tokens.lease("acme", "one", 60)
    assert not tokens.lease("acme", "two", 60)
    assert not tokens.save("acme", "two", Tokens())
    tokens.release("acme", "one")
    assert tokens.lease("acme", "two", 60)
    assert tokens.load("acme", "changed", Tokens(refresh="new")).refresh == "new"
