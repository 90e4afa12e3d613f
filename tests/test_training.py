import numpy as np
import pytest

from model.predictor import digit_scores, softmax
from model.strokes import Characters
from model.training import DIGITS_KEPT, draw_digits_as_on_the_page, find_digit_threshold, find_temperature
from tests.drawings import strokes


@pytest.mark.parametrize("too_sure", [0.5, 1.0, 3.0])
def test_temperature_undoes_how_much_too_sure_a_network_is(too_sure):
    rng = np.random.default_rng(0)
    true_logits = rng.normal(0, 2, (20_000, 11))
    chances = softmax(true_logits[:, :10])
    labels = (chances.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    assert find_temperature(true_logits * too_sure, labels) == pytest.approx(too_sure, rel=0.05)


def test_threshold_keeps_the_share_of_digits_that_it_should():
    logits = np.random.default_rng(0).normal(0, 3, (5000, 11))
    assert (digit_scores(logits) >= find_digit_threshold(logits)).mean() == pytest.approx(DIGITS_KEPT, abs=0.001)


def test_drawn_as_on_the_page_means_as_the_network_gets_it_without_blanks():
    dot = [np.zeros((1, 2), np.float32)]
    digits = Characters([strokes(4, 0, 0, 60, 100), dot], np.array(["4", "1"]), np.array(["lab/ann"] * 2), np.arange(2))
    images, labels = draw_digits_as_on_the_page(digits, seed=2)
    assert (images.shape, images.dtype) == ((len(labels), 28, 28), np.float32)
    assert labels[0] == 4
    assert images[0].max() > 0.5
