"""Which corrections are labelled wrong, by the looks of the others."""

import numpy as np
import pytest

from model.data.corrections import NO_DIGIT, CorrectionSet
from model.data.doubts import MOST_COMPARED, find_doubtful, held_out, off_diagonal
from model.data.redrawn import draw
from model.measure.odd_hands import write_odd
from model.predictor import Predictor

PREDICTOR = Predictor()


def corrections(images: np.ndarray, labels: np.ndarray) -> CorrectionSet:
    return CorrectionSet([], images, labels, [])


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
    found = find_doubtful(corrections(images, labels), PREDICTOR)
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


def test_the_newest_are_compared_and_none_is_no_fault(odd):
    images, labels = odd
    many = np.repeat(images[:1], MOST_COMPARED + 10, axis=0)
    of_many = np.full(len(many), 9)
    of_many[[3, -3]] = 4
    assert [*find_doubtful(corrections(many, of_many), PREDICTOR)] == [len(many) - 3]
    assert not len(find_doubtful(corrections(images[:0], labels[:0]), PREDICTOR))


def test_a_label_counts_as_another_if_that_is_as_likely_as_it_is_on_average_where_it_was_given():
    probabilities = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.8, 0.2]])
    # On average the label 0 has 0.7 where it was given, 1 has 0.55.
    assert [*off_diagonal(probabilities, np.array([0, 0, 1, 1]))] == [3]
