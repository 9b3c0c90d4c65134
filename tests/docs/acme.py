"""The platform of docs/write-an-adapter.md, simulated: just what that page says of it."""

from connector.adapter import Limit
from connector.testing.simulator import Reply, Request, Simulator, route

PAGE = 2


class AcmeSimulator(Simulator):
    """`people` are contacts by id; `deleted` ids answer 410."""

    limits = (Limit(calls=10, per_s=1),)

    def __init__(self, **keys):
        super().__init__(**keys)
        self.people = {}
        self.deleted = set()

    def authorize(self, request: Request) -> Reply | None:
        signed = request.headers.get("authorization") == "Bearer sesame"
        return None if signed else Reply(401, {"code": "bad_token", "message": "sign in"})

    @route("GET", "/v2/fields")
    def fields(self, request: Request) -> Reply:
        return Reply(200, {"result": [{"name": "score", "label": "Score"}]})

    @route("GET", "/v2/contacts")
    def contacts(self, request: Request) -> Reply:
        begin = int(request.params.get("after") or 0)
        changed = [one for one in self.people.values() if one["updated_at"] >= request.params.get("from", "")]
        rest = begin + PAGE
        return Reply(200, {"result": changed[begin:rest], "next": str(rest) if rest < len(changed) else None})

    @route("GET", "/v2/contacts/{id}")
    def contact(self, request: Request) -> Reply:
        if request.args["id"] in self.deleted:
            return Reply(410, {"code": "deleted", "message": "no more"})
        return Reply(200, self.people[request.args["id"]])

    @route("PATCH", "/v2/contacts/{id}")
    def change(self, request: Request) -> Reply:
        if request.args["id"] in self.deleted:
            return Reply(410, {"code": "deleted", "message": "no more"})
        self.people[request.args["id"]].update(request.json())
        return Reply(200, {})
