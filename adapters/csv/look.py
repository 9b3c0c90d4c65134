"""A look at the files without reading their records: for `check`, `doctor` and `discover`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from adapters.csv.contents import survey
from adapters.csv.files import Source
from adapters.csv.table import Table, open_table
from connector.adapter import CheckLine
from connector.errors import LeadloopError

SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def check_source(source: Source, key: str) -> list[CheckLine]:
    """One line per file: its encoding, delimiter and number of columns, and whether it has its key column."""
    try:
        files = source.files()
    except LeadloopError as error:
        return [CheckLine("fail", error.message, error.hint)]
    if not files:
        what = f"no file fits {source.pattern} in {source.folder}"
        return [CheckLine("warn", what, "put the export there, or change the pattern")]
    return [_check_file(path, path.name, key) for path in files]


def columns_of(source: Source, wanted: Collection[str], skip: Collection[Path] = ()) -> tuple[str, ...]:
    """The columns of the newest file, in its order; none when there is no file."""
    files = [path for path in source.files() if path not in skip]
    newest = max(files, key=lambda path: path.stat().st_mtime_ns, default=None)
    if newest is None:
        return ()
    with open_table(newest, survey(newest).encoding, wanted) as table:
        return table.names if table else ()


def _check_file(path: Path, name: str, key: str) -> CheckLine:
    try:
        encoding = survey(path).encoding
        with open_table(path, encoding, (key,)) as table:
            if table is None:
                return CheckLine("warn", f"{name} is empty")
            return _verdict(name, table, key, encoding.codec, encoding.is_guess)
    except LeadloopError as error:
        return CheckLine("fail", f"{name}: {error.message}", error.hint)
    except OSError as error:
        return CheckLine("fail", f"{name}: {error.strerror}", "let the user of leadloop read it")


def _verdict(name: str, table: Table, key: str, codec: str, is_guess: bool) -> CheckLine:
    spoken = SPOKEN[table.dialect.delimiter]
    what = f"{name}: {len(table.names)} columns, {spoken} between them, {codec}"
    if key not in table.names:
        return CheckLine("fail", f"{what}, none called '{key}'", "change `key` in the mapping, or name the column so")
    if is_guess:
        return CheckLine("warn", f"{what} (a guess: it is not UTF-8)", "export as UTF-8, or look at names with accents")
    return CheckLine("ok", what)
