"""The page of corrections without a browser: looking through them, changing them, files, and a store that fails."""

import io

import pytest
from streamlit.testing.v1 import AppTest

from model.corrections.files import write_zip
from model.corrections.store import Corrections
from model.litert import NO_DIGIT
from tests.conftest import open_page
from tests.model.corrections.test_files import SEVEN, a_zip
from tests.model.corrections.test_store import drawn

PAGE = "app_pages/corrections.py"


@pytest.fixture
def store(state) -> Corrections:
    store = Corrections()
    store.add_all([drawn(7, read_as=1), drawn(4), drawn(4, label=NO_DIGIT), drawn(8)])
    return store


def labels(page: AppTest) -> list[str]:
    return [text.value for text in page.main.markdown[1:]]


def test_they_are_shown_newest_first_with_what_was_read_and_their_counts(store):
    page = open_page(PAGE)
    assert labels(page) == [
        "**8**, read as 8",
        "**not a digit**, read as 4",
        "**4**, read as 4",
        "**7**, read as 1",
    ]
    assert page.pills(key="corrections_label").options[:2] == ["All (4)", "0 (0)"]
    assert page.pills(key="corrections_label").options[-1] == "Not a digit (1)"


def test_they_are_chosen_by_label_and_by_read_wrong(store):
    page = open_page(PAGE)
    page.pills(key="corrections_label").set_value(4).run()
    assert labels(page) == ["**4**, read as 4"]
    page.pills(key="corrections_label").set_value("all").run()
    page.toggle(key="corrections_only_wrong").set_value(True).run()
    assert labels(page) == ["**not a digit**, read as 4", "**7**, read as 1"]
    assert page.pills(key="corrections_label").options[0] == "All (2)"
    page.pills(key="corrections_label").set_value(8).run()
    assert page.main.info[0].value == "There are none."


def test_those_with_a_likely_wrong_label_are_shown_alone(store):
    page = open_page(PAGE)
    page.toggle(key="corrections_only_doubtful").set_value(True).run()
    assert labels(page) == ["**not a digit**, read as 4", "**4**, read as 4"]  # they contradict each other
    page.pills(key="corrections_label").set_value(4).run()
    assert labels(page) == ["**4**, read as 4"]
    page.pills(key="corrections_label").set_value("all").run()
    page.toggle(key="corrections_only_wrong").set_value(True).run()
    assert labels(page) == ["**not a digit**, read as 4"]
    page.toggle(key="corrections_only_wrong").set_value(False).run()
    store.remove(3, drawn(4).drawing_sha256)
    page.run()
    assert not labels(page)
    assert page.main.info[0].value == "None of these looks wrong."


def test_one_is_relabelled_and_one_deleted(store):
    page = open_page(PAGE)
    page.menu_button(key="corrections_1_was").click(2).run()
    page.button(key="corrections_2_delete").click().run()
    assert labels(page) == ["**8**, read as 8", "**not a digit**, read as 4", "**2**, read as 1"]
    assert store.count_labels()[2] == 1
    assert not page.exception


def test_all_are_deleted_only_when_asked_twice(store):
    page = open_page(PAGE)
    assert page.button(key="corrections_clear").disabled
    page.checkbox(key="corrections_clear_sure").check().run()
    page.button(key="corrections_clear").click().run()
    assert not page.exception
    assert store.count() == 0
    assert "none yet" in page.main.info[0].value


def test_many_are_shown_in_pages_and_the_last_page_can_be_emptied(state):
    store = Corrections()
    store.add_all([drawn(digit, label) for digit in range(10) for label in range(5)][:25])
    page = open_page(PAGE)
    assert len(labels(page)) == 24
    page.pagination[0].select(2).run()
    assert labels(page) == ["**0**, read as 0"]
    page.button(key="corrections_1_delete").click().run()
    assert not page.exception
    assert len(labels(page)) == 24


def test_they_are_taken_along_and_brought_back(store):
    page = open_page(PAGE)
    page.button(key="corrections_export").click().run()
    assert not page.exception
    assert page.download_button(key="corrections_download").label == "Download"
    file = io.BytesIO()
    write_zip(store.each(), file)
    store.remove(1, drawn(7).drawing_sha256)
    page.file_uploader(key="corrections_import_file").upload("corrections.zip", file.getvalue())
    page.run()
    page.button(key="corrections_import").click().run()
    assert not page.exception
    assert page.main.success[0].value == "1 imported, 3 were there already."
    assert labels(page)[0] == "**7**, read as 1"


def test_of_a_file_with_a_bad_picture_nothing_is_imported_and_the_reason_is_said(store):
    page = open_page(PAGE)
    content = a_zip("file,label\ngood.png,7\n*bad*.png,1\n", **{"good.png": SEVEN, "*bad*.png": b"words"})
    page.file_uploader(key="corrections_import_file").upload("mine.zip", content)
    page.run()
    page.button(key="corrections_import").click().run()
    assert page.main.error[0].proto.title == "Nothing was imported"
    assert r"\*bad\*.png" in page.main.error[0].value
    assert store.count() == 4


def test_a_file_of_another_kind_is_said(store):
    page = open_page(PAGE)
    page.file_uploader(key="corrections_import_file").upload("mine.zip", b"words")
    page.run()
    page.button(key="corrections_import").click().run()
    assert "neither a zip nor an .npz" in page.main.error[0].value


def test_only_those_who_may_train_see_them(store, monkeypatch):
    page = open_page(PAGE, password="open sesame")  # noqa: S106
    assert not page.main.pills
    assert "Those who may train here" in page.main.info[0].value
    monkeypatch.setenv("DIGITS_RETRAIN", "off")
    page.run()
    assert not page.main.pills
    assert "switched off" in page.main.info[0].value


def test_a_store_that_cannot_be_opened_is_said(state, monkeypatch):
    monkeypatch.setenv("DIGITS_DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/none")
    page = open_page(PAGE)
    assert "The database with the corrections cannot be used now" in page.main.warning[0].value
    assert "secret" not in page.main.warning[0].value
    monkeypatch.setenv("DIGITS_DATABASE_URL", "mysql://me:secret@127.0.0.1:1/none")
    page.run()
    assert "begins with mysql" in page.main.warning[0].value
    assert "secret" not in page.main.warning[0].value
