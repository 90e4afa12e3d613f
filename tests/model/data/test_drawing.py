import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.drawing import draw_at_random, draw_small, draw_strokes, to_unit_box
from tests.drawings import strokes
from utils.preprocess import normalize_digit


@given(st.integers(0, 9), st.integers(0, 9999))
def test_random_drawing_is_on_the_canvas_and_as_it_says(digit, seed):
    drawing = draw_at_random(strokes(digit, 0, 0, 700, 1000), np.random.default_rng(seed), max_slant=0.3)
    assert drawing.ink.shape == (280, 280)
    _, _, width, height = cv2.boundingRect(drawing.ink)
    assert max(width, height) == pytest.approx(drawing.size * 280, abs=6)  # anti-aliased edges
    assert 6 <= drawing.brush_px <= 30
    assert abs(drawing.slant) <= 0.3


def test_same_seed_same_drawing():
    first, again, other = (draw_at_random(strokes(3, 0, 0, 1, 1), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.ink, again.ink)
    assert not np.array_equal(first.ink, other.ink)


def test_a_dot_can_be_drawn():
    assert draw_at_random([np.zeros((1, 2), np.float32)], np.random.default_rng(0)).ink.any()


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("brush_px", [6, 14, 30])
def test_small_drawing_is_what_the_page_makes_of_a_large_one(digit, brush_px):
    character = strokes(digit, 60, 40, 120, 200)
    large = normalize_digit(draw_strokes(character, brush_px)).image
    small = draw_small(character, brush_px / (200 + brush_px)) / 255
    # A line may lie half a pixel beside, the whole a pixel.
    likeness = [
        np.corrcoef(np.roll(small, (y, x), (0, 1)).ravel(), large.ravel())[0, 1] for y in (-1, 0, 1) for x in (-1, 0, 1)
    ]
    assert max(likeness) > 0.95


def test_unit_box_is_about_the_middle_and_keeps_the_shape():
    (stroke,) = to_unit_box([np.array([[10, 20], [30, 60]])])
    assert np.allclose(stroke, [[-0.25, -0.5], [0.25, 0.5]])
    (dot,) = to_unit_box([np.array([[7, 7]])])
    assert np.allclose(dot, 0)
