"""A file that is mostly broken, through the public command: every line is counted, and the state stays small."""

LINES = 8_000
LONG = "x\n" * LINES
CONTACTS = f'id,email,first_name,job_title,source\nc1,ana@acme.example,Ana,CEO,Google\nc2,"{LONG}",B,CEO,Google\n'


def test_every_bad_line_counts_as_read_and_rejected_and_the_state_stays_small(company):
    company.run()
    before = company.state.stat().st_size
    company.write("in/contacts.csv", CONTACTS)
    [contacts] = [step for step in company.run(code=1)["steps"] if step["stream"] == "contacts"]
    assert contacts["rejected"] == LINES + 1
    assert contacts["read"] == contacts["saved"] + contacts["unchanged"] + contacts["rejected"] == LINES + 2
    assert company.state.stat().st_size - before < 1_500_000
    shared = [one for one in company.json("rejects", "list")["rejects"] if "-" in one["place"]][-1]
    assert shared["text"].startswith("1 columns instead of 5 (the first of ")
    numbers = company.json("rejects", "show", str(shared["id"]))["raw"]["lines"]
    assert shared["place"] == f"contacts.csv:{numbers}"


def test_the_same_bad_lines_are_no_news_to_the_next_run(company):
    company.write("in/contacts.csv", CONTACTS)
    company.run(code=1)
    company.write("in/contacts.csv", CONTACTS + "c3,caio@acme.example,Caio,Analyst,Fair\n")
    [contacts] = [step for step in company.run()["steps"] if step["stream"] == "contacts"]
    assert contacts["rejected"] == LINES + 1
