"""Sign-in of several processes with one account: the command beside the daemon, a new daemon beside the old."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from connector.adapter import Adapter
from connector.testing.conformance.account import Account
from connector.testing.simulator import Request, Simulator


def share_a_renewed_token(world: Account) -> None:
    """Two processes hold a token that dies: the first renews it, and the second takes what the first stored.

    With refresh tokens that serve once, a second renewal with the old one would lock both out. That two which come at
    the very same moment also renew once is proven of the client itself, with real processes.
    """
    processes = [world.adapter(), world.adapter()]
    for process in processes:
        assert _is_good(process)
    world.expire_tokens()
    before = _sign_ins(world.simulator)
    for process in processes:
        assert _is_good(process)
    assert _sign_ins(world.simulator) - before <= 1
    assert _is_good(world.adapter()), "what was stored serves the next process, too"
    assert _sign_ins(world.simulator) - before <= 1


def _is_good(process: Adapter) -> bool:
    return "fail" not in {line.level for line in process.check()}


def _sign_ins(simulator: Simulator) -> int:
    asked = (Request(one.method, one.path, one.params, {}, one.body) for one in simulator.ledger)
    return sum(simulator.bucket(one)[2] for one in asked)
