"""The models of the simulated database, as far as a CRM needs them.

Source: https://github.com/odoo/odoo/blob/19.0/addons/crm/models/crm_lead.py and addons/mail/models
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

TYPE = (("lead", "Lead"), ("opportunity", "Opportunity"))
PRIORITY = (("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High"))


@dataclass(slots=True)
class FieldDef:
    """A field. `tracked`: its changes are told in the chatter; `size`: what is longer is cut."""

    name: str
    type: str = "char"
    label: str = ""
    relation: str = ""
    selection: tuple[tuple[str, str], ...] = ()
    required: bool = False
    readonly: bool = False
    size: int | None = None
    tracked: bool = False
    id: int = 0

    def told(self, attributes: list[str]) -> dict[str, Any]:
        """What `fields_get` tells; attributes that a type has not are left out."""
        known: dict[str, Any] = {
            "string": self.label or self.name, "type": self.type, "required": self.required, "readonly": self.readonly,
            "store": True, "name": self.name,
        }  # fmt: skip
        if self.type == "char":
            known["size"] = self.size or False
        if self.type == "selection":
            known["selection"] = [list(one) for one in self.selection]
        if self.relation:
            known["relation"] = self.relation
        return {name: value for name, value in known.items() if not attributes or name in attributes}


def _link(name: str, relation: str, *, tracked: bool = False, readonly: bool = False) -> FieldDef:
    return FieldDef(name, "many2one", relation=relation, tracked=tracked, readonly=readonly)


def _magic() -> tuple[FieldDef, ...]:
    """What every model has."""
    return (
        FieldDef("id", "integer", readonly=True),
        FieldDef("create_date", "datetime", readonly=True),
        FieldDef("write_date", "datetime", readonly=True),
        _link("create_uid", "res.users", readonly=True),
        _link("write_uid", "res.users", readonly=True),
    )


MODELS: Final[dict[str, tuple[FieldDef, ...]]] = {
    "crm.lead": (
        FieldDef("name", label="Opportunity", required=True),
        FieldDef("type", "selection", "Type", selection=TYPE, required=True, tracked=True),
        FieldDef("active", "boolean", tracked=True),
        FieldDef("contact_name", label="Contact Name"),
        FieldDef("partner_name", label="Company Name"),
        FieldDef("email_from", label="Email", tracked=True),
        FieldDef("email_normalized", readonly=True),
        FieldDef("phone", label="Phone", tracked=True),
        FieldDef("function", label="Job Position"),
        FieldDef("website", label="Website"),
        FieldDef("description", "html", "Notes"),
        FieldDef("priority", "selection", "Priority", selection=PRIORITY),
        FieldDef("expected_revenue", "monetary", "Expected Revenue", tracked=True),
        FieldDef("probability", "float", "Probability"),
        FieldDef("date_open", "datetime", readonly=True),
        FieldDef("date_closed", "datetime", readonly=True),
        FieldDef("date_conversion", "datetime", readonly=True),
        FieldDef("date_last_stage_update", "datetime", readonly=True),
        FieldDef("tag_ids", "many2many", "Tags", "crm.tag"),
        _link("stage_id", "crm.stage", tracked=True),
        _link("user_id", "res.users", tracked=True),
        _link("team_id", "crm.team", tracked=True),
        _link("partner_id", "res.partner", tracked=True),
        _link("lost_reason_id", "crm.lost.reason", tracked=True),
        _link("country_id", "res.country"),
        FieldDef("x_motto", label="Motto", size=40),
    ),
    "crm.stage": (
        FieldDef("name", required=True), FieldDef("sequence", "integer"), FieldDef("is_won", "boolean"),
        FieldDef("team_ids", "many2many", relation="crm.team"),
    ),
    "crm.tag": (FieldDef("name", required=True),),
    "crm.lost.reason": (FieldDef("name", required=True), FieldDef("active", "boolean")),
    "crm.team": (FieldDef("name", required=True), _link("user_id", "res.users")),
    "res.users": (FieldDef("name", required=True), FieldDef("login")),
    "res.partner": (FieldDef("name"),),
    "res.country": (FieldDef("name"), FieldDef("code")),
    "mail.activity.type": (
        FieldDef("name"), FieldDef("category"), FieldDef("res_model"), FieldDef("sequence", "integer"),
    ),
    "mail.activity": (
        _link("res_model_id", "ir.model"), FieldDef("res_model", readonly=True), FieldDef("res_id", "integer"),
        _link("activity_type_id", "mail.activity.type"), _link("user_id", "res.users"), FieldDef("summary"),
        FieldDef("note", "html"), FieldDef("date_deadline", "date"),
    ),
    "mail.message": (
        FieldDef("model"), FieldDef("res_id", "integer"), FieldDef("date", "datetime"), FieldDef("body", "html"),
        FieldDef("message_type"),
    ),
    "mail.tracking.value": (
        _link("mail_message_id", "mail.message"), _link("field_id", "ir.model.fields"),
        *(
            FieldDef(f"{side}_value_{kind}", kind)
            for side in ("old", "new") for kind in ("integer", "float", "char", "text", "datetime")
        ),
    ),
    "ir.model": (FieldDef("model"), FieldDef("name")),
    "ir.model.fields": (
        FieldDef("name", required=True), FieldDef("model"), _link("model_id", "ir.model"), FieldDef("ttype"),
        FieldDef("field_description"), FieldDef("state"), FieldDef("size", "integer"), FieldDef("index", "boolean"),
        FieldDef("copied", "boolean"), FieldDef("selection_ids", "one2many", relation="ir.model.fields.selection"),
    ),
}  # fmt: skip


def models() -> dict[str, dict[str, FieldDef]]:
    """Fresh definitions by model and name."""
    return {
        model: {one.name: FieldDef(*(getattr(one, slot) for slot in FieldDef.__slots__)) for one in (*_magic(), *own)}
        for model, own in MODELS.items()
    }
