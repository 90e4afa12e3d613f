"""A store of corrections of either kind."""

import psycopg
import pytest

from model.corrections.store import Corrections


@pytest.fixture(params=["sqlite", "postgres"])
def where(request, state) -> str:
    """The address of a store that is yet to be made."""
    if request.param == "sqlite":
        return str(state / "corrections.db")
    address = request.getfixturevalue("postgres")
    with psycopg.connect(address) as database:
        database.execute("DROP TABLE IF EXISTS corrections, corrections_schema")
    return address


@pytest.fixture
def store(where) -> Corrections:
    return Corrections(where)
