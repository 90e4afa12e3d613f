import cv2
import numpy as np
import pytest

from model.data.distortions import DISTORTIONS, distort_pictures, distort_strokes
from model.data.drawing import draw_small, to_unit_box
from tests.drawings import STROKES, draw
from tests.drawings import strokes as drawn

IMAGES = np.stack([cv2.resize(draw(digit), (28, 28), interpolation=cv2.INTER_AREA) for digit in range(10)])
IMAGES = np.repeat(IMAGES.astype(np.float32) / 255, 20, axis=0)
CHARACTERS = [to_unit_box([stroke.astype(np.float32) for stroke in drawn(digit, 0, 0, 60, 100)]) for digit in STROKES]


def test_shape_range_and_input_are_kept():
    before = IMAGES.copy()
    distorted = distort_pictures(IMAGES, np.random.default_rng(0))
    assert distorted.shape == IMAGES.shape
    assert distorted.dtype == np.float32
    assert 0 <= distorted.min() < distorted.max() <= 1
    assert np.array_equal(IMAGES, before)


def test_same_seed_same_images_and_each_image_its_own_distortion():
    once = distort_pictures(IMAGES, np.random.default_rng(3))
    assert np.array_equal(once, distort_pictures(IMAGES, np.random.default_rng(3)))
    assert not np.array_equal(once, distort_pictures(IMAGES, np.random.default_rng(4)))
    assert not np.array_equal(once[0], once[1])


def test_most_ink_stays_in_the_picture_and_near_its_place():
    distorted = distort_pictures(IMAGES, np.random.default_rng(0))
    ink = distorted.sum(axis=(1, 2)) / IMAGES.sum(axis=(1, 2))
    assert ink.min() > 0.4  # faint ones
    assert ink.max() < 1.6
    moved = [
        np.argwhere(a > 0.3).mean(axis=0) - np.argwhere(b > 0.3).mean(axis=0)
        for a, b in zip(distorted, IMAGES, strict=True)
    ]
    assert np.abs(moved).max() < 6
    assert np.abs(moved).mean() > 0.3


def test_strokes_keep_their_number_their_points_and_about_their_size():
    before = [[stroke.copy() for stroke in character] for character in CHARACTERS]
    for seed in range(20):
        distorted = distort_strokes(CHARACTERS, np.random.default_rng(seed))
        for old, new in zip(CHARACTERS, distorted, strict=True):
            assert [stroke.shape for stroke in new] == [stroke.shape for stroke in old]
            assert all(stroke.dtype == np.float32 for stroke in new)
            assert 0.6 < np.ptp(np.concatenate(new), axis=0).max() < 1.8
    same = [
        np.array_equal(a, b) for old, new in zip(before, CHARACTERS, strict=True) for a, b in zip(old, new, strict=True)
    ]
    assert all(same)


def test_same_seed_same_strokes_and_each_character_its_own_distortion():
    twice = [CHARACTERS[3], CHARACTERS[3]]
    first, second = distort_strokes(twice, np.random.default_rng(5))
    again, _ = distort_strokes(twice, np.random.default_rng(5))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.allclose(first[0], second[0])


@pytest.mark.parametrize("digit", range(10))
def test_distorted_strokes_still_look_like_their_digit(digit):
    # On average over many the ink lies where the digit's own does.
    many = distort_strokes([CHARACTERS[digit]] * 200, np.random.default_rng(0))
    mean = np.mean([draw_small(strokes, 0.12) for strokes in many], axis=0)
    likeness = [float(np.corrcoef(mean.ravel(), draw_small(character, 0.12).ravel())[0, 1]) for character in CHARACTERS]
    assert np.argmax(likeness) == digit


def test_without_strength_everything_stays_where_it_was():
    for old, new in zip(CHARACTERS, distort_strokes(CHARACTERS, np.random.default_rng(0), strength=0), strict=True):
        assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(old, new, strict=True))
    still = distort_pictures(IMAGES, np.random.default_rng(0), strength=0)
    same = [np.allclose(a, b, atol=1e-5) for a, b in zip(still, IMAGES, strict=True)]
    assert 0.3 < np.mean(same) < 0.7  # the others are faint or soft


def test_each_distortion_alone_changes_pictures_or_strokes_and_none_changes_nothing():
    def changes(*names: str) -> bool:
        pictures = distort_pictures(IMAGES, np.random.default_rng(0), distortions=names)
        strokes = distort_strokes(CHARACTERS, np.random.default_rng(0), distortions=names)
        return not (
            np.allclose(pictures, IMAGES, atol=1e-5)
            and all(
                np.allclose(a, b, atol=1e-6)
                for old, new in zip(CHARACTERS, strokes, strict=True)
                for a, b in zip(old, new, strict=True)
            )
        )

    assert not changes()
    assert all(changes(name) for name in DISTORTIONS)
