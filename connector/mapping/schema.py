"""JSON Schemas of the mapping files, made from the models that read them: what an editor checks and completes."""

from __future__ import annotations

from typing import Any, Final, Literal

from connector.documents import FileModel
from connector.mapping.crm_file import CrmFile
from connector.mapping.marketing_file import MarketingFile
from connector.mapping.reasons import ReasonsFile

Kind = Literal["marketing", "crm", "reasons"]
FILES: Final[dict[Kind, type[FileModel]]] = {"marketing": MarketingFile, "crm": CrmFile, "reasons": ReasonsFile}


def schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **FILES[kind].model_json_schema(by_alias=True)}
