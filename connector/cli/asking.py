"""Changing a state that another process may hold: done at once when nobody holds it, else asked of the holder."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from connector.cli.caller import Caller
from connector.cli.context import config_to_look
from connector.config import Config
from connector.errors import LockedError, RecordError
from connector.loop.requests import perform
from connector.model import Json
from connector.state import operation
from connector.state.store import Store

POLL_S = 0.1
WAIT_S = 5.0
ASKED = "asked; the running process carries it out next"


def existing(config: Config, caller: Caller) -> Store:
    """The state, to be written. Raises StateError (`no_state`) instead of making one."""
    Store.open_to_read(config.state, now=caller.now).close()
    return Store.open(config.state, now=caller.now)


def change(caller: Caller, verb: str, args: Json) -> Json:
    """Carry a request out, or have it carried out; what came of it, or `{asked}` when the holder is busy."""
    config = config_to_look(caller)
    with closing(existing(config, caller)) as store:
        try:
            with store.hold(), store.write(step=True) as tx:
                return _checked(perform(tx, store, verb, args))
        except LockedError:
            return _asked(caller, store, verb, args)


def write_beside(caller: Caller, verb: str, args: Json) -> Json:
    """Carry out what may be written beside the holder, in one short transaction: a pause must work at once."""
    config = config_to_look(caller)
    with closing(existing(config, caller)) as store, store.write() as tx:
        return _checked(perform(tx, store, verb, args))


def _asked(caller: Caller, store: Store, verb: str, args: Json) -> Json:
    with store.write() as tx:
        number = operation.ask(tx, verb, args, caller.now())
    for _ in range(round(WAIT_S / POLL_S)):
        caller.sleep(POLL_S)
        answer: Any = operation.answer_of(store.read(), number)
        if answer is not None:
            return _checked(answer)
    return {"asked": number}


def _checked(answer: Json) -> Json:
    if "error" in answer:
        raise RecordError(answer["error"], code=answer["code"], hint=answer["hint"])
    return answer


def words(answer: Json, done: str) -> str:
    """What a person reads: what was done, or that it was asked for."""
    return ASKED if set(answer) == {"asked"} else done
