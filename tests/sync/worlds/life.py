"""Some days of RD Station, Salesforce and the people in them, drawn from a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from connector.testing.simulator import Simulator
from connector.testing.simulators.salesforce.schema import REJECTION_REASONS
from tests.sync.world import address
from tests.sync.worlds.days import FORMS, OPS, TITLES, Days

PATHS: Final = {
    "rd": (".*", "/platform/contacts", "/platform/segmentations", "/events", "/funnels", "/auth"),
    "sf": (".*", "/composite", "/query", "/sobjects", "/oauth2"),
}


class Life(Days):
    """`said` tells what sales last made of a Lead."""

    moves: ClassVar[Mapping[str, int]] = {
        "somebody_comes": 12, "somebody_returns": 12, "a_title_changes": 3, "somebody_opts_out": 1,
        "a_contact_is_deleted": 1, "two_contacts_are_one": 2,
        "sales_accept": 4, "sales_reject": 4, "sales_put_off": 1, "sales_take_it_back": 2, "sales_convert": 2,
        "a_deal_moves": 4, "sales_edit": 2, "sales_touch_ours": 1, "sales_delete": 1, "sales_merge": 1,
        "sales_know_somebody": 2, **OPS,
    }  # fmt: skip

    @property
    def faulty(self) -> Sequence[tuple[str, Simulator, Sequence[str]]]:
        return [("rd", self.company.rd, PATHS["rd"]), ("sf", self.company.sf, PATHS["sf"])]

    # Marketing.

    def somebody_comes(self) -> str:
        name = f"p{len(self.names):02}"
        self.names.append(name)
        forms = self.chance.sample(FORMS, k=self.chance.randrange(4))
        self.company.convert(name, *forms, title=self.chance.choice(TITLES))
        return f"{name} {forms}"

    def somebody_returns(self) -> str | None:
        name = self._contact()
        form = self.chance.choice(FORMS)
        if name:
            self.company.convert(name, form)
        return name and f"{name} {form}"

    def a_title_changes(self) -> str | None:
        name = self._contact()
        title = self.chance.choice(TITLES)
        if name:
            self.company.rd.edit(self._uuid(name), job_title=title)
        return name and f"{name} {title}"

    def somebody_opts_out(self) -> str | None:
        name = self._contact()
        if name:
            self.company.rd.opt_out(self._uuid(name))
        return name

    def a_contact_is_deleted(self) -> str | None:
        name = self._contact()
        if name:
            self.company.rd.delete(self._uuid(name))
        return name

    def two_contacts_are_one(self) -> str | None:
        loser, survivor = self._contact(), self._contact()
        if loser is None or survivor is None or self._uuid(loser) == self._uuid(survivor):
            return None
        self.company.rd.merge(self._uuid(loser), self._uuid(survivor))
        return f"{loser} into {survivor}"

    # Sales.

    def sales_accept(self) -> str | None:
        return self._set_status("Working")

    def sales_reject(self) -> str | None:
        return self._set_status("Unqualified", self.chance.choice(REJECTION_REASONS))

    def sales_put_off(self) -> str | None:
        return self._set_status("Nurturing")

    def sales_take_it_back(self) -> str | None:
        return self._set_status("Open - Not Contacted")

    def sales_convert(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.convert(lead["Id"], opportunity=self.chance.random() < 0.8)
        return lead and str(lead["Email"])

    def a_deal_moves(self) -> str | None:
        deals = self.company.sf.live("Opportunity")
        if not deals:
            return None
        deal = self.chance.choice(deals)
        stage = self.chance.choice(("Closed Won", "Closed Lost", "Proposal"))
        self.company.sf.set_stage(deal["Id"], stage, Amount=self.chance.randrange(1, 9000))
        return f"{deal['Id']} {stage}"

    def sales_edit(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.edit(lead["Id"], Phone=f"+55119{self.chance.randrange(10**8):08}")
        return lead and str(lead["Email"])

    def sales_touch_ours(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.edit(lead["Id"], **self.chance.choice(({"LeadScore__c": 1}, {"MQL__c": False})))
        return lead and str(lead["Email"])

    def sales_delete(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.delete(lead["Id"])
            self.said.pop(lead["Id"], None)  # what was said of a record that is gone before it is read stays unsaid
        return lead and str(lead["Email"])

    def sales_merge(self) -> str | None:
        winner, loser = self._record(), self._record()
        if winner is None or loser is None or winner["Id"] == loser["Id"]:
            return None
        self.company.sf.merge(winner["Id"], loser["Id"])
        self.said.pop(loser["Id"], None)
        return f"{loser['Email']} into {winner['Email']}"

    def sales_know_somebody(self) -> str | None:
        name = self._contact()
        if name is None or any(
            row["Email"] == address(name) for kind in ("Lead", "Contact") for row in self.company.sf.live(kind)
        ):
            return None
        self.company.sf.create("Lead", {"LastName": name, "Company": "X", "Email": address(name)})
        return name

    # Who and what.

    def _contact(self) -> str | None:
        """A name that marketing knows now."""
        names = [name for name in self.names if self.company.rd.account.find_email(address(name)) is not None]
        return self.chance.choice(names) if names else None

    def _uuid(self, name: str) -> str:
        contact = self.company.rd.account.find_email(address(name))
        assert contact is not None
        return contact.uuid

    def _record(self) -> Any:
        """A Lead that sales may work on."""
        leads = [row for row in self.company.sf.live("Lead") if not row["IsConverted"]]
        return self.chance.choice(leads) if leads else None

    def _set_status(self, status: str, reason: str | None = None) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.set_status(lead["Id"], status, reason=reason)
            self.said[lead["Id"]] = (status, self.company.clock.now())
        return lead and f"{lead['Email']} {reason or ''}"
