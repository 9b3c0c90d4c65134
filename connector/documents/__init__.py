"""Files that a person edits: read as plain data, checked by a model, every mistake told with its place and remedy.

`read` is all that most callers need. `parse` and `checked` are its two halves, for a caller that changes the plain
data in between (the configuration resolves its references there).
"""

from connector.documents.allowed import closest, suggest
from connector.documents.copied import is_typographic, number_remedy
from connector.documents.model import FileModel, Wrong
from connector.documents.places import Path, Places, is_secret_name
from connector.documents.read import checked, parse, read, read_text, refused, text_of

__all__ = [
    "FileModel", "Path", "Places", "Wrong", "checked", "closest", "is_secret_name", "is_typographic", "number_remedy",
    "parse", "read", "read_text", "refused", "suggest", "text_of",
]  # fmt: skip
