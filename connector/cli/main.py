"""The group of all verbs. A verb's module is imported when it is called: `--help` must not cost half a second."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from connector import __version__
from connector.cli.caller import Caller, Family
from connector.cli.failing import failing, show_usage
from connector.cli.output import print_anything
from connector.startup import keep_memory_private, lighten

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Show the whole loop on this machine, with nothing configured."),
    "init": ("files", "Write commented sample files that `validate` accepts."),
    "validate": ("files", "Check the configuration and the files it names, without any network."),
    "auth": ("auth", "Sign in to an account: print the address, take the code, store the tokens."),
    "check": ("health", "Ask the accounts: credentials, scopes, and whether the mapping fits."),
    "doctor": ("health", "Look at everything, each line with its next step."),
    "discover": ("fields", "Show the fields that an account really has."),
    "prepare": ("fields", "Make, or verify, the fields that the mapping writes."),
    "run": ("run", "Run the daemon, or one pass of all steps."),
    "status": ("look", "Show how the loop is doing: freshness, backlog, quota, writes, rejects."),
    "explain": ("look", "Explain a lead, named by e-mail or any id: its points, its stage, what was sent."),
    "report": ("look", "Show the funnel, the reasons of sales, or where rejected leads came from."),
    "rejects": ("rejects", "See, replay or drop records that failed."),
    "held": ("rejects", "See or release writes that are held back."),
    "identity": ("persons", "See who is who, and join two leads that are one person."),
    "pause": ("brakes", "Stop all writes, of one connection or of all, until `resume`."),
    "resume": ("brakes", "Let writes go on after a `pause`."),
    "backfill": ("brakes", "Read history again, in a lane of its own behind everything fresh."),
    "cursor": ("brakes", "See how far streams were read, or move that."),
    "mapping": ("fields", "Hold a mapping against the account: `mapping check`."),
    "model": ("files", "Try the scoring model: `model test`."),
    "erase": ("persons", "Erase everything that is stored of a person, for good."),
    "export": ("persons", "Print everything that is stored of a person, as JSON."),
    "state": ("keeping", "Check, copy, put back or migrate the state file."),
    "keys": ("keeping", "Renew the key that encrypts stored tokens: `keys rotate`."),
    "audit": ("keeping", "Prove the log of what people changed: `audit verify`."),
    "adapters": ("adapters", "Show the installed adapters and what each can do."),
}
"""Each verb: its module in this package, and its line in `--help` (a test holds it to the verb's own)."""


def _is_there(module: str) -> bool:
    """Does this checkout have the module? A folder without code is none."""
    found = find_spec(f"connector.cli.{module}")
    return found is not None and found.origin is not None


class LazyVerbs(MutableMapping[str, click.Command]):
    """The verbs by name; one that is looked up is imported."""

    def __init__(self) -> None:
        self._names = [name for name, (module, _) in VERBS.items() if _is_there(module)]
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            module = import_module(f"connector.cli.{VERBS[name][0]}")
            self._loaded[name] = getattr(module, name)
        return self._loaded[name]

    def __setitem__(self, name: str, verb: click.Command) -> None:
        self._loaded[name] = verb
        self._names.append(name)

    def __delitem__(self, name: str) -> None:
        self._names.remove(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


class Root(Family):
    """All verbs, in the order in which a newcomer meets them; every error of leadloop ends here, in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, VERBS[name][1]) for name in self.commands])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        # Looked for by hand: a call with a mistake is given up before its options are read.
        as_json = "--json" in args
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            if as_json:
                show_usage(error)
            raise
        context.ensure_object(Caller).as_json |= as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        lighten()
        keep_memory_private()
        print_anything()
        with failing(ctx, ctx.ensure_object(Caller)):
            return super().invoke(ctx)


@click.group(name="leadloop", cls=Root, commands=LazyVerbs(), context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, prog_name="leadloop", message="%(prog)s %(version)s")
def main() -> None:
    """Close the loop between marketing automation and the CRM.

    Data goes to stdout, logs to stderr. Exit codes: 0 done, 1 done with failures, 2 usage or configuration wrong,
    3 credentials refused, 4 remote unavailable or quota spent, 5 state unusable, 6 another process holds the state.
    """
