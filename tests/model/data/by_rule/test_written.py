import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.by_rule.written import write_digit
from model.data.distortions import distort_strokes
from model.data.drawing import draw_small
from tests.model.data.by_rule.test_habits import extent


@given(st.integers(0, 9), st.integers(0, 2**32))
def test_written_digits_fill_the_unit_box_and_can_be_drawn(digit, seed):
    rng = np.random.default_rng(seed)
    strokes = write_digit(digit, rng)
    assert extent(strokes).max() == pytest.approx(1, abs=1e-5)
    assert all(stroke.dtype == np.float32 for stroke in strokes)
    assert draw_small(distort_strokes([strokes], rng)[0], 0.1).max() > 200


def test_same_seed_same_strokes():
    first, again, other = (np.concatenate(write_digit(5, np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
