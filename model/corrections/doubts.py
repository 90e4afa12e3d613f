"""Which corrections have a label that is likely wrong, so that people look at them again. No Keras is imported here.

It is confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
Journal of Artificial Intelligence Research 70, 2021). How likely each label is, is told by the network and by the other
corrections that look alike, as in Zhang et al., "Tip-Adapter", ECCV 2022: so nothing has to be trained.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from model.corrections.store import Correction
from model.data.mnist import to_unit_range
from model.litert import NO_DIGIT
from model.predictor import Predictor

CLASSES = NO_DIGIT + 1
# Chosen on digits of the validation writers with a fifth of the labels wrong. How fast a vote falls with the distance,
# how much the network's own vote weighs, and how far pictures are blurred before they are compared.
FALL = 20.0
NETWORKS_VOTE = 0.3
BLUR_PX = 1.0


def find_doubtful(corrections: Sequence[Correction], predictor: Predictor) -> list[Correction]:
    """Find the corrections whose label is likely wrong; the likeliest wrong comes first.

    Parameters
    ----------
    corrections : sequence of Correction
        Some thousand at most: each is compared with each.
    predictor : Predictor
        The network in use.
    """
    if not corrections:
        return []
    images = np.stack([correction.image for correction in corrections])
    labels = np.array([correction.label for correction in corrections])
    return [corrections[place] for place in off_diagonal(held_out(images, labels, predictor), labels)]


def held_out(images: np.ndarray, labels: np.ndarray, predictor: Predictor) -> np.ndarray:
    """Estimate how likely each label is for each picture, without looking at the label that it has.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Paper 0, ink 255.
    labels : ndarray of int, shape (n,)
        0 to 9, or 10 for what is not a digit.
    predictor : Predictor
        A network.

    Returns
    -------
    ndarray of float, shape (n, 11)
        Each row sums to 1.
    """
    blurred = [cv2.GaussianBlur(image.astype(np.float32), (7, 7), BLUR_PX).ravel() for image in images]
    pictures = np.stack(blurred)
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)
    votes = np.exp(FALL * (pictures @ pictures.T - 1))
    np.fill_diagonal(votes, 0)  # nobody votes on itself
    said = predictor.predict(to_unit_range(images))
    is_digit = 1 / (1 + np.exp(-np.array([[prediction.digit_score] for prediction in said])))
    of_digits = np.stack([prediction.probabilities for prediction in said])
    of_network = np.hstack([of_digits * is_digit, 1 - is_digit])
    total = NETWORKS_VOTE * of_network + votes @ np.eye(CLASSES)[labels]
    probabilities: np.ndarray = total / total.sum(axis=1, keepdims=True)
    return probabilities


def off_diagonal(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Find pictures whose label is likely wrong: those beside the diagonal of confident learning's table.

    There, another label is likelier than the given one, and at least as likely as it is, on average, for the pictures
    that carry it.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, classes)
        How likely each label is for each picture.
    labels : ndarray of int, shape (n,)
        The labels that they have.

    Returns
    -------
    ndarray of int
        Their indices; that whose label is the least likely comes first.
    """
    given = probabilities[np.arange(len(labels)), labels]
    of_label = [labels == label for label in range(probabilities.shape[1])]
    # For a label that no picture carries, the average over all pictures stands in.
    thresholds = np.array([given[chosen if chosen.any() else slice(None)].mean() for chosen in of_label])
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    found = np.flatnonzero(confident.max(axis=1) > given)
    return found[np.argsort(given[found], kind="stable")]
