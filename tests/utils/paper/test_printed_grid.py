import cv2
import numpy as np
import pytest

from tests.drawings import draw
from utils.paper.printed_grid import without_grid

SIZE_PX = 1000
DIGIT_PX = 60


def digits(level: int = 255) -> np.ndarray:
    """Forty-nine digits, each in the middle of a cell of 100 pixels, from 150 on."""
    ink = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    for row in range(7):
        for column in range(7):
            box = 170 + 100 * column, 170 + 100 * row, 0.6 * DIGIT_PX, DIGIT_PX
            ink = np.maximum(ink, draw((row + 3 * column) % 10, SIZE_PX, 6, box))
    return (ink * (level / 255)).astype(np.uint8)


def grid(thick: int = 8, thin: int = 2, level: int = 255) -> np.ndarray:
    ink = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    for number in range(8):
        at, width = 150 + 100 * number, thin if number % 7 else thick
        cv2.line(ink, (at, 150), (at, 850), level, width)
        cv2.line(ink, (150, at), (850, at), level, width)
    return ink


def squares(step: int, level: int) -> np.ndarray:
    ink = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    ink[20::step] = ink[21::step] = level
    ink[:, 20::step] = ink[:, 21::step] = level
    return ink


def in_perspective(ink: np.ndarray, slant: int) -> np.ndarray:
    square = np.float32([[150, 150], [850, 150], [850, 850], [150, 850]])
    there = square + np.float32([[0, 0], [0, slant], [0, 0], [slant, -slant]])
    return cv2.warpPerspective(ink, cv2.getPerspectiveTransform(square, there), (SIZE_PX, SIZE_PX))


def share_kept(clean: np.ndarray, wanted: np.ndarray) -> float:
    strong = wanted > 128
    return float((clean[strong] > 64).mean())


def share_left(clean: np.ndarray, wanted: np.ndarray, lines: np.ndarray) -> float:
    alone = (lines > 100) & (cv2.dilate(wanted, np.ones((15, 15), np.uint8)) == 0)
    return float((clean[alone] > 32).mean())


@pytest.mark.parametrize("slant", [0, 60, 150])
@pytest.mark.parametrize("pen", [255, 140], ids=["print", "pencil"])
def test_grid_goes_and_digits_stay_whole(slant, pen):
    lines, wanted = in_perspective(grid(), slant), in_perspective(digits(pen), slant)
    clean = without_grid(np.maximum(lines, wanted))
    assert share_left(clean, wanted, lines) < 0.02
    assert share_kept(clean, wanted) > 0.98


@pytest.mark.parametrize("step", [33, 50, 100])
def test_squares_go_and_digits_stay(step):
    lines, wanted = squares(step, 110), digits()
    clean = without_grid(np.maximum(lines, wanted))
    assert share_left(clean, wanted, lines) < 0.02
    assert share_kept(clean, wanted) > 0.95


def rules(level: int) -> np.ndarray:
    ink = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    for at in range(100, SIZE_PX, 100):
        cv2.line(ink, (0, at), (SIZE_PX, at), level, 3)
    return ink


def test_a_rule_is_measured_alone_though_digits_hang_on_it_all_along():
    wanted = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    for column in range(17):
        wanted = np.maximum(wanted, draw(column % 10, SIZE_PX, 6, (25 + 56 * column, 306, 50, 60)))
    lines = rules(110)
    clean = without_grid(np.maximum(lines, wanted))
    assert share_left(clean, wanted, lines) == 0
    assert share_kept(clean, wanted) > 0.98


def test_a_rule_is_erased_also_beyond_where_it_is_not_seen():
    lines, wanted = rules(110), digits()
    lines[498:503, 700:850] = 0  # in a lamp's glare, say
    clean = without_grid(np.maximum(lines, wanted))
    assert share_left(clean, wanted, lines) == 0


@pytest.mark.parametrize(
    "ink",
    [
        pytest.param(digits(), id="digits alone"),
        pytest.param(draw(7, SIZE_PX, 30), id="a large seven"),
        pytest.param(draw(8, SIZE_PX, 4, (100, 50, 700, 900)), id="a large thin eight"),
        pytest.param(
            np.maximum.reduce([draw(1, SIZE_PX, 12, (x, 300, 80, 400)) for x in (100, 300, 500, 700)]), id="1111"
        ),
        pytest.param(np.zeros((SIZE_PX, SIZE_PX), np.uint8), id="nothing"),
        pytest.param(np.full((20, SIZE_PX), 255, np.uint8), id="strip"),
    ],
)
def test_what_has_no_grid_stays_as_it_is(ink):
    assert np.array_equal(without_grid(ink), ink)


def test_empty_grid_leaves_nothing():
    assert not without_grid(grid()).any()


def test_turned_picture_gives_the_turned_ink():
    ink = np.maximum(grid(), digits(140))
    turned = without_grid(np.ascontiguousarray(ink.T)).T
    assert np.mean(turned != without_grid(ink)) < 0.002
