"""Adobe's own description of the API (Swagger 2.0), as openapi-core takes it (OpenAPI 3.0), and what is wrong in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from werkzeug.datastructures import ImmutableMultiDict

from connector.testing.simulator import Request
from tests.adapters import recorded

CONTRACTS = recorded.CONTRACTS / "marketo"
FILES = ("swagger-mapi.json", "swagger-identity.json")


def openapi() -> OpenAPI:
    """All addresses of the description, corrected where it contradicts Adobe's own pages."""
    documents = [json.loads((CONTRACTS / name).read_text()) for name in FILES]
    paths = {path: _path(item) for document in documents for path, item in document["paths"].items()}
    schemas = {name: one for document in documents for name, one in document["definitions"].items()}
    # One schema serves requests and answers alike: of an activity that is sent, these two are not known yet.
    schemas["CustomActivity"]["required"] = [
        name for name in schemas["CustomActivity"]["required"] if name not in ("id", "errors")
    ]
    schemas["Attribute"]["properties"]["value"] = {}  # described as an object; every example is a text or number
    told = {"openapi": "3.0.3", "info": {"title": "Marketo", "version": "1.0"}, "servers": [{"url": "/"}]}
    return OpenAPI.from_dict(_moved({**told, "paths": paths, "components": {"schemas": schemas}}))


def as_asked(request: Request) -> MockRequest:
    """A request that arrived at the simulator, as openapi-core reads requests."""
    return MockRequest(
        "http://localhost", request.method.lower(), request.path,
        args=ImmutableMultiDict(parse_qsl(request.query)), headers=dict(request.headers),
        data=request.body or None, content_type=request.headers.get("content-type", "application/json"),
    )  # fmt: skip


def _path(item: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(one) for method, one in item.items()}


def _operation(told: dict[str, Any]) -> dict[str, Any]:
    parameters = told.get("parameters", [])
    operation: dict[str, Any] = {"parameters": list(_parameters(parameters)), "responses": {"200": {"description": ""}}}
    for one in parameters:
        if one["in"] == "body":
            content = {"application/json": {"schema": one["schema"]}}
            operation["requestBody"] = {"required": one.get("required", False), "content": content}
    return operation


def _parameters(parameters: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in parameters:
        if one["in"] not in ("body", "formData"):
            schema = {name: one[name] for name in ("type", "items", "enum", "format") if name in one}
            if schema.get("format") == "string":
                del schema["format"]
            lists = {"style": "form", "explode": True} if one.get("collectionFormat") == "multi" else {}
            yield {
                "name": one["name"],
                "in": one["in"],
                "required": one.get("required", False),
                "schema": schema,
                **lists,
            }


def _moved(node: Any) -> Any:
    """References to definitions, where OpenAPI 3 keeps them."""
    if isinstance(node, dict):
        return {
            name: one.replace("#/definitions/", "#/components/schemas/") if name == "$ref" else _moved(one)
            for name, one in node.items()
        }
    return [_moved(one) for one in node] if isinstance(node, list) else node
