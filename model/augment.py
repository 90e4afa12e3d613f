"""The distortions of training: what makes a network that learned from MNIST read other people's hands."""

import cv2
import numpy as np

# Chosen by eye on MNIST, so that a person still reads every result: people slant, tilt, and draw larger or narrower
# than MNIST's writers, and cropping is never perfect.
MAX_ROTATION_DEG = 12.0
MAX_SHEAR = 0.25
SCALE_RANGE = (0.82, 1.12)
MAX_SHIFT_PX = 2.0


def random_affine(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rotate, shear, scale and shift each image at random about its centre.

    Parameters
    ----------
    images : ndarray of float32, shape (n, 28, 28)
        MNIST-style images, paper 0, ink up to 1.
    rng : numpy.random.Generator
        Source of the randomness; the same generator state gives the same images.

    Returns
    -------
    ndarray of float32, shape (n, 28, 28)
        New arrays; the input is left as it was.
    """
    n, height, width = images.shape
    angle = np.deg2rad(rng.uniform(-MAX_ROTATION_DEG, MAX_ROTATION_DEG, n))
    shear = rng.uniform(-MAX_SHEAR, MAX_SHEAR, n)
    scale_x, scale_y = rng.uniform(*SCALE_RANGE, (2, n))
    shift = rng.uniform(-MAX_SHIFT_PX, MAX_SHIFT_PX, (n, 2))

    cos, sin = np.cos(angle), np.sin(angle)
    # rotation · shear · scale, written out: one 2×2 matrix an image
    matrices = np.empty((n, 2, 3))
    matrices[:, 0, 0] = cos * scale_x
    matrices[:, 0, 1] = (cos * shear - sin) * scale_y
    matrices[:, 1, 0] = sin * scale_x
    matrices[:, 1, 1] = (sin * shear + cos) * scale_y
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    matrices[:, :, 2] = centre + shift - matrices[:, :, :2] @ centre

    distorted = np.empty_like(images)
    for image, matrix, out in zip(images, matrices, distorted, strict=True):
        cv2.warpAffine(image, matrix, (width, height), dst=out, flags=cv2.INTER_LINEAR)
    return distorted
