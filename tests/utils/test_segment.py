import cv2
import numpy as np
import pytest

from model.predictor import Predictor
from tests.drawings import draw
from utils.segment import split_side_by_side

predictor = Predictor()


def beside(*digits: int) -> np.ndarray:
    """Draw digits beside each other on one canvas."""
    width = 280 / len(digits)
    drawn = [
        draw(digit, box=(width * place + 25, 60, width - 50, 150), brush_px=10) for place, digit in enumerate(digits)
    ]
    return np.maximum.reduce(drawn)


@pytest.mark.parametrize("digits", [(4, 2), (1, 0), (7, 7), (3, 5), (1, 9, 8)])
def test_digits_beside_each_other_are_said_to_be_several(digits):
    ink = beside(*digits)
    assert [predictor.read(sign).prediction.label for sign in split_side_by_side(ink)] == [*digits]
    assert predictor.read(ink).several


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_is_not_several(digit):
    assert not predictor.read(draw(digit)).several


def test_a_hat_that_floats_over_its_five_is_part_of_it():
    ink = np.zeros((280, 280), np.uint8)
    cv2.rectangle(ink, (150, 40), (240, 55), 255, -1)
    cv2.circle(ink, (140, 160), 60, 255, 12)
    assert len(split_side_by_side(ink)) == 1


def test_two_letters_are_no_digits_beside_each_other():
    ink = np.zeros((280, 280), np.uint8)
    for x in (40, 170):  # X X
        cv2.line(ink, (x, 60), (x + 80, 200), 255, 12, cv2.LINE_AA)
        cv2.line(ink, (x + 80, 60), (x, 200), 255, 12, cv2.LINE_AA)
    assert len(split_side_by_side(ink)) == 2
    assert not predictor.read(ink).several
