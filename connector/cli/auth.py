"""`leadloop auth`: a person signs in at the platform, and the tokens that it grants are stored."""

from __future__ import annotations

import os
import sys

import click

from connector.cli.callback import code_from_browser, code_in
from connector.cli.caller import Caller, Verb
from connector.cli.checking import connections
from connector.cli.context import accounts
from connector.cli.output import show
from connector.cli.signin import Door, door_of
from connector.errors import AuthError
from connector.http import HttpClient
from connector.loop.context import Crm, Marketing

REDIRECT = "http://127.0.0.1:8322/"
WAIT_S = 300.0


@click.command(cls=Verb)
@click.argument("name")
@click.option("--redirect-uri", default=REDIRECT, show_default=True, help="As it stands in the platform's app.")
@click.option("--code", help="The code, or the whole address that the platform led to; else it is waited for.")
@click.option("--paste", is_flag=True, help="Ask for the code instead of waiting for the browser on this machine.")
@click.pass_obj
def auth(caller: Caller, name: str, redirect_uri: str, code: str | None, paste: bool) -> None:
    """Sign in to an account: print the address, take the code, store the tokens."""
    with accounts(caller) as loop:
        one = connections(loop, name)[0]
        door = door_of(one)
        client = one.adapter.client
        if door is None or not isinstance(client, HttpClient):
            show(caller, {"connection": name, "signed_in": None}, _nothing_to_do(one))
            return
        state = os.urandom(16).hex()
        given = code_in(code) if code else _wait_for_code(door, redirect_uri, state, paste=paste)
        if not given:
            raise AuthError(f"{name}: no code came", code="no_code", hint="sign in again, or paste it: --paste")
        client.sign_in(given, redirect_uri)
    show(caller, {"connection": name, "signed_in": True}, f"signed in; 'leadloop check {name}' shows what may be done")


def _wait_for_code(door: Door, redirect_uri: str, state: str, *, paste: bool) -> str | None:
    """The code by hand, or from the browser when the platform leads it back to this machine."""
    click.echo(f"open this address and sign in:\n\n  {door.address(redirect_uri, state)}\n", err=True)
    if paste or not door.leads_here(redirect_uri):
        return code_in(click.prompt("the code, or the address you were led to", err=True))
    click.echo(f"waiting at {redirect_uri} (Ctrl-C ends; on another machine use --paste)", err=True)
    sys.stderr.flush()
    return code_from_browser(redirect_uri, state, WAIT_S)


def _nothing_to_do(one: Marketing | Crm) -> str:
    if not one.spec.network:
        return f"nothing to do: {one.spec.title} needs no sign-in"
    told = f"nothing to do: {one.spec.title} signs in with the credentials in the configuration"
    return f"{told}; correct them there where they are refused, then 'leadloop check {one.name}' tries them"
