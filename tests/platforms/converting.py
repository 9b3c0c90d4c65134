"""What sales does in CRMs that convert leads, as one set of tests: inherit it, and give the fixture `company`."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.platforms.company import SalesCompany
from tests.sync.world import address

ANA = address("ana")


class ConvertedLeads:
    """`contact` is the object that a lead becomes, `score` the field of the score there, `sales` who decides."""

    contact: ClassVar[str]
    score: ClassVar[str]
    sales: ClassVar[str]

    def test_a_rejection_comes_back_with_its_author_and_before_and_after_it_all_is_quiet(
        self, company: SalesCompany[Any]
    ) -> None:
        company.mql()
        company.run_until_quiet()
        written = company.desk.writes
        company.run()
        assert company.desk.writes == written, "a second run with nothing new sends nothing"

        company.later(minutes=10)
        company.desk.reject(ANA, "no_budget")
        company.run_until_quiet()
        assert company.told() == ("rejected", "sales", "no_budget")
        decided = company.ask("SELECT by, precision FROM decisions WHERE kind = 'rejected'")
        assert decided == [(self.sales, "exact")]
        assert company.rejects() == []
        written = company.desk.writes
        company.run()
        assert company.desk.writes == written
        assert company.desk.count(ANA) == 1

    def test_a_lead_that_is_converted_is_qualified_and_its_deal_won(self, company: SalesCompany[Any]) -> None:
        company.mql()
        company.desk.accept(ANA)
        company.run()
        assert company.stage("ana") == "accepted"
        company.later(minutes=10)
        company.desk.qualify(ANA)
        company.run_until_quiet()
        assert company.stage("ana") == "qualified"
        company.convert("ana", "ebook-c")
        company.run_until_quiet()
        [contact] = company.crm.live(self.contact)
        assert contact[self.score] == 90, "the score goes on where the person is"
        assert (company.desk.count(ANA), company.desk.tagged(ANA)) == (1, True)
        company.later(hours=2)
        company.desk.win(ANA, 900)
        company.run_until_quiet()
        assert company.stage("ana") == "won"
        assert company.ask("SELECT kind, amount FROM decisions WHERE kind = 'won'") == [("won", 900.0)]
        assert company.contact("ana")["sales"] == ["OPPORTUNITY", "SALE"]
        assert company.rejects() == []

    def test_a_deal_that_is_lost_says_why(self, company: SalesCompany[Any]) -> None:
        company.mql()
        company.desk.qualify(ANA)
        company.run_until_quiet()
        company.later(minutes=10)
        company.desk.lose(ANA, "competitor")
        company.run_until_quiet()
        assert company.told() == ("lost", "sales", "competitor")

    def test_a_lead_that_sales_puts_off_is_recycled(self, company: SalesCompany[Any]) -> None:
        company.mql()
        company.desk.recycle(ANA, "bad_timing")
        company.run_until_quiet()
        assert company.told() == ("recycled", "sales", "bad_timing")
