from itertools import pairwise

import cv2
import numpy as np
import pytest

from model.data.mnist import load_mnist
from model.data.strokes import Characters, load_strokes, select_digits
from model.measure.numbers import (
    SPACINGS,
    answer_numbers,
    compose,
    compose_of_mnist,
    compose_of_people,
    edit_distance,
    number_sheet,
    numbers_as_text,
    summarise_numbers,
)
from model.predictor import Predictor
from utils.preprocess import INK_LEVEL


@pytest.fixture
def digits(strokes_file) -> Characters:
    return select_digits(load_strokes(strokes_file))


def test_the_same_seed_gives_the_same_number(digits):
    one, again, other = (compose(digits, 3, "apart", np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.ink, again.ink)
    assert one.text == again.text
    assert not np.array_equal(one.ink, other.ink)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_digits_lie_whole_on_the_canvas_from_left_to_right(digits, spacing):
    rng = np.random.default_rng(0)
    for length in (2, 8):
        number = compose(digits, length, spacing, rng)
        assert len(number.text) == len(number.digits) == length
        assert min(number.ink.shape) >= 280
        assert not np.concatenate([number.ink[[0, -1]].ravel(), number.ink[:, [0, -1]].ravel()]).any()
        more = cv2.subtract(number.ink, np.maximum.reduce(number.digits))
        assert more.any() == (spacing == "with marks")
        middles = [x + width / 2 for x, _, width, _ in map(cv2.boundingRect, number.digits)]
        assert middles == sorted(middles)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_spacings_are_what_they_are_called(digits, spacing):
    rng = np.random.default_rng(0)
    for _ in range(6):
        for left, right in pairwise(compose(digits, 4, spacing, rng).digits):
            touch = ((left >= INK_LEVEL) & (right >= INK_LEVEL)).any()
            distance = cv2.distanceTransform((left < INK_LEVEL).view(np.uint8), cv2.DIST_L2, 5)[right >= INK_LEVEL]
            assert touch if spacing == "touching" else distance.min() > 2


def test_numbers_are_measured_beside_what_patches_alone_would_read(digits, tiny_mnist_file, monkeypatch):
    monkeypatch.setattr("model.measure.numbers.LENGTHS", (2, 5))
    monkeypatch.setattr("model.measure.numbers.EACH", 2)
    monkeypatch.setattr("model.measure.numbers.MNIST_EACH", 2)
    answers = answer_numbers(Predictor(), compose_of_people(digits, seed=0))
    figures = summarise_numbers(answers)
    assert [*figures] == [*SPACINGS]
    assert figures["apart"]["n"] == 4
    assert figures["apart"]["right"] >= 0.75
    assert figures["apart"]["right_if_alone"] == 1
    assert figures["touching"]["right_by_patches"] < figures["touching"]["right"]
    assert [*figures["apart"]["lengths"]] == [2, 5]
    of_mnist = summarise_numbers(answer_numbers(Predictor(), compose_of_mnist(load_mnist(tiny_mnist_file), seed=0)))
    text = numbers_as_text("numbers", {"people": figures, "mnist": of_mnist, "singles": 1000, "taken_for_two": 1})
    assert "16 composed of the test writers' digits" in text
    assert text.count("(goal 9") == 6  # none with marks
    assert "1 of 1,000 single digits, 0.10% (goal 0.2%: met)" in text


def test_the_sheet_shows_what_was_read_wrong(digits):
    number = compose(digits, 2, "apart", np.random.default_rng(0))
    (answer,) = answer_numbers(Predictor(), [number])
    wrong = type(answer)(number, [], "", "")
    assert number_sheet([answer]).std() == 0
    assert number_sheet([answer, wrong]).shape == (160, 4 * 404)


@pytest.mark.parametrize(("said", "edits"), [("2026", 0), ("226", 1), ("", 4), ("20226", 1), ("0226", 2)])
def test_edit_distance(said, edits):
    assert edit_distance(said, "2026") == edits
