"""Field mapping: how a platform's records become ours, and our facts a platform's. Pure; files in, values out.

mapping = load_marketing(path, time_zone="America/Sao_Paulo")
mapping.contact(raw)                     # attributes and consent in our words
mapping.activity(raw, contact_id, now)   # the act that a raw record is

mapping = load_crm(path, reasons=load_reasons(reasons_path))
mapping.record(facts(score, lead, attributes))   # what the CRM's record should say
mapping.decisions_of(record, before)             # what sales decided since the last look
"""

from connector.mapping.check import Finding, check_crm, check_marketing
from connector.mapping.contact import Mapped
from connector.mapping.crm import CrmMapping, load_crm
from connector.mapping.effects import CrmEffect
from connector.mapping.facts import Facts, facts
from connector.mapping.feedback import Feedback, FeedbackEffect
from connector.mapping.marketing import MarketingMapping, load_marketing
from connector.mapping.reasons import Reasons, load_reasons
from connector.mapping.records import RecordReader, Said, content_key
from connector.mapping.schema import schema
from connector.mapping.values import Note

__all__ = [
    "CrmEffect",
    "CrmMapping",
    "Facts",
    "Feedback",
    "FeedbackEffect",
    "Finding",
    "Mapped",
    "MarketingMapping",
    "Note",
    "Reasons",
    "RecordReader",
    "Said",
    "check_crm",
    "check_marketing",
    "content_key",
    "facts",
    "load_crm",
    "load_marketing",
    "load_reasons",
    "schema",
]
