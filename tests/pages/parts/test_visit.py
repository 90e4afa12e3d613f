"""What was drawn in this visit, without a browser: bring it back, correct it, take it along."""

import csv
import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from app_pages.parts.visit import MAX_DRAWINGS, as_zip
from model.corrections.store import Corrections
from tests.conftest import encode, open_page
from tests.drawings import draw
from utils.pictures.sketch import Sketch, Version


def drawing(digit: int, **options) -> Version:
    return Version({"objects": [{"type": "Path"}]}, encode(255 - draw(digit, **options)))


@pytest.fixture
def page(state) -> AppTest:
    """A seven and a three were drawn."""
    page = open_page()
    page.session_state["recognise_visit"] = True  # it is opened
    for digit in (7, 3):
        put(page, digit)
    return page


def put(page: AppTest, digit: int, **options) -> None:
    """As if it were drawn: AppTest cannot draw on a component."""
    sketch: Sketch = page.session_state["recognise_sketch"]
    sketch.clear()
    sketch.record(drawing(digit, **options))
    page.run()
    assert not page.exception


def labels(page: AppTest) -> list[str]:
    return [menu.label for menu in page.menu_button if menu.key.startswith("recognise_visit")]


def test_drawings_are_there_newest_first(page):
    assert labels(page) == ["3", "7"]
    page.session_state["recognise_sketch"].record(drawing(3, brush_px=24))  # another stroke of the same drawing
    page.run()
    assert labels(page) == ["3", "7"]


def test_nothing_is_kept_of_blank_paper_nor_in_the_store(page):
    page.session_state["recognise_sketch"].clear()
    page.run()
    assert labels(page) == ["3", "7"]
    assert Corrections().count() == 0


def test_one_is_brought_back_and_is_the_newest_then(page):
    page.menu_button(key="recognise_visit_0").click("Bring it back").run()
    assert not page.exception
    assert page.metric[0].value == "7"
    assert labels(page) == ["7", "3"]


def test_one_is_corrected_without_being_brought_back(page):
    page.menu_button(key="recognise_visit_0").click(1).run()
    assert not page.exception
    assert page.metric[0].value == "3"
    (stored,) = Corrections().page(0, 10)
    assert (stored.label, stored.predicted) == (1, 7)
    assert page.toast[0].value == "Stored: 1"


def test_another_label_stands_instead_of_the_first(page):
    page.button(key="recognise_drawing_right").click().run()
    assert Corrections().count_labels()[3] == 1
    page.menu_button(key="recognise_visit_1").click(8).run()
    assert not page.exception
    (stored,) = Corrections().page(0, 10)
    assert (stored.label, stored.predicted) == (8, 3)
    assert any(text.value == "Stored: 8" for text in page.main.markdown)


@pytest.mark.slow
def test_only_the_newest_are_kept(page):
    for number in range(MAX_DRAWINGS):
        put(page, 1, box=(40 + number, 40, 60, 200))
    assert len(labels(page)) == MAX_DRAWINGS
    assert "7" not in labels(page)


def test_they_are_taken_along_as_pictures_and_a_table():
    with zipfile.ZipFile(io.BytesIO(as_zip([(drawing(7), "7", True), (drawing(3), "not a digit", True)]))) as archive:
        assert archive.read("001.png") == drawing(7).picture
        table = [*csv.reader(io.TextIOWrapper(archive.open("readings.csv"), newline=""))]
    assert table == [["file", "read"], ["001.png", "7"], ["002.png", "not a digit"]]
