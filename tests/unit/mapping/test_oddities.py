"""What a mapping may say and nobody means is a warning with its line."""


def warned(mapping) -> list[tuple[str, str]]:
    return [(problem.path, problem.message) for problem in mapping.warnings]


def test_a_line_of_decisions_behind_one_that_takes_its_records_is_told(crm):
    mapping = crm(
        "decisions:\n"
        "  - {is: won, when: {Status: [Closed, Won]}}\n"
        "  - {is: lost, when: {Status: closed, Reason: {blank: false}}}\n"
        "  - {is: accepted, when: {Status: Working}}\n"
        "  - {is: qualified, object: Other, when: {Status: Won}}\n"
    )
    assert warned(mapping) == [
        ("decisions[2].when", "this line never fits: line 1 of the list, 'won', takes all its records")
    ]


def test_a_kind_of_act_behind_one_that_takes_everything_is_told(marketing):
    mapping = marketing(
        "contact: []\n"
        "activities:\n"
        "  - {type: {from: kind}}\n"
        "  - {type: form_submission, when: {kind: form}}\n"
        "  - {type: download, of: contacts, when: {Guide: Yes}}\n"
    )
    assert warned(mapping) == [("activities[2]", "this line never fits: line 1 of the list takes all its activities")]


def test_a_word_that_a_table_has_twice_with_another_meaning_is_told(marketing):
    mapping = marketing("contact: [{to: segment, from: Area, values: {Saúde: health, saude: retail, 01: x, '1': x}}]\n")
    assert warned(mapping) == [
        (
            "contact[1].values.saude",
            "'saude' stands in this table already; case, accents and leading zeros do not count",
        )
    ]
