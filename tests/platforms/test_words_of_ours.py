"""What each platform tells of a value of ours once it stands in a field: by this an echo is told from a change."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adapters.espocrm import values as espocrm
from adapters.espocrm.columns import Column as EspoColumn
from adapters.odoo import reading as odoo
from adapters.odoo.columns import Column as OdooColumn
from adapters.odoo.values import Encoder
from adapters.pipedrive import values as pipedrive
from adapters.pipedrive.columns import Column as PipedriveColumn
from adapters.rdstation.sales import values as rdstation
from adapters.rdstation.sales.columns import Column as RdColumn
from adapters.tryton import reading as tryton
from adapters.tryton.schema import Column as TrytonColumn
from adapters.zoho import values as zoho
from adapters.zoho.columns import Column as ZohoColumn

MOMENT = "2026-11-22T10:00:00.123456Z"
ENCODER: Any = Encoder(SimpleNamespace())  # type: ignore[arg-type]  # asks nothing of the database here


@pytest.mark.parametrize(
    ("column", "ours", "told"),
    [
        (PipedriveColumn("MQL", "a", "yesno", {1: "Sim", 2: "Não"}, custom=True), True, True),
        (PipedriveColumn("MQL", "a", "varchar", custom=True), True, "Yes"),
        (PipedriveColumn("Grade", "a", "enum", {1: "A - fits", 2: "B"}, custom=True), "a - FITS", "A - fits"),
        (PipedriveColumn("Since", "a", "date", custom=True), MOMENT, "2026-11-22"),
        (PipedriveColumn("Grade", "a", "enum", {1: "B"}, custom=True), "A", "A"),
    ],
)
def test_pipedrive(column: PipedriveColumn, ours: Any, told: Any) -> None:
    assert pipedrive.settled(column, ours) == told


@pytest.mark.parametrize(
    ("column", "ours", "told"),
    [
        (RdColumn("MQL", "a", "yesno", ("Sim", "Não"), custom=True), False, False),
        (RdColumn("MQL", "a", "text", custom=True), True, "Sim"),
        (RdColumn("Score", "a", "text", custom=True), 7, "07"),
        (RdColumn("Since", "a", "date", custom=True), MOMENT, "2026-11-22"),
        (RdColumn("Grade", "a", "text", custom=True), "A", "A"),
    ],
)
def test_rd_station(column: RdColumn, ours: Any, told: Any) -> None:
    assert rdstation.settled(column, ours) == told


@pytest.mark.parametrize(
    ("column", "ours", "told"),
    [
        (OdooColumn("x_since", "datetime", codes=("x_since",)), MOMENT, "2026-11-22T10:00:00Z"),
        (OdooColumn("x_why", "html", codes=("x_why",)), "a < b\nc", "a < b\nc"),
        (OdooColumn("x_mql", "boolean", codes=("x_mql",)), "yes", True),
        (OdooColumn("x_score", "integer", codes=("x_score",)), 60.0, 60),
        (OdooColumn("x_score", "integer", codes=("x_score",)), "many", "many"),
        (OdooColumn("country", "label", codes=("country_id",), relation="res.country"), "BR", "BR"),
    ],
)
def test_odoo(column: OdooColumn, ours: Any, told: Any) -> None:
    assert odoo.settled(ENCODER, column, ours) == told


@pytest.mark.parametrize(
    ("column", "ours", "told"),
    [
        (TrytonColumn("comment.MQL", "MQL", "text", "line"), True, True),
        (TrytonColumn("comment.Why", "Why", "text", "line"), " a\r\nb ", "a\nb"),
        (TrytonColumn("comment.Grade", "Grade", "text", "line"), "no", False),
        (TrytonColumn("x_since", "x_since", "date"), MOMENT, "2026-11-22"),
        (TrytonColumn("x_score", "x_score", "integer"), "many", "many"),
    ],
)
def test_tryton(column: TrytonColumn, ours: Any, told: Any) -> None:
    assert tryton.settled(column, ours) == told


@pytest.mark.parametrize(
    ("column", "ours", "told"),
    [
        (ZohoColumn("Grade", "picklist", options={"A": "Best"}), "best", "A"),
        (ZohoColumn("Since", "date"), MOMENT, "2026-11-22"),
        (ZohoColumn("Score", "integer"), 60.0, 60),
        (ZohoColumn("Score", "integer"), "many", "many"),
    ],
)
def test_zoho(column: ZohoColumn, ours: Any, told: Any) -> None:
    assert zoho.settled(column, ours) == told


@pytest.mark.parametrize(
    ("column", "ours", "told"),
    [
        (EspoColumn("cGrade", "enum", ("A", "B")), "a", "A"),
        (EspoColumn("cSince", "date"), MOMENT, "2026-11-22"),
        (EspoColumn("cScore", "int"), 60.5, 60.5),
    ],
)
def test_espocrm(column: EspoColumn, ours: Any, told: Any) -> None:
    assert espocrm.settled(column, ours) == told
