from itertools import pairwise

import numpy as np
import pytest

from model.data.drawing import Strokes
from model.numbers.compose import Line, draw_mark, write_line

BAR, RING = [np.array([[0.0, 0], [0, 100]])], [50 * np.stack([np.cos(t := np.linspace(0, 7, 60)), np.sin(t)], axis=1)]


def write(gap: float, pen: float = 0.1, seed: int = 0) -> Line:
    return write_line([RING, BAR, RING], [gap] * 3, pen, np.random.default_rng(seed))


def distance(left: Strokes, right: Strokes) -> float:
    """Measure how near the centre lines of two characters come to each other."""

    def dense(strokes: Strokes) -> np.ndarray:
        points = np.concatenate(strokes)
        return np.concatenate([np.linspace(a, b, 30) for a, b in pairwise(points)])

    a, b = dense(left), dense(right)
    return float(np.hypot(*(a[:, np.newaxis] - b).transpose(2, 0, 1)).min())


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("seed", range(5))
def test_so_much_paper_is_left_between_the_ink_of_two(gap, seed):
    line = write(gap, seed=seed)
    for left, right in pairwise(line.characters):
        assert distance(left, right) - line.pen == pytest.approx(gap, abs=0.06)


def test_with_a_gap_below_0_they_overlap():
    line = write(-0.15)
    assert all(distance(left, right) < 0.05 for left, right in pairwise(line.characters))


@pytest.mark.parametrize("gap", [-0.5, 0, 2])
def test_they_go_from_left_to_right_and_are_about_1_high(gap):
    line = write(gap)
    points = [np.concatenate(strokes) for strokes in line.characters]
    middles = [(of_one[:, 0].min() + of_one[:, 0].max()) / 2 for of_one in points]
    assert middles == sorted(middles)
    assert all(0.6 < np.ptp(of_one[:, 1]) + line.pen < 1.4 for of_one in points)


def test_a_dot_stays_a_dot():
    (dot,) = write_line([[np.array([[5.0, 5.0]])]], [0.0], 0.1, np.random.default_rng(0)).characters
    assert np.isfinite(dot[0]).all()
    assert len(dot[0]) == 1


def test_marks_lie_where_they_stand_in_numbers():
    rng = np.random.default_rng(0)
    drawn = set()
    for _ in range(200):
        mark, strokes = draw_mark(rng)
        y = np.concatenate(strokes)[:, 1]
        if mark in ".,":
            assert -0.1 < y.min() <= y.max() < 0.3
        elif mark in "-=+:":
            assert -1 < y.min() <= y.max() < 0
        else:
            assert y.min() < -0.7
            assert y.max() > -0.15
        drawn.add(mark)
    assert drawn == {*".,-:()/+="}
