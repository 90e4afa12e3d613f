"""The digits that are nearest to a drawing by the network's features: they show what would make it another digit.

These digits are written by rule, because MNIST need not be on the computer that runs the page.
"""

from dataclasses import dataclass

import numpy as np

from model.data.by_rule.written import write_digit
from model.data.distortions import distort_strokes
from model.data.drawing import draw_small
from model.explain.activations import OpenNetwork
from model.litert import DIGITS

EACH = 200  # digits of each class
# Stroke width as a share of the digit's size: near the canvas's default brush, so that digits differ in shape, not pen.
PEN_RANGE = (0.08, 0.14)
STRENGTH = 0.5  # a share of training's distortions: the digits are varied, but none is too odd to explain much


@dataclass(frozen=True)
class Bank:
    """Digits and their features in a network.

    Attributes
    ----------
    images : ndarray of float32, shape (n, 28, 28)
        MNIST-style: paper 0, ink up to 1.
    labels : ndarray of int, shape (n,)
        Which digits they are.
    features : ndarray of float32, shape (n, features)
        See `Inside.features`; here scaled to length 1.
    """

    images: np.ndarray
    labels: np.ndarray
    features: np.ndarray

    def find_nearest(self, features: np.ndarray, digit: int, count: int) -> np.ndarray:
        """Find the images of a digit that are nearest to a drawing.

        Near means that the angle between the features is small. Their length, which grows with the ink, is ignored.

        Parameters
        ----------
        features : ndarray of float32, shape (features,)
            Those of the drawing; see `Inside.features`.
        digit : int
            Of which digit images are wanted.
        count : int
            How many are wanted.

        Returns
        -------
        ndarray of float32, shape (count, 28, 28)
            The nearest first; fewer if there are no more.
        """
        (places,) = np.nonzero(self.labels == digit)
        cosines = self.features[places] @ features
        return self.images[places[np.argsort(-cosines, kind="stable")[:count]]]


def fill_bank(network: OpenNetwork, each: int = EACH, seed: int = 0) -> Bank:
    """Write digits by rule, and keep those that the network reads right, with their features.

    Parameters
    ----------
    network : OpenNetwork
        What reads the digits.
    each : int
        How many are written of each digit.
    seed : int
        The same seed gives the same digits.
    """
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(DIGITS), each)
    characters = distort_strokes([write_digit(int(digit), rng) for digit in labels], rng, STRENGTH)
    images = np.stack([draw_small(strokes, rng.uniform(*PEN_RANGE)) for strokes in characters]) / np.float32(255)
    features, right = [], []
    for image, label in zip(images, labels, strict=True):
        inside = network.look_inside(image)
        features.append(inside.features / max(float(np.linalg.norm(inside.features)), 1e-6))
        right.append(inside.logits[:DIGITS].argmax() == label)
    return Bank(images[right], labels[right], np.stack(features)[right])
