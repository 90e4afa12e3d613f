"""What of the corrections is taught, and what is held back."""

import hashlib

import numpy as np
import pytest

from model.corrections.store import Corrections, correct
from model.corrections.teaching import compare, is_held_back, load_lessons, read_right
from model.data.mnist import Pictures
from model.litert import NO_DIGIT
from model.predictor import Prediction
from tests.drawings import draw
from utils.preprocess import normalize_digit

HASHES = [hashlib.sha256(bytes([i])).hexdigest() for i in range(250)]


def test_a_fifth_is_held_back_and_none_of_fewer_than_twenty():
    assert is_held_back(HASHES).mean() == pytest.approx(0.2, abs=0.05)
    assert not is_held_back(HASHES[:19]).any()
    assert is_held_back(HASHES[:20]).any()


def test_what_is_held_back_stays_so_whatever_comes_beside_it():
    before, after = is_held_back(HASHES[:50]), is_held_back(HASHES[::-1])[::-1]
    assert np.array_equal(before, after[:50])


@pytest.fixture
def store(state) -> Corrections:
    store = Corrections()
    for digit in range(10):
        for brush_px in (10, 16, 22):
            store.add(correct(normalize_digit(draw(digit, brush_px=brush_px)), digit))
    store.add(correct(normalize_digit(draw(3)), NO_DIGIT))
    return store


def test_each_correction_is_taught_or_held_back(store):
    lessons = load_lessons("", classes=11)
    labels = [*lessons.taught.labels, *lessons.held_back.labels]
    assert sorted(labels) == sorted([*range(10)] * 3 + [NO_DIGIT])
    assert len(lessons.held_back.labels) == is_held_back([each.drawing_sha256 for each in store.each()]).sum() > 0
    assert lessons.taught.images.shape[1:] == (28, 28)


def test_a_network_of_ten_classes_is_not_taught_what_is_no_digit(store):
    lessons = load_lessons("", classes=10)
    assert NO_DIGIT not in [*lessons.taught.labels, *lessons.held_back.labels]


def test_without_corrections_it_says_what_to_do(state):
    with pytest.raises(ValueError, match="Correct some readings on the page first"):
        load_lessons("", classes=11)


def test_if_all_that_could_be_taught_is_held_back_it_says_what_to_do(state):
    store = Corrections()
    for brush_px in range(10, 30):
        store.add(correct(normalize_digit(draw(3, brush_px=brush_px)), NO_DIGIT))
    drawings = (normalize_digit(draw(7, brush_px=brush_px)) for brush_px in range(10, 30))
    store.add(
        next(c for c in (correct(drawing, 7) for drawing in drawings) if is_held_back([c.drawing_sha256] * 20)[0])
    )
    with pytest.raises(ValueError, match="Correct some readings on the page first"):
        load_lessons("", classes=10)


def test_a_store_that_cannot_be_read_is_said(state):
    with pytest.raises(ValueError, match="address of the corrections"):
        load_lessons("mysql://host/base", classes=11)


class Says:
    """A predictor that gives the same answer to all."""

    def __init__(self, label: int, is_digit: bool):
        self.answer = Prediction(label, 1.0, np.eye(10)[label], 0.0, is_digit)

    def predict(self, images: np.ndarray) -> list[Prediction]:
        return [self.answer] * len(images)


@pytest.mark.parametrize(
    ("label", "is_digit", "right"), [(7, True, [True, False]), (7, False, [False, True]), (1, True, [False, False])]
)
def test_a_digit_has_to_be_read_and_called_one_and_what_is_none_has_to_be_called_none(label, is_digit, right):
    pictures = Pictures(np.zeros((2, 28, 28), np.uint8), np.array([7, NO_DIGIT]))
    assert read_right(Says(label, is_digit), pictures).tolist() == right


def test_nothing_held_back_is_no_comparison():
    assert compare(Says(7, True), Says(7, True), Pictures(np.zeros((0, 28, 28), np.uint8), np.zeros(0, int))) is None
