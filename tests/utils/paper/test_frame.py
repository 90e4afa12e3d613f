import cv2
import numpy as np
import pytest

from model.predictor import Predictor, number_text
from tests.conftest import encode
from tests.drawings import draw, write_numbers
from utils.image import load_image
from utils.paper.frame import without_frame

NUMBER = write_numbers("2047")  # 360 × 210
HEIGHT, WIDTH = NUMBER.shape


def box(left: int, top: int, right: int, bottom: int, thickness: int = 3) -> np.ndarray:
    return cv2.rectangle(np.zeros_like(NUMBER), (left, top), (right, bottom), 255, thickness)


def cut(ink: np.ndarray) -> np.ndarray:
    """Cut the ink to what is in it."""
    x, y, width, height = cv2.boundingRect((ink > 100).view(np.uint8))
    return ink[y : y + height, x : x + width]


FRAMES = {
    "box": box(10, 15, WIDTH - 12, HEIGHT - 15),
    "thick box": box(10, 15, WIDTH - 12, HEIGHT - 15, 6),
    "cut on the right": box(10, 15, WIDTH + 50, HEIGHT - 15),
    "lines": box(-50, 15, WIDTH + 50, HEIGHT - 15),
    "line below": box(-50, -50, WIDTH + 50, HEIGHT - 15),
    "slanted": cv2.warpAffine(
        box(14, 20, WIDTH - 16, HEIGHT - 20), np.array([[1, 0.01, 0], [-0.02, 1, 3]]), (WIDTH, HEIGHT)
    ),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_goes_and_the_number_stays(frame):
    assert np.abs(without_frame(np.maximum(NUMBER, frame)).astype(int) - NUMBER).max() < 64


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_framed_number_is_read_in_a_photograph(frame):
    paper = np.linspace(235, 180, WIDTH) + np.random.default_rng(0).normal(0, 3, NUMBER.shape)
    grey = (paper - np.maximum(NUMBER, frame // 2) * 0.5).clip(0, 255).astype(np.uint8)
    assert number_text(Predictor().read_number(load_image(encode(grey)))) == "2047"


def test_a_box_that_the_writing_touches_goes_with_little_of_it():
    frame = box(10, 22, WIDTH - 12, 148, 2)  # the digits are from 50 to 150 high
    clean = without_frame(np.maximum(NUMBER, frame)[:180])
    assert not clean[:40].any()
    assert not clean[152:].any()
    assert np.array_equal(clean[60:140, 30:-30], NUMBER[60:140, 30:-30])


@pytest.mark.parametrize("rules", [[125], [125, 260, 390]])
@pytest.mark.parametrize("size", [40, 79, 105])
def test_what_stands_on_the_rules_of_the_paper_stays(rules, size):
    ink = np.zeros((500, 1000), np.uint8)
    digits = cv2.resize(NUMBER[48:153], None, fx=size / 105, fy=size / 105, interpolation=cv2.INTER_AREA)
    for row in (127, 392):
        ink[row - size : row, 100 : 100 + digits.shape[1]] = digits
    written = ink > 100
    for row in rules:
        ink[row : row + 3] = 120
    written[125:128] = False
    assert (without_frame(ink)[written] > 64).all()


@pytest.mark.parametrize("size", [(800, 800), (1200, 1600), (640, 300)])
def test_digits_that_hang_on_a_box_do_not_go_with_it(size):
    width, height = size
    ink = np.zeros((height, width), np.uint8)
    cv2.rectangle(ink, (40, 30), (width - 40, height - 30), 255, 5)
    for place in range(4):
        ink = np.maximum(ink, np.pad(draw(4, 60, 6), ((height - 86, 26), (100 + 80 * place, width - 160 - 80 * place))))
    written = ink[height - 80 : height - 40] > 100
    written[:, :60] = written[:, -60:] = False
    assert (without_frame(ink)[height - 80 : height - 40][written] > 64).mean() > 0.95


@pytest.mark.parametrize("number", ["777", "7777", "7575", "555"])
@pytest.mark.parametrize("brush_px", [3, 5])
def test_flat_tops_of_digits_are_no_line(number, brush_px):
    ink = np.pad(cut(write_numbers(number, brush_px=brush_px)), 6)
    assert without_frame(ink) is ink


@pytest.mark.parametrize("dot_px", [1, 12])
def test_a_zero_like_a_box_stays(dot_px):
    ink = np.zeros((220, 220), np.uint8)
    cv2.rectangle(ink, (10, 10), (210, 210), 255, 12)
    cv2.circle(ink, (110, 110), dot_px, 255, -1)
    assert without_frame(ink) is ink


@pytest.mark.parametrize("number", ["2047", "1111", "77", "5"])
def test_a_number_that_fills_the_picture_stays(number):
    ink = cut(write_numbers(number))
    assert without_frame(ink) is ink


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_that_fills_the_picture_stays_and_a_box_around_it_goes(digit):
    ink = cut(draw(digit))
    assert without_frame(ink) is ink
    padded = np.pad(ink, 30)
    boxed = cv2.rectangle(padded.copy(), (4, 4), (padded.shape[1] - 5, padded.shape[0] - 5), 255, 3)
    assert np.array_equal(without_frame(boxed), padded)


def test_a_two_of_three_straight_lines_stays():
    ink = np.zeros((100, 80), np.uint8)
    cv2.polylines(ink, [np.array([[2, 3], [77, 3], [2, 96], [77, 96]])], False, 255, 6)
    assert without_frame(ink) is ink
