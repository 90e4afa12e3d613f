"""The store of corrections: what it keeps, and that it keeps it, whatever happens to it."""

import numpy as np
import pytest

from model.corrections.store import correct
from model.litert import NO_DIGIT
from model.predictor import Prediction
from tests.drawings import draw
from utils.image import decode_grey
from utils.preprocess import normalize_digit


def drawn(digit: int, label: int | None = None, read_as: int | None = None, is_digit: bool = True):
    """Draw a digit, and label it as that digit or as another; it was read as what it is, or as something else."""
    probabilities = np.full(10, 0.05, np.float32)
    read_as = digit if read_as is None else read_as
    probabilities[read_as] = 0.55
    prediction = Prediction(read_as, 0.55, probabilities, 3.0 if is_digit else -3.0, is_digit)
    return correct(normalize_digit(draw(digit)), digit if label is None else label, prediction, "0" * 64)


def test_what_was_stored_comes_back(store):
    seven = drawn(7, read_as=1)
    id = store.add(seven)
    (back,) = store.page(0, 10)
    assert (back.id, back.label, back.predicted, back.network_sha256) == (id, 7, 1, "0" * 64)
    assert back.probabilities == pytest.approx([0.05, 0.55] + 8 * [0.05])
    assert back.created == seven.created
    assert np.array_equal(back.image, np.round(255 * normalize_digit(draw(7)).image))
    assert np.array_equal(255 - decode_grey(back.picture), normalize_digit(draw(7)).crop)


def test_same_correction_is_stored_once_and_the_same_drawing_with_two_labels_twice(store):
    first = store.add(drawn(7))
    assert store.add(drawn(7)) == first
    second = store.add(drawn(7, label=1))
    assert store.count() == 2
    store.relabel(second, drawn(7).drawing_sha256, 7)  # now it is the first one
    assert [correction.id for correction in store.page(0, 10)] == [first]


def test_corrections_are_counted_and_paged_by_label_and_by_read_wrong(store):
    for digit in range(10):
        store.add(drawn(digit))
    store.add(drawn(4, label=9))
    store.add(drawn(3, label=NO_DIGIT, is_digit=False))
    assert store.count_labels() == [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1]
    assert store.count() == 12
    assert store.count_labels(only_wrong=True) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert [correction.label for correction in store.page(2, 3)] == [9, 8, 7]
    assert [correction.predicted for correction in store.page(0, 10, label=9)] == [4, 9]
    assert [correction.label for correction in store.page(0, 10, only_wrong=True)] == [9]
    assert store.page(12, 10) == []


def test_one_is_relabelled_one_removed_and_all_cleared(store):
    ids = [store.add(drawn(digit)) for digit in (1, 2, 3)]
    checksums = [drawn(digit).drawing_sha256 for digit in (1, 2, 3)]
    store.relabel(ids[0], checksums[0], NO_DIGIT)
    store.remove(ids[1], checksums[1])
    store.remove(ids[1], checksums[1])  # another session was faster
    store.remove(ids[2], checksums[1])  # it was of another drawing, whose id was given away again
    assert [correction.label for correction in store.page(0, 10)] == [3, NO_DIGIT]
    with pytest.raises(ValueError, match="0 to 9, or 10 for what is not a digit; got 11"):
        store.relabel(ids[0], checksums[0], 11)
    store.clear()
    assert store.count() == 0


def test_all_are_there_to_train_with(store):
    assert not [*store.each()]
    store.add(drawn(7))
    store.add(drawn(0, label=NO_DIGIT))
    corrections = [*store.each()]
    assert [each.label for each in corrections] == [7, NO_DIGIT]
    assert len({each.drawing_sha256 for each in corrections}) == 2
    for each in corrections:  # what is cut to its ink is read as the whole drawing was
        ink = 255 - decode_grey(each.picture)
        again = normalize_digit(np.pad(ink, max(ink.shape))).image
        assert np.array_equal(np.round(255 * again), each.image)
