import numpy as np
import pytest

from model.explain.activations import Inside, Layer, OpenNetwork
from model.explain.nearest import Bank, fill_bank
from model.predictor import Predictor
from tests.drawings import draw
from utils.preprocess import normalize_digit


class SeesHalves:
    """A network that sees only how much ink there is left and right, and takes everything for the same digit."""

    def __init__(self, answer: int):
        self.answer = answer

    def look_inside(self, image):
        logits = np.eye(10, dtype=np.float32)[self.answer]
        halves = np.array([image[:, :14].sum(), image[:, 14:].sum()], np.float32)
        return Inside([Layer(logits, np.zeros((10, 2), np.float32))], halves)


@pytest.fixture(scope="module")
def network():
    return OpenNetwork()


@pytest.fixture(scope="module")
def bank(network):
    return fill_bank(network, each=40)


def test_the_nearest_digits_of_a_kind_are_of_that_kind(network, bank):
    features = network.look_inside(normalize_digit(draw(4)).image).features
    for digit in (4, 9):
        nearest = bank.find_nearest(features, digit, 6)
        assert nearest.shape == (6, 28, 28)
        assert {prediction.label for prediction in Predictor().predict(nearest)} == {digit}


def test_a_digit_is_nearest_to_itself(network, bank):
    for digit in range(10):
        image = bank.images[bank.labels == digit][7]
        assert np.array_equal(bank.find_nearest(network.look_inside(image).features, digit, 3)[0], image)


def test_the_nearest_come_first_however_much_ink_they_have():
    images = np.arange(3, dtype=np.float32).reshape(3, 1, 1).repeat(28, 1).repeat(28, 2)
    bank = Bank(images, np.array([5, 5, 5]), np.array([[0, 1], [1, 0], [0.6, 0.8]], np.float32))
    assert bank.find_nearest(np.array([9, 1], np.float32), 5, 2)[:, 0, 0].tolist() == [1, 2]
    assert len(bank.find_nearest(np.array([9, 1], np.float32), 5, 6)) == 3
    assert len(bank.find_nearest(np.array([9, 1], np.float32), 4, 6)) == 0


def test_features_are_those_of_the_network_in_use(bank):
    halves = fill_bank(SeesHalves(3), each=5)
    assert halves.features.shape == (5, 2)
    assert bank.features.shape[1] == 7 * 7 * 96
    np.testing.assert_allclose(np.linalg.norm(halves.features, axis=1), 1, rtol=1e-5)


def test_what_the_network_misreads_explains_nothing_and_is_left_out():
    assert set(fill_bank(SeesHalves(3), each=5).labels) == {3}


def test_the_same_digits_are_written_each_time():
    once, again = (fill_bank(SeesHalves(3), each=5) for _ in range(2))
    other = fill_bank(SeesHalves(3), each=5, seed=1)
    assert np.array_equal(once.images, again.images)
    assert not np.array_equal(once.images, other.images)
