import resource
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.numbers.locate import Place
from model.predictor import Digit, Predictor, number_text, weigh
from tests.conftest import encode
from tests.drawings import draw, draw_number
from utils.image import load_image

predictor = Predictor()


def read(ink: np.ndarray) -> str:
    return number_text(predictor.read_number(ink))


def boxes(digits: list[Digit]) -> list[tuple[int, int, int, int]]:
    return [digit.box for digit in digits]


@pytest.mark.parametrize("text", ["42", "2026", "31415", "97805643"])
@pytest.mark.parametrize("gap", [0.3, 0.1, pytest.param(-0.02, id="touching")])
def test_a_number_is_read(text, gap):
    assert read(draw_number(text, gap)) == text


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("brush_px", [6, 18, 30])
@pytest.mark.parametrize("box", [(80, 50, 110, 170), (40, 25, 190, 225), (20, 40, 150, 150)])
def test_one_digit_stays_one_and_is_read_as_ever(digit, brush_px, box):
    ink = draw(digit, brush_px=brush_px, box=box)
    (found,) = predictor.read_number(ink)
    alone = predictor.read(ink)
    assert found.reading.prediction.label == alone.prediction.label == digit
    assert np.array_equal(found.reading.prediction.probabilities, alone.prediction.probabilities)


def test_what_is_read_of_each_digit_is_told():
    digits = predictor.read_number(draw_number("2026"))
    assert [digit.line for digit in digits] == [0, 0, 0, 0]
    for digit in digits:
        prediction = digit.reading.prediction
        assert prediction.is_digit
        assert prediction.confidence == prediction.probabilities.max()
        assert prediction.probabilities.sum() == pytest.approx(1)
        assert digit.reading.steps.image.shape == (28, 28)


@settings(max_examples=40)
@given(st.integers(10, 9999), st.floats(0, 0.4), st.integers(6, 20), st.floats(-0.1, 0.2))
def test_boxes_lie_in_the_picture_around_ink_from_left_to_right(number, gap, brush_px, slope):
    ink = draw_number(str(number), gap, brush_px, slope)
    found = boxes(predictor.read_number(ink))
    for x, y, width, height in found:
        assert 0 <= x < x + width <= ink.shape[1]
        assert 0 <= y < y + height <= ink.shape[0]
        assert ink[y : y + height, x : x + width].max() == 255
    middles = [x + width / 2 for x, _, width, _ in found]
    assert middles == sorted(middles)


