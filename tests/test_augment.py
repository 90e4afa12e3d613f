import cv2
import numpy as np

from model.augment import random_affine
from tests.drawings import draw

IMAGES = np.stack([cv2.resize(draw(digit), (28, 28), interpolation=cv2.INTER_AREA) for digit in range(10)])
IMAGES = np.repeat(IMAGES.astype(np.float32) / 255, 20, axis=0)


def test_shape_range_and_input_are_kept():
    before = IMAGES.copy()
    distorted = random_affine(IMAGES, np.random.default_rng(0))
    assert distorted.shape == IMAGES.shape
    assert distorted.dtype == np.float32
    assert 0 <= distorted.min() < distorted.max() <= 1
    assert np.array_equal(IMAGES, before)


def test_same_seed_same_images_and_each_image_its_own_distortion():
    once = random_affine(IMAGES, np.random.default_rng(3))
    assert np.array_equal(once, random_affine(IMAGES, np.random.default_rng(3)))
    assert not np.array_equal(once, random_affine(IMAGES, np.random.default_rng(4)))
    assert not np.array_equal(once[0], once[1])


def test_most_ink_stays_in_the_picture_and_near_its_place():
    distorted = random_affine(IMAGES, np.random.default_rng(0))
    ink = distorted.sum(axis=(1, 2)) / IMAGES.sum(axis=(1, 2))
    assert ink.min() > 0.6
    assert ink.max() < 1.35
    moved = [
        np.argwhere(a > 0.3).mean(axis=0) - np.argwhere(b > 0.3).mean(axis=0)
        for a, b in zip(distorted, IMAGES, strict=True)
    ]
    assert np.abs(moved).max() < 5
    assert np.abs(moved).mean() > 0.3
