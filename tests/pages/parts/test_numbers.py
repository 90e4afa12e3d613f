"""Whole numbers on the page, without a browser: what is shown of a sheet, of many files, of a picture that lies."""

import json

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.litert import softmax
from model.predictor import Predictor
from tests.conftest import encode, open_page
from tests.drawings import draw, write_numbers
from tests.pages.parts.test_upload import upload

CROSS = cv2.line(cv2.line(np.zeros((90, 90), np.uint8), (10, 10), (80, 80), 255, 5), (80, 10), (10, 80), 255, 5)


@pytest.fixture
def page() -> AppTest:
    return open_page()


def lines_of_cards(page: AppTest) -> list[list[dict]]:
    """What the component of the digits gets, line by line."""
    (component,) = (of for of in page.get("bidi_component") if of.proto.component_name == "digit_canvas_digits")
    return json.loads(component.proto.json)


def cards(page: AppTest) -> list[list[str]]:
    """What is under the digits' pictures, line by line, and how it is marked."""
    return [[f"{card['label']} {card['sure']} {card['kind']}" for card in line] for line in lines_of_cards(page)]


def test_a_number_is_shown_large_and_none_of_its_digits_is_open(page):
    upload(page, sheet_png=encode(255 - write_numbers("2026")))
    assert [metric.value for metric in page.metric] == ["2026"]
    assert not any("Most likely" in info.value for info in page.info)


def test_a_click_on_a_digit_opens_it(page):
    number = write_numbers("2026")
    six = Predictor().read_number(number)[3].reading.steps.image
    upload(page, sheet_png=encode(255 - number))
    # As a click on it does: AppTest cannot click a component's.
    page.session_state["recognise_picture_digit"] = 3, six.tobytes()
    page.session_state["recognise_picture_steps"] = True
    page.run()
    assert not page.exception
    assert any(info.value.startswith("Most likely a 6") for info in page.info)
    assert any("the centre of mass is in the middle" in caption.value for caption in page.caption)
    upload(page, next_png=encode(255 - write_numbers("1957")))
    assert not any("Most likely" in info.value for info in page.info)


def test_of_two_equal_digits_the_one_that_was_clicked_is_open(page):
    two_sevens = np.hstack([draw(7), draw(7)])
    first, second = (digit.reading.steps.image for digit in Predictor().read_number(two_sevens))
    assert np.array_equal(first, second)
    upload(page, sevens_png=encode(255 - two_sevens))
    page.session_state["recognise_picture_digit"] = 1, second.tobytes()
    page.run()
    assert [[card["open"] for card in line] for line in lines_of_cards(page)] == [[False, True]]


def test_the_first_digit_in_doubt_is_open(page, monkeypatch):

    def in_doubt(logits):
        probabilities = softmax(logits)
        return np.where(probabilities[:, 6:7] > 0.5, np.eye(10)[6] * 0.6 + np.eye(10)[0] * 0.4, probabilities)

    monkeypatch.setattr("model.predictor.softmax", in_doubt)
    upload(page, sheet_png=encode(255 - write_numbers("2026")))
    assert any(info.value == "Most likely a 6 (60.0 %), next a 0 (40.0 %)." for info in page.info)
    assert cards(page)[0][-1] == "6 or 0? 60.0 % unsure"
    assert page.metric[0].value == "2026"


def test_numbers_are_shown_a_line_each_as_text_and_as_a_table(page):
    sheet = write_numbers("2026", "31415", "407")
    upload(page, sheet_png=encode(255 - sheet))
    assert [header.value for header in page.header] == ["2026", "31415", "407"]
    assert page.code[0].value == "2026\n31415\n407"
    assert [[card[0] for card in line] for line in cards(page)] == [[*"2026"], [*"31415"], [*"407"]]
    table = page.dataframe[0].value
    assert table["Digit"].tolist() == [*"202631415407"]
    assert table["Line"].tolist() == [1] * 4 + [2] * 5 + [3] * 3
    assert table["Position"].tolist() == [1, 2, 3, 4, 1, 2, 3, 4, 5, 1, 2, 3]
    assert set(table["File"]) == {"sheet.png"}


def test_no_digits_are_said_with_what_helps(page):
    crosses = np.hstack([CROSS, CROSS])
    upload(page, crosses_png=encode(crosses))
    (nothing,) = (info for info in page.main.info if info.proto.title == "No digits were found")
    assert "a photograph is in focus" in nothing.value
    assert not page.metric
    assert cards(page) == [["no digit  none", "no digit  none"]]
    assert page.dataframe[0].value["Digit"].tolist() == ["no digit", "no digit"]


def test_a_picture_that_lies_is_turned_until_it_is_right(page):
    upload(page, lying_png=encode(np.rot90(255 - write_numbers("2026")).copy()))
    page.button(key="recognise_turn").click().run()
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["2026"]
    for _ in range(4):
        page.button(key="recognise_turn").click().run()
    assert [metric.value for metric in page.metric] == ["2026"]


def test_of_many_each_is_looked_at_closer_and_one_comes_back(page):
    upload(
        page,
        sheet_png=encode(255 - write_numbers("42", "17")),
        words_heic=b"\0\0\0\x18ftypheic",
        three_png=encode(255 - draw(3)),
    )
    assert [subheader.value for subheader in page.subheader] == ["42", "17"]
    assert [metric.value for metric in page.metric] == ["3"]
    assert "a HEIC or AVIF photo" in page.error[0].value
    assert page.code[0].value == "42\n17\n3"
    closer, _ = (button for button in page.button if button.label == "Look closer")
    closer.click().run()
    assert [header.value for header in page.header] == ["42", "17"]
    assert not page.metric
    page.button(key="recognise_back").click().run()
    assert [metric.value for metric in page.metric] == ["3"]


def test_reading_many_is_stopped_and_gone_on_with(page, monkeypatch):
    read = []
    read_number = Predictor.read_number

    def counting(self, ink):
        read.append(ink)
        return read_number(self, ink)

    monkeypatch.setattr(Predictor, "read_number", counting)
    page.session_state["recognise_stop"] = True  # as a click on Stop does, which is seen only while it reads
    upload(page, one_png=encode(255 - draw(1)), two_png=encode(255 - draw(2)))
    assert [info.value for info in page.info].count("It was not read, because you stopped before.") == 2
    assert not read
    page.button(key="recognise_go_on").click().run()
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["1", "2"]
    page.run()
    assert len(read) == 2  # each once, however often the page runs
