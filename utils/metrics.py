"""How good a reader is: accuracy with its interval, calibration, and telling digits from what is none."""

import numpy as np


def wilson_interval(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Compute the 95 % interval of a share, by Wilson's score (1927): sound near 100 %, too.

    Parameters
    ----------
    right, n : int
        `right` of `n`.
    z : float
        1.96 for 95 %.

    Returns
    -------
    low, high : float
        Between 0 and 1.
    """
    share = right / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float(max(0, centre - half)), float(min(1, centre + half))


def reliability(confidences: np.ndarray, right: np.ndarray, bins: int = 15) -> list[dict]:
    """Compare confidence with accuracy, in bins of equal width.

    Parameters
    ----------
    confidences : ndarray of float, shape (n,)
        From 0 to 1.
    right : ndarray of bool, shape (n,)
    bins : int

    Returns
    -------
    list of dict
        For each bin that is not empty: ``n``, mean ``confidence``, ``accuracy``.
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
    """Average how far confidence and accuracy are apart, over the bins of `reliability` (Guo et al., ICML 2017)."""
    rows = reliability(confidences, right, bins)
    return sum(row["n"] * abs(row["confidence"] - row["accuracy"]) for row in rows) / len(confidences)


def auroc(positives: np.ndarray, negatives: np.ndarray) -> float:
    """Compute the chance that a positive scores higher than a negative; a tie counts half.

    Parameters
    ----------
    positives, negatives : ndarray of float
        Scores.
    """
    negatives = np.sort(negatives)
    below = np.searchsorted(negatives, positives, side="left")
    up_to = np.searchsorted(negatives, positives, side="right")
    return float((below + up_to).mean() / (2 * len(negatives)))


def fpr_at_tpr(positives: np.ndarray, negatives: np.ndarray, tpr: float = 0.95) -> float:
    """Compute which share of the negatives passes the threshold that lets the share `tpr` of the positives pass."""
    # The highest threshold that lets at least so many pass.
    needed = int(np.ceil(tpr * len(positives)))
    threshold = np.sort(positives)[len(positives) - needed]
    return float((negatives >= threshold).mean())
