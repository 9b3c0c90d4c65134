"""The guide's case, once for all tests that look at it."""

import pytest

from tests.insight.company import company, guides_case


@pytest.fixture(scope="module")
def guide(tmp_path_factory):
    """A connection that reads the state of the guide's case."""
    with company(tmp_path_factory.mktemp("guide")) as (store, firm):
        guides_case(firm)
    yield store.read()
    store.close()


@pytest.fixture
def write(tmp_path):
    """Writes a small company with the function given, and answers with a connection that reads it."""
    stores = []

    def written(recipe):
        with company(tmp_path) as (store, firm):
            recipe(firm)
        stores.append(store)
        return store.read()

    yield written
    for store in stores:
        store.close()
