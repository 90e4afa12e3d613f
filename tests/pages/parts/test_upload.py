"""The upload tab without a browser: what it shows for which file, and the readings as a table."""

import csv
import io

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app_pages.parts.uploads.spreadsheet import readings_as_csv
from model.predictor import Predictor
from tests.conftest import encode, open_page
from tests.drawings import draw, write_numbers
from tests.pages.test_recognise import show_example
from utils.image import find_ink


@pytest.fixture
def page() -> AppTest:
    return open_page()


def upload(page: AppTest, **files: bytes) -> AppTest:
    for name, content in files.items():
        page.file_uploader[0].upload(name.replace("_", "."), content)
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("example", "digit"), [("Five on paper", "5"), ("Eight on a blackboard", "8"), ("Small, thin seven", "7")]
)
def test_examples_are_read_right(page, example, digit):
    show_example(page, example)
    assert page.metric[0].value == digit
    assert "sure" in page.metric[0].delta
    assert any(info.value.startswith("Most likely a") for info in page.info)  # in a region that is read out


def test_uploaded_picture_is_read(page):
    upload(page, three_png=encode(255 - draw(3)))
    assert page.metric[0].value == "3"


def test_several_pictures_are_read_bad_ones_do_not_stop_the_others_and_all_are_removed_at_once(page):
    upload(page, two_png=encode(255 - draw(2)), words_png=b"no picture", six_png=encode(draw(6)))
    assert [metric.value for metric in page.metric] == ["2", "6"]
    assert len(page.error) == 1
    assert "not a picture" in page.error[0].value
    page.button(key="recognise_remove").click().run()
    assert not page.exception
    assert not page.file_uploader[0].value
    assert not page.metric


def test_name_of_a_file_is_shown_as_it_is(page):
    page.file_uploader[0].upload("![x](http://example.org/x.png) *a* <b>.png", b"no picture")
    page.run()
    assert page.text[0].value == "![x](http://example.org/x.png) *a* <b>.png"


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        pytest.param(np.full((90, 90), 255, np.uint8), "Nothing stands out", id="white"),
        pytest.param(np.zeros((90, 90), np.uint8), "Nothing stands out", id="black"),
        pytest.param(np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8), "Nothing stands out", id="noise"),
        pytest.param(255 - cv2.circle(np.zeros((90, 90), np.uint8), (60, 20), 4, 255, -1), "only a dot", id="dot"),
    ],
)
def test_blank_pictures_are_said_and_not_guessed(page, picture, sentence):
    upload(page, blank_png=encode(picture))
    assert not page.metric
    assert any(sentence in info.value and "Nothing was guessed" in info.value for info in page.info)


def test_what_is_no_digit_is_said_to_be_none_and_the_best_guess_offered(page):
    cross = cv2.line(cv2.line(np.zeros((90, 90), np.uint8), (10, 10), (80, 80), 255, 5), (80, 10), (10, 80), 255, 5)
    upload(page, cross_png=encode(cross))
    assert not page.metric
    assert page.main.info[-1].proto.title == "This doesn’t look like a digit"
    assert page.main.info[-1].value.startswith("If it is meant as one, the best guess is ")
    assert any(caption.value.startswith("If it were a digit: most likely") for caption in page.caption)


def test_uploaded_picture_takes_the_place_of_the_example(page):
    show_example(page)
    upload(page, three_png=encode(255 - draw(3)))
    assert [metric.value for metric in page.metric] == ["3"]


def as_rows(table: bytes) -> list[dict[str, str]]:
    """Read a table as a spreadsheet does."""
    return [*csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""))]


@pytest.fixture
def rows() -> list[dict[str, str]]:
    """A seven, blank paper and what is no picture, as a spreadsheet gets them."""
    predictor = Predictor()
    table = readings_as_csv(
        [
            ("Ümit's, 1.png", predictor.read_number(find_ink(draw(7))), ""),
            ("blank.png", predictor.read_number(np.zeros((90, 90), np.uint8)), ""),
            ('=HYPERLINK("http://example.org").png', [], "This is not a picture."),
        ]
    )
    return as_rows(table)


def test_readings_are_a_row_each(rows):
    seven, blank, _ = rows
    assert (seven["name"], seven["digit"], seven["is_digit"], seven["problem"]) == ("Ümit's, 1.png", "7", "True", "")
    assert (seven["line"], seven["position"]) == ("1", "1")
    probabilities = [float(seven[f"probability_{digit}"]) for digit in range(10)]
    assert sum(probabilities) == pytest.approx(1, abs=1e-4)
    assert float(seven["confidence"]) == max(probabilities) == probabilities[7]
    assert blank["problem"]
    assert not blank["digit"] and not blank["is_digit"]


def test_digits_of_a_number_are_a_row_each_with_line_and_position():
    table = readings_as_csv([("sheet.png", Predictor().read_number(write_numbers("42", "907")), "")])
    assert [(row["line"], row["position"], row["digit"]) for row in as_rows(table)] == [
        *[("1", "1", "4"), ("1", "2", "2")],
        *[("2", "1", "9"), ("2", "2", "0"), ("2", "3", "7")],
    ]


def test_no_name_becomes_a_formula(rows):
    assert rows[2]["name"] == '\'=HYPERLINK("http://example.org").png'
    assert rows[2]["problem"] == "This is not a picture."
    for start in "+-@":
        assert f"\n'{start}1," in readings_as_csv([(f"{start}1", [], "")]).decode()
