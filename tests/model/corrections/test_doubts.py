"""Which corrections are labelled wrong, by the looks of the others."""

from datetime import UTC, datetime

import numpy as np
import pytest

from model.corrections.doubts import find_doubtful, held_out, off_diagonal
from model.corrections.store import Correction
from model.data.redrawn import draw
from model.litert import NO_DIGIT
from model.measure.odd_hands import write_odd
from model.predictor import Predictor

PREDICTOR = Predictor()


def doubtful(images: np.ndarray, labels: np.ndarray) -> list[int]:
    now = datetime.now(UTC)
    given = [
        Correction(b"", image, int(label), None, None, None, now, place)
        for place, (image, label) in enumerate(zip(images, labels, strict=True))
    ]
    return [correction.id for correction in find_doubtful(given, PREDICTOR)]


@pytest.fixture(scope="module")
def odd() -> tuple[np.ndarray, np.ndarray]:
    """Twenty nines that the network reads as an 8, and twenty sevens that it calls no digit."""
    nines, sevens = (
        draw(write_odd(name, 20, 0), 0).images for name in ("a nine like a g", "a seven hooked at the left")
    )
    return np.concatenate([nines, sevens]), np.repeat([9, 7], 20)


def test_wrong_labels_are_found_though_the_network_reads_the_right_ones_wrong(odd):
    images, labels = odd
    wrong = np.arange(0, 40, 5)
    labels = labels.copy()
    labels[wrong] = [1, 8, 3, 4, 9, 9, 1, NO_DIGIT]
    found = doubtful(images, labels)
    assert {*wrong} <= {*found}
    assert len(found) <= len(wrong) + 2
    assert (np.isin(found[: len(wrong)], wrong)).mean() > 0.7  # they come first


def test_what_votes_for_a_label_are_the_others_only(odd):
    images, labels = odd
    other = labels.copy()
    other[3] = 2
    before, after = held_out(images, labels, PREDICTOR), held_out(images, other, PREDICTOR)
    assert before[3] == pytest.approx(after[3])
    assert before.sum(axis=1) == pytest.approx(np.ones(40))


def test_of_right_labels_few_are_doubted_and_of_none_none(odd):
    assert len(doubtful(*odd)) <= 1
    assert find_doubtful([], PREDICTOR) == []


def test_a_label_counts_as_another_if_that_is_as_likely_as_it_is_on_average_where_it_was_given():
    probabilities = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.8, 0.2]])
    # On average the label 0 has 0.7 where it was given, 1 has 0.55.
    assert [*off_diagonal(probabilities, np.array([0, 0, 1, 1]))] == [3]


def test_a_label_that_no_picture_has_yet_can_be_the_right_one():
    probabilities = np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.0, 0.02, 0.98]])
    assert [*off_diagonal(probabilities, np.array([0, 1, 1]))] == [2]
