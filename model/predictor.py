"""Read MNIST-style images with the trained network. LiteRT only: importing this imports no TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.card import LITERT_FILE, SHIPPED, Card, read_card
from model.litert import DIGITS, IMAGE_SHAPE, LiteRTNetwork, softmax
from utils.preprocess import BlankError, Steps, normalize_digit
from utils.segment import split_side_by_side

# Another digit that is at least this likely is named beside the likeliest ("4 or 9?").
CLOSE_PROBABILITY = 0.2


@dataclass(frozen=True)
class Prediction:
    """What the network made of one image.

    Attributes
    ----------
    label : int
        The likeliest digit.
    confidence : float
        Its probability.
    probabilities : ndarray of float32, shape (10,)
        How likely each digit is, given that the image is a digit; they sum to one.
    digit_score : float
        The log-odds that the image is a digit at all: high for digits, low for letters, scribbles and the like.
    is_digit : bool
        Whether `digit_score` reaches the threshold on the network's card.
    """

    label: int
    confidence: float
    probabilities: np.ndarray
    digit_score: float
    is_digit: bool

    @property
    def runner_up(self) -> int:
        """The second likeliest digit."""
        return int(np.argsort(-self.probabilities, kind="stable")[1])

    @property
    def candidates(self) -> tuple[int, ...]:
        """The digits to name: the likeliest, then those that reach `CLOSE_PROBABILITY`, likeliest first."""
        order = np.argsort(-self.probabilities, kind="stable")
        close = [int(digit) for digit in order[1:] if self.probabilities[digit] >= CLOSE_PROBABILITY]
        return (self.label, *close)


@dataclass(frozen=True)
class Reading:
    """What was read in an ink image.

    Attributes
    ----------
    blank : str
        Why there is no digit to read, as a sentence; empty if there is one.
    steps : Steps or None
        The steps from the ink to the network's input; None if blank.
    prediction : Prediction or None
        What the network made of it; None if blank.
    several : bool
        Whether the whole is no digit, but its parts, side by side, are digits: "42".
    """

    blank: str
    steps: Steps | None
    prediction: Prediction | None
    several: bool = False


class Predictor:
    """A trained network, ready to read. Safe to share between threads.

    Parameters
    ----------
    folder : Path, optional
        Where ``model.tflite`` and ``model.json`` are. Default: the model that ships with the app.
    card : Card, optional
        The network's card. Default: the folder's ``model.json``.
    threads : int
        How many threads share the work on a batch; a single image is read fastest by one. The answers are the same.

    Attributes
    ----------
    folder, card
        As given.

    Raises
    ------
    CheckpointError
        If a file is missing or broken.
    """

    def __init__(self, folder: Path = SHIPPED, card: Card | None = None, threads: int = 1):
        self.folder = folder
        self.card = card or read_card(folder)
        self._logits = LiteRTNetwork(folder / LITERT_FILE, threads)

    @property
    def knows_no_digit(self) -> bool:
        """Whether it has learned what is no digit. If not, it can be trained further only with MNIST as it is."""
        return self._logits.classes > DIGITS

    def read(self, ink: np.ndarray) -> Reading:
        """Read an ink image (``utils.image`` makes them): uint8 (height, width), paper 0, ink 255."""
        try:
            steps = normalize_digit(ink)
        except BlankError as error:
            return Reading(str(error), None, None)
        prediction = self.predict(steps.image)[0]
        return Reading("", steps, prediction, several=not prediction.is_digit and self._are_digits(steps.ink))

    def _are_digits(self, ink: np.ndarray) -> bool:
        signs = split_side_by_side(ink)
        if len(signs) == 1:
            return False
        try:
            images = np.stack([normalize_digit(sign).image for sign in signs])
        except BlankError:  # one of the parts is a dot
            return False
        return all(prediction.is_digit for prediction in self.predict(images))

    def predict(self, images: np.ndarray) -> list[Prediction]:
        """Read a batch of images.

        Parameters
        ----------
        images : ndarray of float, shape (n, 28, 28) or (28, 28)
            MNIST-style: paper 0, ink up to 1.

        Returns
        -------
        list of Prediction
            One for each image, in order.

        Raises
        ------
        ValueError
            If the shape, type or range is not that.
        """
        images = np.asarray(images)
        if images.shape == IMAGE_SHAPE:
            images = images[np.newaxis]
        if images.ndim != 3 or images.shape[1:] != IMAGE_SHAPE or images.dtype.kind != "f":
            raise ValueError(
                f"Expected float images of shape (n, 28, 28) or (28, 28), paper 0 and ink up to 1; got {images.dtype} "
                f"{images.shape}. utils.preprocess.normalize_digit makes them from a picture."
            )
        if images.size and not (images.min() >= 0 and images.max() <= 1):  # written so that NaN fails too
            raise ValueError(
                f"Expected values from 0 (paper) to 1 (ink); got {images.min()} to {images.max()}. "
                "Divide uint8 images by 255, and replace NaN."
            )
        logits = self._logits(images.astype(np.float32, copy=False))
        probabilities = softmax(logits[:, :DIGITS] / np.float32(self.card.temperature))
        return [
            Prediction(int(row.argmax()), float(row.max()), row, float(score), bool(score >= self.card.digit_threshold))
            for row, score in zip(probabilities, digit_scores(logits), strict=True)
        ]


def accuracy_of(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of digits read right, from the logits ``(n, classes)`` and the labels ``(n,)``, 0 to 9."""
    return float((logits[:, :DIGITS].argmax(axis=1) == labels).mean())


def digit_scores(logits: np.ndarray) -> np.ndarray:
    """Compute the log-odds of "a digit" to "no digit" from the logits ``(n, 11)``: ``log Σ exp(z_digit) - z_none``.

    A network that learned from digits alone gives ten logits. Its score is the log-odds of the likeliest digit to all
    others, since an image that it is unsure of may be no digit (Hendrycks and Gimpel, "A Baseline for Detecting
    Misclassified and Out-of-Distribution Examples", ICLR 2017).
    """
    if logits.shape[1] == DIGITS:
        ordered = np.sort(logits, axis=1)
        digit, other = ordered[:, -1], np.logaddexp.reduce(ordered[:, :-1], axis=1)
    else:
        digit, other = np.logaddexp.reduce(logits[:, :DIGITS], axis=1), logits[:, DIGITS]
    scores: np.ndarray = digit - other
    return scores
