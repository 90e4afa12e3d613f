"""The digits nearest to a drawing, by what a network makes of them: what would make it another digit.

They are written by rule, because MNIST need not be on the computer that runs the page.
"""

from dataclasses import dataclass

import numpy as np

from model.data.distortions import distort_strokes
from model.data.drawing import draw_small
from model.data.written import write_digit
from model.explain.activations import OpenNetwork
from model.predictor import DIGITS

EACH = 200  # digits of each class
PEN_RANGE = (0.08, 0.14)  # of the digit's size: about the canvas' first brush, so that shapes differ more than pens
STRENGTH = 0.5  # of training's distortions: as many hands, but none so odd that it explains little


@dataclass(frozen=True)
class Bank:
    """Digits, and what a network makes of them.

    Attributes
    ----------
    images : ndarray of float32, shape (n, 28, 28)
        MNIST-style: paper 0, ink up to 1.
    labels : ndarray of int, shape (n,)
    features : ndarray of float32, shape (n, features)
        What the network's last layer decides by, scaled to length 1.
    """

    images: np.ndarray
    labels: np.ndarray
    features: np.ndarray

    def find_nearest(self, features: np.ndarray, digit: int, count: int) -> np.ndarray:
        """Find the images of `digit` nearest to what has these features.

        Near is what has a small angle between the features: their length, which grows with the ink, does not matter.

        Parameters
        ----------
        features : ndarray of float32, shape (features,)
        digit : int
        count : int

        Returns
        -------
        ndarray of float32, shape (count, 28, 28)
            The nearest first; fewer if there are no more.
        """
        (places,) = np.nonzero(self.labels == digit)
        cosines = self.features[places] @ features
        return self.images[places[np.argsort(-cosines, kind="stable")[:count]]]


def fill_bank(network: OpenNetwork, each: int = EACH, seed: int = 0) -> Bank:
    """Write digits, and look at them with the network; keep those that it reads right, for the others explain nothing.

    Parameters
    ----------
    network : OpenNetwork
    each : int
        How many of each digit.
    seed : int
        The same gives the same digits.
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
