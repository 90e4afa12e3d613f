"""Read MNIST-style images with the trained network. LiteRT only: importing this imports no TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model.card import LITERT_FILE, SHIPPED, Card, read_card
from model.litert import DIGITS, IMAGE_SHAPE, LiteRTNetwork, softmax
from model.numbers.locate import Place, get_locator
from utils.preprocess import BlankError, Steps, check_ink, normalize_digit
from utils.segment import Sign, find_lines, part

# Another digit that is at least this likely is named beside the likeliest ("4 or 9?").
CLOSE_PROBABILITY = 0.2
# In a line two networks have a say: the one that reads a digit's ink, and the one that found it and sees it among its
# neighbours. Their log-probabilities are weighed so that the validation writers' numbers are likeliest. Where the ink
# hung together with another digit's, it may be cut in the wrong place, and the reader counts for less.
READER_AND_LOCATOR = {"whole": (0.75, 0.55), "cut": (0.2, 1.05)}
LEAST_PROBABILITY = 1e-6
# The most that the reader may add for "a digit", in log-odds: it sees each sign alone, and a slash alone looks like a
# 1. With this, hardly a digit of the validation writers' numbers is lost, and most slashes are none.
MOST_BY_READER = 1.0
# Of more signs than this, so large a share have to be digits. With brackets around each it is a third.
MAX_SIGNS_OF_ANY_KIND, MIN_SHARE_OF_DIGITS = 20, 0.3
MAX_ASPECT_OF_ONE = 1.5  # two digits beside each other are wider than this for their height


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
    """

    blank: str
    steps: Steps | None
    prediction: Prediction | None


@dataclass(frozen=True)
class Digit:
    """A digit of a number, or something else that stands in a line like one.

    Attributes
    ----------
    line : int
        In which line it is; 0 is the topmost.
    box : tuple of int
        Where it is in the ink image: x, y, width, height.
    reading : Reading
        What was read. In a number of several digits, both networks have a say (see `weigh`).
    """

    line: int
    box: tuple[int, int, int, int]
    reading: Reading


def number_text(digits: Sequence[Digit]) -> str:
    """Write the numbers, a line each; what is no digit is left out."""
    lines: dict[int, str] = {}
    for digit in digits:
        if digit.reading.prediction and digit.reading.prediction.is_digit:
            lines[digit.line] = lines.get(digit.line, "") + str(digit.reading.prediction.label)
    return "\n".join(lines[line] for line in sorted(lines))


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
        return Reading("", steps, self.predict(steps.image)[0])

    def read_number(self, ink: np.ndarray) -> list[Digit]:
        """Read all digits of an ink image: of a number, or of several lines.

        Parameters
        ----------
        ink : ndarray of uint8, shape (height, width)
            The ink image: paper 0, ink 255.

        Returns
        -------
        list of Digit
            Line by line, from left to right. A single one has the reading of the whole image, as `read` gives it.
        """
        check_ink(ink)
        lines = find_lines(ink)
        places_of_lines = get_locator()(lines)
        digits = []
        if sum(map(len, places_of_lines)) > 1:  # one is read below, as a whole
            for line, places in zip(lines, places_of_lines, strict=True):
                for sign, place in zip(part(line, [place.middle for place in places]), places, strict=True):
                    reading = self._read_sign(sign, place)
                    if reading.prediction:  # else there is no ink left for it
                        digits.append(Digit(line.number, sign.box, reading))
        if len(digits) > 2 and not _is_texture(digits):
            return digits
        whole = self.read(ink)
        if len(digits) == 2 and not _is_one_digit(whole):
            return digits
        return [Digit(0, whole.steps.box if whole.steps else (0, 0, 0, 0), whole)]

    def _read_sign(self, sign: Sign, place: Place) -> Reading:
        reading = self.read(sign.ink)
        if not reading.prediction:
            return reading
        weighed = weigh(reading.prediction, place, sign.is_cut, self.card.digit_threshold)
        return replace(reading, prediction=weighed)

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


def _is_one_digit(whole: Reading) -> bool:
    """Say whether what was taken for two digits is one: the reader, which has learned what two look like, sees one."""
    if not whole.steps or not whole.prediction:
        return False
    _, _, width, height = whole.steps.box
    return whole.prediction.is_digit and width <= MAX_ASPECT_OF_ONE * height


def _is_texture(digits: Sequence[Digit]) -> bool:
    """Say whether there are many signs, but few of them are digits: as in grass, say, or on a page of print."""
    are_digits = [digit.reading.prediction.is_digit for digit in digits if digit.reading.prediction]
    return len(digits) > MAX_SIGNS_OF_ANY_KIND and sum(are_digits) < MIN_SHARE_OF_DIGITS * len(digits)


def weigh(prediction: Prediction, place: Place, is_cut: bool, digit_threshold: float) -> Prediction:
    """Weigh what the two networks say of a digit in a line: the reader's `prediction` and the locator's `place`.

    Parameters
    ----------
    prediction : Prediction
        The reader's, of the digit's ink.
    place : Place
        The locator's.
    is_cut : bool
        Whether the ink may be cut in the wrong place.
    digit_threshold : float
        The least digit score that the reader's card calls a digit.
    """
    reader, locator = READER_AND_LOCATOR["cut" if is_cut else "whole"]
    said = np.log(np.maximum([prediction.probabilities, place.probabilities[:DIGITS]], LEAST_PROBABILITY))
    probabilities = softmax(reader * said[:1] + locator * said[1:])[0]
    # Each says by how much it is rather a digit than none. Of ink that is cut the reader cannot tell; of other ink it
    # has half a say, because what stands among digits is likely to be one.
    none = np.clip(place.probabilities[DIGITS], LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    by_reader = 0.0 if is_cut else min((prediction.digit_score - digit_threshold) / 2, MOST_BY_READER)
    digit_score = float(digit_threshold + by_reader + np.log((1 - none) / none))
    return Prediction(
        int(probabilities.argmax()),
        float(probabilities.max()),
        probabilities,
        digit_score,
        digit_score >= digit_threshold,
    )
