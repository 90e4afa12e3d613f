"""Digits of odd hands."""

import numpy as np
import pytest

from model.data.redrawn import draw
from model.measure.odd_hands import ODD_HANDS, write_odd


@pytest.mark.parametrize("name", ODD_HANDS)
def test_every_drawing_is_another_one_and_the_same_seed_gives_the_same(name):
    drawn = draw(write_odd(name, 20, seed=1), seed=0)
    assert not drawn.blank.any()
    assert len(np.unique(drawn.images, axis=0)) == 20
    assert np.array_equal(drawn.images, draw(write_odd(name, 20, seed=1), seed=0).images)
    assert not np.array_equal(drawn.images, draw(write_odd(name, 20, seed=2), seed=0).images)
