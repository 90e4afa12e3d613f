import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.by_rule import no_digits
from model.data.by_rule.no_digits import draw_no_digit
from model.data.distortions import distort_strokes
from model.data.drawing import draw_small
from tests.model.data.by_rule.test_habits import DIGITS, extent


@given(st.integers(0, 2**32))
def test_no_digits_fill_the_unit_box_and_can_be_drawn(seed):
    rng = np.random.default_rng(seed)
    strokes = draw_no_digit(DIGITS, np.arange(10), rng)
    assert extent(strokes).max() == pytest.approx(1, abs=1e-5)
    assert draw_small(distort_strokes([strokes], rng)[0], 0.1).max() > 200


@pytest.mark.parametrize("number", range(len(no_digits._NO_DIGITS)))
def test_each_way_makes_drawings_of_its_own(number, monkeypatch):
    shares = np.eye(len(no_digits._NO_DIGITS))[number]
    monkeypatch.setattr(no_digits, "_NO_DIGIT_SHARES", shares)
    first, again, other = (
        np.concatenate(draw_no_digit(DIGITS, np.arange(10), np.random.default_rng(seed))) for seed in (1, 1, 3)
    )
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.allclose(first, other)