@settings(max_examples=40)
@given(st.integers(10, 9999), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_boxes_move_with_the_ink_and_the_text_stays(number, left, top, more):
    ink = draw_number(str(number), 0.05)
    before, after = (predictor.read_number(each) for each in (ink, np.pad(ink, ((top, more), (left, more)))))
    assert number_text(after) == number_text(before)
    assert boxes(after) == [(x + left, y + top, width, height) for x, y, width, height in boxes(before)]


@pytest.mark.parametrize("text", ["50", "2026", "31415"])
@pytest.mark.parametrize("times", [0.5, 2, 4])
def test_the_text_does_not_change_with_the_size(text, times):
    assert read(cv2.resize(draw_number(text), None, fx=times, fy=times, interpolation=cv2.INTER_AREA)) == text


def test_boxes_do_not_change_with_polarity():
    ink = draw_number("2026")
    dark, light = (predictor.read_number(load_image(encode(grey))) for grey in (255 - ink, ink))
    assert number_text(dark) == number_text(light) == "2026"
    assert boxes(dark) == boxes(light)


@pytest.mark.parametrize("degrees", [-15, 15])
def test_digits_stay_in_order_on_a_line_that_climbs_or_falls(degrees):
    assert read(draw_number("314156", slope=float(np.tan(np.radians(degrees))))) == "314156"


def test_lines_are_read_from_top_to_bottom():
    above, below = draw_number("42"), draw_number("2026")
    ink = np.vstack([np.pad(above, ((0, 0), (0, below.shape[1] - above.shape[1]))), below])
    digits = predictor.read_number(ink)
    assert number_text(digits) == "42\n2026"
    assert [digit.line for digit in digits] == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("sign", ["full stop", "comma", "dash", "plus", "(", ")", "/", "specks"])
def test_what_is_no_digit_between_digits_is_skipped(sign):
    ink = draw_number("42", gap=0.8)
    left, right = boxes(predictor.read_number(ink))
    x, bottom = (left[0] + left[2] + right[0]) // 2, left[1] + left[3]
    if sign == "full stop":
        cv2.circle(ink, (x, bottom - 6), 8, 255, -1)
    elif sign == "comma":
        cv2.line(ink, (x + 5, bottom - 8), (x - 4, bottom + 16), 255, 12, cv2.LINE_AA)
    elif sign == "dash":
        cv2.line(ink, (x - 20, bottom - 60), (x + 20, bottom - 60), 255, 12, cv2.LINE_AA)
    elif sign == "plus":
        cv2.line(ink, (x - 22, bottom - 60), (x + 22, bottom - 60), 255, 12, cv2.LINE_AA)
        cv2.line(ink, (x, bottom - 82), (x, bottom - 38), 255, 12, cv2.LINE_AA)
    elif sign == "/":
        cv2.line(ink, (x - 25, bottom + 10), (x + 25, bottom - 140), 255, 12, cv2.LINE_AA)
    elif sign in "()":
        turned = 90 if sign == "(" else -90
        middle = (x + 15, bottom - 60) if sign == "(" else (x - 15, bottom - 60)
        cv2.ellipse(ink, middle, (85, 30), turned, 20, 160, 255, 12, cv2.LINE_AA)
    else:
        rng = np.random.default_rng(0)
        for column, row in rng.integers(0, (ink.shape[1] - 3, ink.shape[0] - 3), (40, 2)):
            ink[row : row + 3, column : column + 3] = 255
    assert read(ink) == "42"


@pytest.mark.parametrize(("none", "is_digit"), [(0.8, False), (0.7, True), (0.2, True)])
def test_the_reader_cannot_insist_on_a_digit(none, is_digit):
    one = replace(predictor.read(draw(1)).prediction, digit_score=predictor.card.digit_threshold + 10)
    probabilities = np.full(11, none, np.float32)
    probabilities[:10] = (1 - none) / 10
    place = Place(14.0, probabilities)
    assert weigh(one, place, is_cut=False, digit_threshold=predictor.card.digit_threshold).is_digit is is_digit


def test_a_page_of_digits_in_brackets_is_read():
    number = draw_number("4", gap=0.8)
    x, y, width, height = boxes(predictor.read_number(number))[0]
    for middle, turned in ((x - 10, 90), (x + width + 10, -90)):
        cv2.ellipse(number, (middle, y + height // 2), (85, 30), turned, 20, 160, 255, 12, cv2.LINE_AA)
    assert read(np.tile(np.pad(number, 40), (3, 4))) == "4444\n4444\n4444"


def test_a_letter_among_digits_is_marked_and_left_out():
    ink = draw_number("42", gap=1.4)
    cv2.putText(ink, "K", (160, 170), cv2.FONT_HERSHEY_SIMPLEX, 4, 255, 12, cv2.LINE_AA)
    digits = predictor.read_number(ink)
    assert [digit.reading.prediction.is_digit for digit in digits] == [True, False, True]
    assert number_text(digits) == "42"


@pytest.mark.parametrize("level", [0, 255])
def test_no_number_is_guessed_on_even_paper(level):
    (nothing,) = predictor.read_number(np.full((280, 280), level, np.uint8))
    assert nothing.reading.blank
    assert number_text([nothing]) == ""


def bad_input(kind: str) -> np.ndarray:
    rng = np.random.default_rng(0)
    if kind.startswith("strip"):
        ink = np.zeros((20, 20_000), np.uint8)
        if kind == "strip with a line":
            ink[8:12] = 255
        elif kind == "strip with a wave":
            wave = [[x, 3 + 13 * (x // 8 % 2)] for x in range(0, 20_000, 8)]
            cv2.polylines(ink, [np.array(wave)], False, 255, 2)
        else:
            ink[rng.random(ink.shape) > 0.7] = 255
        return ink
    ink = np.zeros((1024, 1024), np.uint8)
    if kind == "noise":
        ink[rng.random(ink.shape) > 0.7] = 255
    elif kind == "clouds":
        ink[cv2.GaussianBlur(rng.normal(size=ink.shape), (0, 0), 6) > 0.05] = 255
    elif kind == "grating":
        ink[:, ::12] = ink[:, 1::12] = 255
    else:
        side = int(kind.split()[2])
        for x, y in rng.integers(0, 1024 - side, (5000, 2)):
            ink[y : y + side, x : x + side] = 255
    return ink


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        *("strip with a line", "strip with a wave", "strip of noise", "noise", "clouds", "grating"),
        *("5,000 specks 3", "5,000 specks 9", "5,000 specks 12"),
    ],
)
@pytest.mark.parametrize("lying", [False, True])
def test_in_a_texture_hardly_a_digit_is_found_and_memory_stays_small(kind, lying):
    picture = encode(255 - (np.ascontiguousarray(bad_input(kind).T) if lying else bad_input(kind)))
    ink = load_image(picture)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    digits = predictor.read_number(ink)
    assert sum(digit.reading.prediction.is_digit for digit in digits if digit.reading.prediction) <= 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


@pytest.mark.parametrize("ink", [np.zeros((280, 280, 3), np.uint8), np.zeros((280, 280)), np.zeros((0, 9), np.uint8)])
def test_what_is_no_ink_image_is_refused_with_a_sentence(ink):
    with pytest.raises(ValueError, match="Expected an ink image"):
        predictor.read_number(ink)
