"""The comparisons that scoring models and mappings share: what one key of a `when` asks of one value.

    country: BR                      a value
    country: [BR, PT]                any of these
    seconds: {at_least: 30}          comparisons; several must all hold

Texts are compared after NFKC, without regard to case, accents and spaces at the ends; a text that is a plain number
is compared as one, exactly. A `*` stands for any run of characters over the whole value. Of a value that is itself
a list (tags), one element must fit. Blank is absent, null, nothing but spaces, or a list of nothing but blanks; zero
and false are not blank, and a blank value fits no comparison but `blank: true`.
"""

from connector.conditions.compile import COMPARISONS, NO_LISTS, Lists, Test, compile_test
from connector.conditions.covering import covers, covers_all
from connector.conditions.schema import SCHEMA
from connector.conditions.values import COLLECTIONS, Key, as_text, is_blank, key_of, normalise, number

__all__ = [
    "COLLECTIONS",
    "COMPARISONS",
    "NO_LISTS",
    "SCHEMA",
    "Key",
    "Lists",
    "Test",
    "as_text",
    "compile_test",
    "covers",
    "covers_all",
    "is_blank",
    "key_of",
    "normalise",
    "number",
]
