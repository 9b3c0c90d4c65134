"""Make the template database: Tryton with sales, one company, and two people with keys. Runs in Tryton's own venv.

`prepare.py FOLDER` leaves FOLDER/template.sqlite and FOLDER/keys.json, which holds what was made up for the tests.
"""

import json
import os
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

FOLDER = Path(sys.argv[1]).absolute()
NAME = "template"
RIGHTS = {
    "leadloop": ("sale_opportunity.group_opportunity", "sale.group_sale", "party.group_party_admin"),
    "admin": (),
    "sales": ("sale_opportunity.group_opportunity", "sale.group_sale"),
}


def configure() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    config = FOLDER / "trytond.conf"
    config.write_text(f"[database]\nuri = sqlite://\npath = {FOLDER}\n")
    os.environ["TRYTOND_CONFIG"] = str(config)


def activate() -> None:
    """What `trytond-admin --all` and `-u sale_opportunity --activate-dependencies` do, with no password asked."""
    from trytond import backend
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    (FOLDER / f"{NAME}.sqlite").unlink(missing_ok=True)
    (FOLDER / f"{NAME}.sqlite").touch()
    with Transaction().start(NAME, 0) as transaction:
        backend.Database(NAME).init()
        transaction.commit()
    pool = Pool(NAME)
    pool.init(update=["res", "ir"], lang=["en"])
    pool.init(update=["sale_opportunity"], lang=["en"], activatedeps=True)


def fill() -> dict[str, object]:
    """A company with its currency, and for each of two people an employee, a user and a key."""
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    get = Pool(NAME).get
    with Transaction().start(NAME, 1, context={"_check_access": False}, _lock_tables=["sale_configuration"]):
        money = {"name": "US Dollar", "symbol": "$", "code": "USD", "numeric_code": "840", "digits": 2}
        [currency] = get("currency.currency").create([{**money, "rounding": Decimal("0.01")}])
        [party] = get("party.party").create([{"name": "Our company"}])
        [company] = get("company.company").create([{"party": party.id, "currency": currency.id}])
        # Orders that are confirmed wait here, as no chart of accounts is set up to invoice them.
        settings = get("sale.configuration")(1)
        settings.sale_process_after = timedelta(days=365)
        settings.save()
        people = {name: _person(name, company.id) for name in RIGHTS}
    return {"company": company.id, **people}


def _person(name: str, company: int) -> dict[str, object]:
    from trytond.pool import Pool

    get = Pool(NAME).get
    data = get("ir.model.data")
    groups = [data.get_id(*group.split(".")) for group in RIGHTS[name]]
    [party] = get("party.party").create([{"name": name.title()}])
    [employee] = get("company.employee").create([{"party": party.id, "company": company}])
    mine = {"companies": [("add", [company])], "company": company, "employees": [("add", [employee.id])]}
    [user] = get("res.user").create(
        [{"name": name, "login": name, "administrator": name == "admin", "groups": [("add", groups)], **mine}]
    )
    user.employee = employee
    user.save()
    [application] = get("res.user.application").create([{"user": user.id, "application": "rest"}])
    return {"user": user.id, "employee": employee.id, "key": application.key}


if __name__ == "__main__":
    configure()
    activate()
    (FOLDER / "keys.json").write_text(json.dumps(fill()))
