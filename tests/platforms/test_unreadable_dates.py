"""A date that is none is no mistake of ours: in a field it stands as told, of a record it is a platform's error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from adapters.espocrm import api as espocrm
from adapters.espocrm.columns import Column as EspoColumn
from adapters.espocrm.values import decoded as of_espocrm
from adapters.odoo import views as odoo
from adapters.odoo.columns import Column as OdooColumn
from adapters.pipedrive import views as pipedrive
from adapters.rdstation.sales.shapes2 import deal_of
from adapters.zoho import api as zoho
from adapters.zoho.columns import Column as ZohoColumn
from adapters.zoho.values import remembered as of_zoho
from connector.errors import ContractError

SHOWN = "22/11/2026 10:00 AM"
"""As people see it: histories tell texts."""


@pytest.mark.parametrize(
    "told",
    [
        lambda: of_zoho(ZohoColumn("Met_At", "datetime"), SHOWN),
        lambda: of_espocrm(EspoColumn("metAt", "datetime"), SHOWN),
        lambda: odoo.decoded(OdooColumn("met_at", "datetime"), SHOWN),
    ],
    ids=["zoho", "espocrm", "odoo"],
)
def test_a_field_that_holds_no_date_tells_what_it_holds(told: Callable[[], Any]) -> None:
    assert told() == SHOWN


@pytest.mark.parametrize("moment", [zoho.moment, espocrm.moment, odoo.moment, pipedrive.moment])
@pytest.mark.parametrize("text", [SHOWN, None, "", "0000-00-00 00:00:00"])
def test_a_record_whose_own_time_is_none_is_told_as_the_platforms_error(
    moment: Callable[[Any], datetime], text: Any
) -> None:
    with pytest.raises(ContractError):
        moment(text)


def test_a_deal_of_rd_station_without_its_time_names_itself() -> None:
    with pytest.raises(ContractError, match="created_at"):
        deal_of({"id": "d1", "created_at": None, "updated_at": "2026-11-20T10:00:00Z"})
