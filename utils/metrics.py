"""How good a reader is: accuracy with its interval, calibration, telling digits from other things, overfitting."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from statistics import median
from typing import TypedDict

import numpy as np

from utils.json_files import Positive, Share

# A validation loss goes up and down by chance. It has risen if its last epochs lie above its lowest ones: by at least
# this share of them, and by so many times its usual jump from one epoch to the next.
LAST_EPOCHS = 3
MIN_RISE_SHARE = 0.05
MIN_RISE_IN_JUMPS = 2


def wilson_interval(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Compute the confidence interval of a share by Wilson's score (1927), which also holds near 100 %.

    Parameters
    ----------
    right : int
        How many were right.
    n : int
        Of how many.
    z : float
        How many standard deviations wide it is to each side: 1.96 for an interval of 95 %.

    Returns
    -------
    low, high : float
        Between 0 and 1.
    """
    share = right / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float(max(0, centre - half)), float(min(1, centre + half))


class Bin(TypedDict):
    """Answers of about the same confidence: how many, their mean confidence, and which share of them is right."""

    n: Positive
    confidence: Share
    accuracy: Share


def reliability(confidences: np.ndarray, right: np.ndarray, bins: int = 15) -> list[Bin]:
    """Compare confidence with accuracy, in bins of equal width.

    Parameters
    ----------
    confidences : ndarray of float, shape (n,)
        From 0 to 1.
    right : ndarray of bool, shape (n,)
        Whether each answer is right.
    bins : int
        How many bins there are.

    Returns
    -------
    list of Bin
        The bins that are not empty, by rising confidence.
    """
    bin_of = np.minimum((confidences * bins).astype(int), bins - 1)
    return [
        {
            "n": int((bin_of == number).sum()),
            "confidence": float(confidences[bin_of == number].mean()),
            "accuracy": float(right[bin_of == number].mean()),
        }
        for number in np.unique(bin_of)
    ]


def expected_calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Average the distance of confidence and accuracy over the bins of `reliability`; arguments as there.

    The mean is weighted by the answers in each bin (Guo et al., ICML 2017).
    """
    rows = reliability(confidences, right, bins)
    return sum(row["n"] * abs(row["confidence"] - row["accuracy"]) for row in rows) / len(confidences)


def auroc(positives: np.ndarray, negatives: np.ndarray) -> float:
    """Compute the chance that a positive scores higher than a negative; a tie counts half.

    Parameters
    ----------
    positives, negatives : ndarray of float, shape (n,)
        The scores of each.
    """
    negatives = np.sort(negatives)
    below = np.searchsorted(negatives, positives, side="left")
    up_to = np.searchsorted(negatives, positives, side="right")
    return float((below + up_to).mean() / (2 * len(negatives)))


def fpr_at_tpr(positives: np.ndarray, negatives: np.ndarray, tpr: float = 0.95) -> float:
    """Compute the false positive rate at a true positive rate: the share of negatives at or above its threshold.

    The threshold is the highest that the share `tpr` of the positives reaches; scores as in `auroc`.
    """
    needed = int(np.ceil(tpr * len(positives)))
    threshold = np.sort(positives)[len(positives) - needed]
    return float((negatives >= threshold).mean())


class Losses(TypedDict):
    """What `overfitting_from` needs of a line of ``metrics.jsonl``: the epoch, from 1, and its losses."""

    epoch: int
    loss: float
    val_loss: float


def overfitting_from(epochs: Sequence[Losses]) -> int | None:
    """Find the epoch from which on the validation loss rises while the training loss still falls.

    It begins after the epoch with the lowest validation loss, if two things hold. The last three epochs lie clearly
    above that epoch and its neighbours (medians, so that no single lucky or bad epoch decides). And the training loss
    has fallen since. Whether the training loss lies above or below the validation loss says nothing: distortions and
    dropout make the training digits harder, which raises the training loss alone.

    Parameters
    ----------
    epochs : sequence of Losses
        One of each epoch, in order.

    Returns
    -------
    int or None
        The epoch, from 1; None if the network does not overfit.
    """
    epochs = _finite(epochs)
    validation = [row["val_loss"] for row in epochs]
    lowest = validation.index(min(validation)) if validation else 0
    if len(epochs) - 1 - lowest < LAST_EPOCHS:
        return None
    bottom = median(validation[max(0, lowest - 1) : lowest + 2])
    end = median(validation[-LAST_EPOCHS:])
    jump = median(abs(after - before) for before, after in pairwise(validation[lowest + 1 :]))
    training_end = median(row["loss"] for row in epochs[-LAST_EPOCHS:])
    has_risen = end - bottom > max(MIN_RISE_SHARE * bottom, MIN_RISE_IN_JUMPS * jump)
    return epochs[lowest + 1]["epoch"] if has_risen and training_end < epochs[lowest]["loss"] else None


def overfitting_in_words(epochs: Sequence[Losses]) -> str:
    """Say where overfitting starts or that there is none to see, and what it looks like (see `overfitting_from`)."""
    epochs = _finite(epochs)
    looks = "the validation loss rises while the training loss still falls"
    by_heart = "the network learns its training digits by heart"
    if len(epochs) <= LAST_EPOCHS:
        return f"Too few epochs to see overfitting. It is where {looks}: {by_heart}."
    start = overfitting_from(epochs)
    best = min(epochs, key=lambda row: row["val_loss"])
    lowest = f"The validation loss was lowest, {best['val_loss']:.3f}, after epoch {best['epoch']} of {len(epochs)}."
    if start:
        return f"From epoch {start} on {looks}: {by_heart} (overfitting). {lowest}"
    sentence = f"No overfitting to see. It would be where {looks}, because {by_heart}. {lowest}"
    if sum(row["loss"] > row["val_loss"] for row in epochs) > len(epochs) / 2:
        sentence += " In most epochs the training loss lay above it, which is no fault: distortions and dropout make "
        sentence += "training digits harder."
    return sentence


def _finite(epochs: Sequence[Losses]) -> list[Losses]:
    # A training that diverged ends with a line of NaN.
    return [row for row in epochs if isfinite(row["loss"]) and isfinite(row["val_loss"])]
