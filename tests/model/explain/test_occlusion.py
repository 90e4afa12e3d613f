import numpy as np
import pytest

from model.explain.occlusion import find_evidence
from model.predictor import Prediction, Predictor
from tests.drawings import draw
from utils.preprocess import normalize_digit


class LooksAtOnePixel:
    """Takes for a 3 what has ink at one place, for an 8 what has ink at another, and else is undecided."""

    def predict(self, images):
        weights = np.ones((len(images), 10))
        weights[:, 3] += 50 * images[:, 5, 6]
        weights[:, 8] += 50 * images[:, 20, 20]
        probabilities = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
        return [Prediction(3, float(row[3]), row, 0.0, True) for row in probabilities]


def test_evidence_is_where_the_network_looks():
    image = np.zeros((28, 28), np.float32)
    image[5, 6] = image[20, 20] = image[12, 12] = 1
    evidence = find_evidence(LooksAtOnePixel(), image, 3)
    assert evidence[5, 6] > 1
    assert evidence[20, 20] < -0.3
    assert evidence[12, 12] == pytest.approx(0)
    assert np.count_nonzero(evidence) == 2  # none where there is no ink


def test_image_stays_as_it_was():
    image = np.ones((28, 28), np.float32)
    find_evidence(LooksAtOnePixel(), image, 3)
    assert image.min() == 1


@pytest.mark.parametrize("digit", range(10))
def test_of_a_plain_digit_most_ink_speaks_for_it(digit):
    image = normalize_digit(draw(digit)).image
    evidence = find_evidence(Predictor(), image, digit)
    assert evidence.shape == (28, 28)
    assert evidence.sum() > 0
    assert np.isfinite(evidence).all()


def test_the_bar_of_a_seven_speaks_against_a_one():
    image = normalize_digit(draw(7)).image
    assert find_evidence(Predictor(), image, 1)[:9].sum() < 0
