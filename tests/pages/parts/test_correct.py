"""Right and “It was…” beside a reading: what is stored, and that a store that fails stops no reading."""

import pytest
from streamlit.testing.v1 import AppTest

from model.card import SHIPPED, read_card
from model.corrections.store import Corrections
from model.litert import NO_DIGIT
from tests.conftest import encode, open_page
from tests.drawings import draw
from tests.model.corrections.test_store import drawn
from tests.pages.parts.test_upload import upload
from tests.pages.test_recognise import show_example
from utils.words import as_markdown


@pytest.fixture
def page(state) -> AppTest:
    page = open_page()
    show_example(page)
    assert page.metric[0].value == "5"
    return page


def say(page: AppTest, label: int, key: str = "recognise_picture") -> None:
    page.menu_button(key=f"{key}_was").click(label).run()
    assert not page.exception


def test_nothing_is_stored_without_a_click(page):
    assert Corrections().count() == 0


def test_right_stores_what_was_read(page):
    page.button(key="recognise_picture_right").click().run()
    (stored,) = Corrections().page(0, 10)
    assert (stored.label, stored.predicted) == (5, 5)
    assert stored.network_sha256 == read_card(SHIPPED).litert_sha256
    assert any(text.value == "Stored: 5" for text in page.main.markdown)


def test_it_was_stores_the_label_and_it_can_be_taken_back(page):
    say(page, NO_DIGIT)
    (stored,) = Corrections().page(0, 10)
    assert (stored.label, stored.predicted) == (NO_DIGIT, 5)
    assert any(text.value == "Stored: not a digit" for text in page.main.markdown)
    page.button(key="recognise_picture_back").click().run()
    assert Corrections().count() == 0
    assert page.button(key="recognise_picture_right")  # it is asked again


def test_what_was_said_is_remembered_when_the_picture_comes_back(page):
    say(page, 6)
    show_example(page, "Small, thin seven")
    assert page.button(key="recognise_picture_right")
    show_example(page)
    assert any(text.value == "Stored: 6" for text in page.main.markdown)


def test_what_was_relabelled_or_deleted_elsewhere_is_not_said_to_be_stored_as_before(page):
    say(page, 6)
    (stored,) = Corrections().page(0, 10)
    Corrections().relabel(stored.id, stored.drawing_sha256, 8)
    page.run()
    assert any(text.value == "Stored: 8" for text in page.main.markdown)
    Corrections().remove(stored.id, stored.drawing_sha256)
    page.run()
    assert page.button(key="recognise_picture_right")


def test_each_of_several_pictures_can_be_corrected(state):
    page = open_page()
    upload(page, two_png=encode(255 - draw(2)), words_png=b"no picture", six_png=encode(draw(6)))
    say(page, 0, key="recognise_picture_2")
    (stored,) = Corrections().page(0, 10)
    assert (stored.label, stored.predicted) == (0, 6)


def test_the_page_says_what_is_stored(page):
    assert any("the picture, its label" in caption.value for caption in page.sidebar.caption)
    assert "No name and no address" in page.button(key="recognise_picture_right").proto.help


def test_the_id_of_what_was_deleted_is_not_taken_for_it_when_another_has_it(page):
    say(page, 6)
    (stored,) = Corrections().page(0, 10)
    Corrections().clear()
    assert Corrections().add(drawn(7)) == stored.id
    page.run()
    say(page, 8)
    assert Corrections().count_labels() == [*7 * [0], 1, 1, 0, 0]


def test_a_store_that_was_damaged_since_is_said(page, state):
    say(page, 6)
    (state / "corrections.db").write_bytes(b"no database" * 1000)
    page.session_state["retrain_open"] = False  # there it would be said, too
    page.run()
    assert "The file with the corrections was damaged." in page.toast[0].value
    assert page.button(key="recognise_picture_right")


def test_a_store_that_fails_is_said_and_the_page_reads_on(page, state):
    (state / "corrections.db").write_bytes(b"no database" * 1000)
    say(page, 6)
    (aside,) = state.glob("corrections-damaged-*.db")
    assert as_markdown(aside.name) in page.toast[0].value
    assert page.metric[0].value == "5"
    say(page, 6)
    assert Corrections().count_labels()[6] == 1


def test_a_database_that_is_away_is_said_and_found_again_when_it_is_back(postgres_server, monkeypatch):
    monkeypatch.setenv("DIGITS_DATABASE_URL", postgres_server.url)
    Corrections().clear()
    page = open_page()
    postgres_server.stop()
    try:
        show_example(page)
        assert page.metric[0].value == "5"
        say(page, 6)
        assert "The database with the corrections cannot be used now" in page.toast[0].value
        assert page.metric[0].value == "5"
    finally:
        postgres_server.start()
    say(page, 6)
    assert not page.toast
    assert Corrections().count() == 1
