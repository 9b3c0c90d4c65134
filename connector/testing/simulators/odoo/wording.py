"""How Odoo words what it refuses: exceptions by their Python names, with a status in JSON-2, in a 200 in JSON-RPC.

Source: https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
"""

from __future__ import annotations

from typing import Any

from connector.testing.simulator import Reply


class OdooError(Exception):
    """An exception of the server; `status` is that of JSON-2."""

    def __init__(self, name: str, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.status = status


def access_error() -> OdooError:
    return OdooError("odoo.exceptions.AccessError", "You are not allowed to access these records.", 403)


def access_denied() -> OdooError:
    return OdooError("odoo.exceptions.AccessDenied", "Access Denied", 403)


def missing() -> OdooError:
    return OdooError("odoo.exceptions.MissingError", "Record does not exist or has been deleted.", 404)


def validation(what: str) -> OdooError:
    return OdooError("odoo.exceptions.ValidationError", f"The operation cannot be completed: {what}", 422)


def busy() -> OdooError:
    return OdooError("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update")


def invalid_field(model: str, name: str) -> OdooError:
    return OdooError("builtins.ValueError", f"Invalid field '{name}' on model '{model}'")


def wrong_value(model: str, name: str, value: Any) -> OdooError:
    return OdooError("builtins.ValueError", f"Wrong value for {model}.{name}: {value!r}")


def not_found() -> OdooError:
    return OdooError("werkzeug.exceptions.NotFound", "The requested URL was not found on the server.", 404)


def unprocessable(message: str) -> OdooError:
    return OdooError("werkzeug.exceptions.UnprocessableEntity", message, 422)


def unauthorized() -> OdooError:
    return OdooError("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401)


def json2(error: OdooError) -> Reply:
    """A refusal of JSON-2."""
    return Reply(error.status, _told(error))


def jsonrpc(error: OdooError) -> Reply:
    """A refusal of JSON-RPC: its number is 200 in older servers and 0 in newer ones."""
    told = {"code": 200, "message": "Odoo Server Error", "data": _told(error)}
    return Reply(200, {"jsonrpc": "2.0", "id": 1, "error": told})


def _told(error: OdooError) -> dict[str, Any]:
    debug = f"Traceback (most recent call last):\n{error.name}: {error.message}"
    return {"name": error.name, "message": error.message, "arguments": [error.message], "context": {}, "debug": debug}
