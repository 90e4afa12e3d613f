import cv2
import numpy as np
import pytest

from tests.drawings import draw_number
from utils.preprocess import INK_LEVEL
from utils.segment import LEAST_HEIGHT, MAX_ASPECT, Line, find_lines, part


def test_lines_are_found_from_top_to_bottom():
    above, below = draw_number("42"), draw_number("2026")
    ink = np.zeros((above.shape[0] + below.shape[0], below.shape[1]), np.uint8)
    ink[: above.shape[0], : above.shape[1]] = above
    ink[above.shape[0] :] = below
    first, second = find_lines(ink)
    assert first.ink.shape[1] < second.ink.shape[1]
    assert first.corner[1] < above.shape[0] < second.corner[1]
    x, y = second.corner
    same_place = ink[y : y + second.ink.shape[0], x : x + second.ink.shape[1]]
    assert cv2.absdiff(second.ink, same_place).max() < INK_LEVEL


@pytest.mark.parametrize("slope", [-0.2, 0.2])
def test_a_line_that_rises_is_made_level(slope):
    (line,) = find_lines(draw_number("314159", slope=slope))
    assert line.slope == pytest.approx(slope, abs=0.04)
    assert line.ink.shape[0] < 1.4 * 120


def test_a_hat_that_floats_is_in_its_fives_line():
    ink = np.zeros((280, 280), np.uint8)
    cv2.rectangle(ink, (150, 40), (240, 55), 255, -1)
    cv2.circle(ink, (140, 160), 60, 255, 12)
    (line,) = find_lines(ink)
    (sign,) = part(line, [70.0])
    assert sign.box == (134 - 60, 40, 241 - 74, 187)
    assert not sign.is_cut


@pytest.mark.parametrize("level", [0, 100])
def test_there_is_no_line_on_even_paper(level):
    assert find_lines(np.full((280, 280), level, np.uint8)) == []


def test_what_is_too_long_is_no_line():
    ink = np.zeros((40, 40 * MAX_ASPECT), np.uint8)
    ink[18:22] = 255
    assert find_lines(ink) == []


def two_with_a_bridge() -> Line:
    """Draw two blocks, 50 wide with 30 between them, and a thin bridge."""
    ink = np.zeros((120, 150), np.uint8)
    for x in (10, 90):
        cv2.rectangle(ink, (x, 5), (x + 49, 115), 255, cv2.FILLED)
    cv2.rectangle(ink, (60, 60), (89, 66), 255, cv2.FILLED)
    (line,) = find_lines(ink)
    return line


def test_ink_that_hangs_together_is_cut_where_it_is_thinnest():
    left, right = part(two_with_a_bridge(), [25.0, 105.0])
    assert left.is_cut
    assert right.is_cut
    assert 50 < left.box[2] < 80
    assert left.box[2] + right.box[2] == 130


def test_no_ink_is_lost_and_none_told_twice():
    line = two_with_a_bridge()
    signs = part(line, [25.0, 105.0])
    assert sum(int(sign.ink.astype(int).sum()) for sign in signs) == int(line.ink.astype(int).sum())


def test_what_lies_apart_is_whole():
    (line,) = find_lines(draw_number("42"))
    assert [sign.is_cut for sign in part(line, [40.0, 130.0])] == [False, False]


def test_without_middles_there_are_no_signs():
    assert part(two_with_a_bridge(), []) == []


def test_a_line_is_parted_at_wide_gaps_and_stays_one_line():
    parts = find_lines(draw_number("426", gap=1.5))
    assert [part.number for part in parts] == [0, 0, 0]
    lefts = [part.corner[0] for part in parts]
    assert lefts == sorted(lefts)


def test_a_dash_far_from_others_is_not_made_as_high_as_a_digit():
    ink = draw_number("42", gap=2.5)
    cv2.line(ink, (275, 130), (305, 130), 255, 12, cv2.LINE_AA)
    heights = [part.ink.shape[0] for part in find_lines(ink)]
    assert len(heights) == 3
    assert heights[1] == pytest.approx(LEAST_HEIGHT * max(heights), abs=3)
