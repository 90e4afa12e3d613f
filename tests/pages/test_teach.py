"""The guided round without a browser: what it asks for, stores and takes back, and how it ends."""

import pytest
from streamlit.testing.v1 import AppTest

from model.corrections.store import Corrections
from tests.conftest import open_page
from tests.pages.parts.test_visit import drawing

PAGE = "app_pages/teach.py"


@pytest.fixture
def page(state) -> AppTest:
    return open_page(PAGE)


def teach(page: AppTest, digit: int, **options) -> None:
    """As if it were drawn, and Next pressed: AppTest cannot draw on a component."""
    page.session_state["teach_sketch"].record(drawing(digit, **options))
    page.run()
    page.button(key="teach_next").click().run()
    assert not page.exception


def test_it_asks_for_one_digit_after_the_other_and_stores_each(page):
    assert page.button(key="teach_next").disabled
    for digit in range(3):
        assert page.subheader[0].value == f"Draw a {digit}"
        teach(page, digit)
    assert Corrections().count_labels() == [1, 1, 1, *8 * [0]]
    assert page.get("progress")[0].proto.text == "3 of 50 stored"
    assert page.button(key="teach_undo").disabled  # fresh paper


def test_what_is_read_wrong_is_stored_as_what_was_asked_for(page):
    teach(page, 6)
    (stored,) = Corrections().page(0, 10)
    assert (stored.label, stored.predicted) == (0, 6)


def test_back_takes_the_last_one_back(page):
    teach(page, 0)
    teach(page, 1)
    page.button(key="teach_back").click().run()
    assert not page.exception
    assert page.subheader[0].value == "Draw a 1"
    assert Corrections().count_labels() == [1, *10 * [0]]


@pytest.mark.slow
def test_the_round_ends_in_the_question_whether_to_train(page):
    page.session_state["retrain_open"] = False
    for number in range(50):
        teach(page, number % 10, box=(60 + number, 40, 120, 190 - number % 7))
    assert Corrections().count_labels() == [*10 * [5], 0]
    assert "Shall a network learn from them now?" in page.success[0].value
    assert page.button(key="retrain_offered").label == "Train now"
    page.button(key="retrain_offered").click().run()
    assert page.session_state["retrain_open"]
    page.button(key="teach_again").click().run()
    assert page.subheader[0].value == "Draw a 0"
    assert Corrections().count() == 50


def test_a_store_that_fails_is_said_and_the_drawing_stays(page, state):
    (state / "corrections.db").unlink(missing_ok=True)
    (state / "corrections.db").mkdir()
    teach(page, 0)
    assert "cannot be used now" in page.toast[0].value
    assert page.subheader[0].value == "Draw a 0"
    assert not page.button(key="teach_next").disabled
