from __future__ import annotations

from connector.mapping import check_crm, check_marketing, facts
from connector.model import Field, ReceiptLine, Score

FIELDS = [
    Field("Lead", "Our_Id", unique=True),
    Field("Contact", "Our_Id"),
    Field("Lead", "Score", type="date"),
    Field("Lead", "Locked", writable=False),
    Field("Lead", "Short", max_length=10),
    Field("Lead", "Industry", type="picklist", options={"Retail": "Retail"}),
    Field("Lead", "Country", type="picklist", options={"Brazil": "Brazil"}),
    Field("Lead", "Phone", max_length=5),
    Field("Lead", "Size", type="number"),
    Field("Lead", "Name", required=True),
    Field("Lead", "Status", type="picklist", required=True),
]
MAPPING = """
fields:
  - {to: Score, from: score.points, only: Lead}
  - {to: Locked, from: score.grade, only: Lead}
  - {to: Short, from: score.reasons, only: Lead}
  - {to: Industry, from: contact.segment, only: Lead, values: {saude: Healthcare, varejo: Retail}}
  - {to: Country, from: contact.country, only: Lead}
  - {to: Phone, from: contact.phone, only: Lead}
  - {to: Size, from: contact.company_size, only: Lead}
  - {to: name, from: contact.last_name, only: Lead}
  - {to: Indusrty, from: contact.city, only: Lead}
decisions: [{is: accepted, when: {Stauts: Working}}]
"""
SAMPLES = [
    facts(Score("A", 1, 1, 1000, 1, receipt=(ReceiptLine("a", 1000, "a long reason"),)), {}, attributes)
    for attributes in (
        {"country": "Narnia", "phone": "123456789", "company_size": "many"},
        {"country": "Brazil", "phone": "1", "company_size": "20"},
    )
]


def test_every_misfit_is_found_with_its_line_and_level(crm):
    mapping = crm(MAPPING)
    found = {(one.level, one.field): one.problem for one in check_crm(mapping, FIELDS, SAMPLES)}
    assert set(found) == {
        ("warn", "Score"), ("fail", "Locked"), ("warn", "Short"), ("warn", "Industry"), ("warn", "Country"),
        ("warn", "Phone"), ("warn", "Size"), ("fail", "Indusrty"), ("fail", "Our_Id"), ("fail", "Stauts"),
        ("fail", "Status"),
    }  # fmt: skip
    assert found["fail", "Indusrty"].line == 15
    assert "did you mean 'Industry'?" in str(found["fail", "Indusrty"])
    assert "did you mean 'Status'?" in str(found["fail", "Stauts"])
    assert "'Healthcare' is no value" in str(found["warn", "Industry"])
    assert "asks for 'Status'" in str(found["fail", "Status"])


def test_findings_about_samples_count_and_never_show_a_value(crm):
    text = "\n".join(str(one.problem) for one in check_crm(crm(MAPPING), FIELDS, SAMPLES))
    assert "1 of 2 samples are no values of its list" in text
    assert "1 of 2 samples are no numbers" in text
    assert "123456789" not in text
    assert "Narnia" not in text


def test_a_mapping_that_fits_has_no_findings(crm):
    mapping = crm("fields: [{to: Name, from: contact.last_name, only: Lead}]\nprotected: [Status]")
    fields = [Field("Lead", "Our_Id", unique=True), Field("Contact", "Our_Id", unique=True), Field("Lead", "Name")]
    assert check_crm(mapping, fields) == []


def test_marketing_fields_that_the_account_does_not_list_are_warned_of(marketing):
    mapping = marketing("""
    contact:
      - {to: email, from: email}
      - {to: city, from: ctiy}
      - {to: state, from: properties.state}
    feedback: [{to: cf_score, from: score.points}, {to: fit, from: score.grade}]
    """)
    fields = [Field("", "email"), Field("", "city"), Field("", "properties"), Field("", "fit", writable=False)]
    found = {(one.level, one.field): str(one.problem) for one in check_marketing(mapping, fields)}
    assert set(found) == {("warn", "ctiy"), ("warn", "cf_score"), ("fail", "fit")}
    assert "did you mean 'city'?" in found["warn", "ctiy"]


def test_a_key_need_not_be_unique_where_the_platform_keeps_none_unique(crm):
    mapping = crm("fields: [{to: Name, from: contact.last_name, only: Lead}]")
    fields = [Field("Lead", "Our_Id"), Field("Contact", "Our_Id"), Field("Lead", "Name")]
    assert check_crm(mapping, fields, unique_key=False) == []
    assert {one.field for one in check_crm(mapping, fields)} == {"Our_Id"}


def test_a_missing_field_is_cured_by_a_command_that_names_the_connection(crm, marketing):
    key = check_crm(crm("fields: [{to: Name, from: contact.last_name, only: Lead}]"), [], connection="sf")
    source = marketing("contact: [{to: email, from: email}]\nfeedback: [{to: cf_score, from: score.points}]")
    told = check_marketing(source, [], connection="rd")
    assert "run 'leadloop prepare sf'" in {one.problem.remedy for one in key}
    assert [one.problem.remedy for one in told] == ["run 'leadloop prepare rd'"]


def test_a_field_that_prepare_makes_says_so_and_one_that_is_nearly_there_is_named(crm):
    mapping = crm("fields: [{to: Our_Score, from: score.points}, {to: Nmae, from: contact.last_name}]")
    fields = [Field("Lead", "Our_Id", unique=True), Field("Contact", "Our_Id", unique=True), Field("Lead", "Name")]
    told = {one.field: str(one.problem.remedy) for one in check_crm(mapping, fields, connection="sf")}
    assert told["Our_Score"].startswith("run 'leadloop prepare sf'; or check its spelling")


def test_a_field_is_not_taken_for_one_a_little_alike_nor_for_one_that_another_line_reads(marketing):
    mapping = marketing("""
    contact:
      - {to: city, from: Business City}
      - {to: state, from: Business State}
      - {to: website, from: Business Website}
    """)
    found = check_marketing(mapping, [Field("", "Business City")])
    assert [one.field for one in found] == ["Business State", "Business Website"]
    assert {one.problem.remedy for one in found} == {"check its spelling, or whether our user may see it"}
