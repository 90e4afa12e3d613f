import cv2
import numpy as np
import pytest

from model.data.skeleton import centre_lines, thin
from tests.drawings import draw
from utils.preprocess import normalize_digit


@pytest.mark.parametrize("digit", range(10))
def test_thinning_keeps_the_shape_and_leaves_lines(digit):
    ink = draw(digit) >= 128
    line = thin(ink)
    assert not (line & ~ink).any()
    # As many pieces and as many holes as before.
    assert cv2.connectedComponents(line.view(np.uint8))[0] == cv2.connectedComponents(ink.view(np.uint8))[0]
    assert (
        cv2.connectedComponents((~line).view(np.uint8), connectivity=4)[0]
        == (cv2.connectedComponents((~ink).view(np.uint8), connectivity=4)[0])
    )
    # Hardly a 2×2 block is left, and no ink is far from the line.
    blocks = line[:-1, :-1] & line[1:, :-1] & line[:-1, 1:] & line[1:, 1:]
    assert blocks.sum() <= 3
    assert cv2.distanceTransform((~line).view(np.uint8), cv2.DIST_L2, 5)[ink].max() < 18


@pytest.mark.parametrize("digit", range(10))
def test_digit_drawn_again_along_its_centre_lines_is_the_same_digit(digit):
    image = (normalize_digit(draw(digit)).image * 255).round().astype(np.uint8)
    again = np.zeros((280, 280), np.uint8)
    for stroke in centre_lines(image):
        cv2.polylines(again, [np.round((stroke + 0.5) * 160).astype(np.int32)], False, 255, 20, cv2.LINE_AA, shift=4)
    assert np.corrcoef(normalize_digit(again).image.ravel(), image.ravel())[0, 1] > 0.7


def test_picture_without_ink_has_no_lines():
    assert centre_lines(np.zeros((28, 28), np.uint8)) == []
