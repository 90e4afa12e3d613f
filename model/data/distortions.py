"""The distortions of training: what makes a network that learned from a few hands read everybody's.

On pictures (MNIST's images, whose pen is unknown) and on pen strokes, where far more can be varied: the slant, how
curves run, where strokes begin, end and meet. ``python -m model.measure ablation`` measures what each brings.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

import cv2
import numpy as np

from model.data.drawing import Strokes

# Each with its reason; `python -m model.measure ablation` leaves each out in turn.
DISTORTIONS = {
    "affine": "Pictures turned, slanted, scaled and shifted: people tilt, and cropping is never perfect.",
    "elastic": "Pictures bent: no two hands run a curve alike.",
    "soft": "Some of all images fainter or softer: pencils and cameras.",
    "slant": "Strokes turned, slanted and made wide or narrow, further than a picture can be: the pen stays round.",
}

# Chosen by eye on MNIST, so that a person still reads every result: people slant, tilt, and draw larger or narrower
# than MNIST's writers, and cropping is never perfect.
MAX_ROTATION_DEG = 12.0
MAX_SHEAR = 0.25
SCALE_RANGE = (0.82, 1.12)
MAX_SHIFT_PX = 2.0
# Elastic distortion: how far the points of a coarse grid move, and the grid's points a side.
ELASTIC_PX = 0.9
ELASTIC_GRID = 5
# Faint pencils and soft cameras: the ink's level, and the blur's standard deviation.
INK_RANGE = (0.6, 1.0)
MAX_BLUR_PX = 0.8

# Of strokes, in units of the character's longer side.
STROKE_ROTATION_DEG = 7.0
STROKE_SHEAR = 0.35
STROKE_ASPECT = 0.17


def distort_pictures(
    images: np.ndarray,
    rng: np.random.Generator,
    strength: float = 1.0,
    distortions: Collection[str] = tuple(DISTORTIONS),
) -> np.ndarray:
    """Rotate, shear, scale, shift and bend each image at random, and make some faint or soft.

    The bending is the elastic distortion of Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis", 2003; the field is smooth because it is interpolated from a coarse
    grid.

    Parameters
    ----------
    images : ndarray of float32, shape (n, 28, 28)
        MNIST-style images, paper 0, ink up to 1.
    rng : numpy.random.Generator
        Source of the randomness; the same generator state gives the same images.
    strength : float
        From 0 (no turning, slanting, scaling, shifting and bending) to 1.
    distortions : collection of str
        Which of `DISTORTIONS` to apply.

    Returns
    -------
    ndarray of float32, shape (n, 28, 28)
        New arrays; the input is left as it was.
    """
    n, height, width = images.shape
    affine, bending = (strength * (name in distortions) for name in ("affine", "elastic"))
    angle = np.deg2rad(affine * rng.uniform(-MAX_ROTATION_DEG, MAX_ROTATION_DEG, n))
    shear = affine * rng.uniform(-MAX_SHEAR, MAX_SHEAR, n)
    scale = rng.uniform(*SCALE_RANGE, (2, n)) ** affine
    shift = affine * rng.uniform(-MAX_SHIFT_PX, MAX_SHIFT_PX, (n, 2))
    elastic = bending * rng.normal(0, ELASTIC_PX, (n, ELASTIC_GRID, ELASTIC_GRID, 2))

    # From each pixel of the result to where it comes from: (rotation · shear · scale)⁻¹, one 2×2 matrix an image.
    cos, sin = np.cos(angle), np.sin(angle)
    forward = np.empty((n, 2, 2))
    forward[:, 0] = np.stack([cos * scale[0], (cos * shear - sin) * scale[1]], axis=1)
    forward[:, 1] = np.stack([sin * scale[0], (sin * shear + cos) * scale[1]], axis=1)
    backward = np.linalg.inv(forward).astype(np.float32)
    centre = np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
    pixels = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32) - centre
    start = centre - shift.astype(np.float32)

    distorted = np.empty_like(images)
    for i in range(n):
        origin = pixels @ backward[i].T
        origin += cv2.resize(elastic[i].astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        origin += start[i]
        cv2.remap(images[i], origin, None, cv2.INTER_LINEAR, dst=distorted[i])
    return soften(distorted, rng) if "soft" in distortions else distorted


def soften(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Make a quarter of the images fainter and another quarter softer, as pencils and cameras do; in place.

    Parameters
    ----------
    images : ndarray of float32, shape (n, 28, 28)
    rng : numpy.random.Generator
    """
    kind = rng.integers(0, 4, len(images))
    faint, soft = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)
    images[faint] *= rng.uniform(*INK_RANGE, (len(faint), 1, 1)).astype(np.float32)
    for i, sigma in zip(soft, rng.uniform(0.3, MAX_BLUR_PX, len(soft)), strict=True):
        cv2.GaussianBlur(images[i], (5, 5), sigma, dst=images[i])
    return images


def distort_strokes(
    characters: Sequence[Strokes],
    rng: np.random.Generator,
    strength: float = 1.0,
    distortions: Collection[str] = tuple(DISTORTIONS),
) -> list[Strokes]:
    """Turn and slant characters, and make them wide or narrow, as another hand would.

    All at once, because the time goes into the number of calls, not the number of points.

    Parameters
    ----------
    characters : sequence of list of ndarray of float32, each (n, 2)
        Each in a box of side 1 about (0, 0) (see `model.data.drawing.to_unit_box`).
    rng : numpy.random.Generator
    strength : float
        From 0 (as they were) to 1.
    distortions : collection of str
        Which of `DISTORTIONS` to apply.

    Returns
    -------
    list of list of ndarray of float32, each (n, 2)
        As many strokes of as many points, about as large; the input is left as it was.
    """
    n = len(characters)
    strokes = [stroke for character in characters for stroke in character]
    stroke_ends = np.cumsum([0, *map(len, strokes)])
    character_of_point = np.repeat(np.arange(n), [sum(map(len, character)) for character in characters])
    points = np.concatenate(strokes)
    # rotation · (shear and stretch)
    slant = strength * ("slant" in distortions)
    angle = np.deg2rad(slant * rng.normal(0, STROKE_ROTATION_DEG, n))
    shear = slant * rng.uniform(-STROKE_SHEAR, STROKE_SHEAR, n)
    stretch = np.exp(slant * rng.normal(0, STROKE_ASPECT, n))
    cos, sin = np.cos(angle), np.sin(angle)
    x = points[:, 0] * stretch[character_of_point] - points[:, 1] * shear[character_of_point]
    cos, sin = cos[character_of_point], sin[character_of_point]
    points = np.stack([cos * x - sin * points[:, 1], sin * x + cos * points[:, 1]], axis=1).astype(np.float32)

    written = [points[start:end] for start, end in pairwise(stroke_ends)]
    character_ends = np.cumsum([0, *map(len, characters)])
    return [written[start:end] for start, end in pairwise(character_ends)]
