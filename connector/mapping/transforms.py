"""How a value is changed on its way: a closed list of names, each one function of one value.

A transform gets a value that is not blank and gives the changed one, or None for blank. It raises ValueError when the
value is not of its kind (`many` as a number); the sentence names the kind, never the value. Of a list, each element is
changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from connector.conditions import as_text, normalise
from connector.mapping.countries import country_code
from connector.mapping.times import DATE_ORDERS, read_date, read_time, utc_text


class Setting(Struct, frozen=True):
    """What a transform may know beside the value: the mapping's time zone and the person's country, if known."""

    zone: ZoneInfo
    country: Callable[[Mapping[str, Any]], Any] = lambda _: None


Record: TypeAlias = Mapping[str, Any]
Transform: TypeAlias = Callable[[Any, Record], Any]
Maker: TypeAlias = Callable[[Any, Setting], Transform]

TRUE_WORDS: Final = frozenset({"true", "yes", "y", "on", "1", "sim", "s", "si", "verdadeiro", "verdadero"})
FALSE_WORDS: Final = frozenset({"false", "no", "n", "off", "0", "nao", "falso"})
GROUPS: Final = r"[+-]? ?(?:[0-9]+|[0-9]{{1,3}}(?:[{between}][0-9]{{2,3}})*[{between}][0-9]{{3}})(?:[{point}][0-9]+)?"
NUMBER: Final = re.compile(GROUPS.format(between=", ", point="."))
NUMBER_WITH_COMMA: Final = re.compile(GROUPS.format(between=". ", point=","))
"""Signs between thousands stand only where thousands end (or lakhs): `1,5` is one and a half, and no fifteen."""
NARROW_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " "})


def compile_transforms(entries: tuple[str | dict[str, Any], ...], setting: Setting) -> tuple[Transform, ...]:
    """The transforms that a line names, in order. Raises ValueError for an unknown name or option."""
    return tuple(_compile(entry, setting) for entry in entries)


def _compile(entry: str | dict[str, Any], setting: Setting) -> Transform:
    if isinstance(entry, dict) and len(entry) != 1:
        raise ValueError("a transform with an option is written {name: option}")
    name, option = (entry, None) if isinstance(entry, str) else next(iter(entry.items()))
    maker = TRANSFORMS.get(name)
    if maker is None:
        raise ValueError(f"unknown transform '{name}': known are {', '.join(TRANSFORMS)}")
    return _over_elements(maker(option, setting))


def _over_elements(change: Transform) -> Transform:
    def changed(value: Any, record: Record) -> Any:
        if isinstance(value, list | tuple):
            return [new for item in value if (new := change(item, record)) is not None]
        return change(value, record)

    return changed


def _text(change: Callable[[str], str]) -> Maker:
    """A transform of texts that takes no option."""

    def maker(option: Any, _setting: Setting) -> Transform:
        _no_option(option)
        return lambda value, _: change(as_text(value)) or None

    return maker


def _value(change: Callable[[Any], Any]) -> Maker:
    def maker(option: Any, _setting: Setting) -> Transform:
        _no_option(option)
        return lambda value, _: change(value)

    return maker


def _no_option(option: Any) -> None:
    if option is not None:
        raise ValueError("this transform takes no option")


def _truncate(option: Any, _setting: Setting) -> Transform:
    if not isinstance(option, int) or isinstance(option, bool) or option < 1:
        raise ValueError("'truncate' takes a number of characters: {truncate: 80}")
    return lambda value, _: as_text(value)[:option].rstrip() or None


def _e164(option: Any, setting: Setting) -> Transform:
    """`+5511900000000`. A number without + is read as of the option's country, else of the person's own."""
    import phonenumbers  # noqa: PLC0415 - its tables are slow to load, and many mappings hold no phone

    if option is not None and country_code(str(option)) is None:
        raise ValueError(f"'e164' takes a country: {{e164: BR}}, not '{option}'")
    default = None if option is None else country_code(str(option))

    def change(value: Any, record: Record) -> str:
        own = setting.country(record)
        region = country_code(as_text(own)) if own else None
        try:
            parsed = phonenumbers.parse(as_text(value), region or default)
        except phonenumbers.NumberParseException:
            raise ValueError("this is no phone number of a known country") from None
        if not phonenumbers.is_possible_number(parsed):
            raise ValueError("this is no possible phone number")
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

    return change


def _date(option: Any, setting: Setting) -> Transform:
    order = _order(option)
    return lambda value, _: read_date(value, setting.zone, order).isoformat()


def _datetime(option: Any, setting: Setting) -> Transform:
    order = _order(option)
    return lambda value, _: utc_text(read_time(value, setting.zone, order))


def _order(option: Any) -> str | None:
    if option is not None and option not in DATE_ORDERS:
        raise ValueError(f"a date takes {' or '.join(DATE_ORDERS)}, not '{option}'")
    return None if option is None else str(option)


def _number(option: Any, _setting: Setting) -> Transform:
    """`1234.5` from a number or its text; `{number: comma}` reads 1.234,5 as people write it in many countries.

    A text that is written the other way is none: read as if, ten euros and a half would be a thousand and fifty.
    """
    if option not in (None, "comma"):
        raise ValueError("'number' takes no option, or comma: {number: comma}")
    return lambda value, _: _plain(_decimal(value, comma=option == "comma"))


def _integer(value: Any) -> int:
    return int(_decimal(value, comma=False).to_integral_value(rounding="ROUND_HALF_EVEN"))


def _decimal(value: Any, *, comma: bool) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    text = as_text(value).translate(NARROW_SPACES).strip()
    if not (NUMBER_WITH_COMMA if comma else NUMBER).fullmatch(text):
        raise ValueError("this is no number")
    text = text.replace(" ", "")
    return Decimal(text.replace(".", "").replace(",", ".") if comma else text.replace(",", ""))


def _plain(exact: Decimal) -> int | float:
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = normalise(as_text(value))
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    raise ValueError("this is neither yes nor no")


def _country(value: Any) -> str:
    code = country_code(as_text(value))
    if code is None:
        raise ValueError("this is no country that we know")
    return code


def _title(text: str) -> str:
    """`ana de souza` as `Ana De Souza`; a word with capitals of its own (McDonald, IBM) stays unless all are."""
    words = text.lower().split(" ") if text.isupper() else text.split(" ")
    return " ".join(word[:1].upper() + word[1:] for word in words)


def _first_word(text: str) -> str:
    return text.split(maxsplit=1)[0] if text.split() else ""


def _last_words(text: str) -> str:
    return " ".join(text.split()[1:])


TRANSFORMS: Final[Mapping[str, Maker]] = {
    "trim": _text(lambda text: " ".join(text.split())),
    "lower": _text(str.lower),
    "upper": _text(str.upper),
    "title": _text(_title),
    "digits": _text(lambda text: "".join(c for c in text if c.isdigit())),
    "first_word": _text(_first_word),
    "last_words": _text(_last_words),
    "text": _text(str),
    "truncate": _truncate,
    "number": _number,
    "integer": _value(_integer),
    "boolean": _value(_boolean),
    "date": _date,
    "datetime": _datetime,
    "e164": _e164,
    "country_code": _value(_country),
}
"""Every transform, by the name that a mapping uses. docs/mapping.md tells each with an example."""
