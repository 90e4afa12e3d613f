import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.data.by_rule.signs import SIGNS, draw_sign
from model.data.drawing import draw_small, to_unit_box


@given(st.sampled_from([*SIGNS]), st.integers(0, 2**32))
def test_each_sign_fills_its_box_and_can_be_drawn(sign, seed):
    strokes = draw_sign(sign, np.random.default_rng(seed))
    assert len(strokes) == len(SIGNS[sign])
    assert 0.5 < np.ptp(np.concatenate(strokes), axis=0).max() < 2
    assert draw_small(to_unit_box(strokes), 0.1).max() > 200


def test_no_sign_is_one_that_passes_for_a_digit():
    assert not {*SIGNS} & {*"0123456789OoIlSsZzBbGgqDQC()|/>"}
