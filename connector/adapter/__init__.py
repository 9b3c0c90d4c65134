"""What an adapter is: what it declares, what it answers, and how it is found. An adapter imports from here."""

from connector.adapter.base import (
    Adapter,
    BadRecord,
    CheckLine,
    FieldOutcome,
    FieldPlan,
    Options,
    Page,
    Removal,
    ToRead,
    Unread,
    WholeFile,
)
from connector.adapter.client import Answer, Client, Credential
from connector.adapter.crm import CrmAdapter, Found, PersonKeys, Resolution
from connector.adapter.declared import (
    Auth,
    Capabilities,
    CrmSpec,
    EffectKind,
    ErrorRule,
    Limit,
    MarketingSpec,
    OAuth,
    Option,
    Spec,
    StaticAuth,
)
from connector.adapter.marketing import ContactAnswer, MarketingAdapter
from connector.adapter.sending import NotDone, Send, Sending

__all__ = [
    "Adapter", "Answer", "Auth", "BadRecord", "Capabilities", "CheckLine", "Client", "ContactAnswer", "Credential",
    "CrmAdapter", "CrmSpec", "EffectKind", "ErrorRule", "FieldOutcome", "FieldPlan", "Found", "Limit",
    "MarketingAdapter", "MarketingSpec", "NotDone", "OAuth", "Option", "Options", "Page", "PersonKeys", "Removal",
    "Resolution", "Send", "Sending", "Spec", "StaticAuth", "ToRead", "Unread", "WholeFile",
]  # fmt: skip
