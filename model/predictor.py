"""Read MNIST-style images with the trained network. LiteRT only: importing this imports no TensorFlow."""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from model.card import LITERT_FILE, SHIPPED, Card, CheckpointError, how_to_restore, read_card
from utils.files import open_file
from utils.preprocess import BlankError, Steps, normalize_digit
from utils.segment import split_side_by_side
from utils.timing import median_ms

IMAGE_SHAPE = (28, 28)
DIGITS = 10
CLASSES = (DIGITS, DIGITS + 1)  # the ten digits, and for most networks "no digit"
MAX_BATCH = 64
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


class LiteRTNetwork:
    """A ``.tflite`` file as a function from ``(n, 28, 28) float32`` images to ``(n, classes) float32`` logits.

    Attributes
    ----------
    classes : int
        How many logits it gives: 11 (the ten digits and "no digit"), or 10 if it learned from digits alone.

    Raises
    ------
    CheckpointError
        If the file is missing or LiteRT cannot use it.
    """

    def __init__(self, path: Path, threads: int = 1):
        content = read_litert(path)
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
            (images,), (logits,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
            shapes = [*images["shape_signature"]], [*logits["shape_signature"]]
            if shapes not in [([-1, *IMAGE_SHAPE, 1], [-1, classes]) for classes in CLASSES]:
                raise ValueError(f"it maps {shapes[0]} to {shapes[1]}, not [-1, 28, 28, 1] to [-1, 10] or [-1, 11]")
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"The model file {path} is broken ({error}). {how_to_restore(path.parent)}"
            ) from error
        self._input, self._output = images["index"], logits["index"]
        self.classes = int(logits["shape_signature"][1])
        self._allocated = int(images["shape"][0])
        self._lock = threading.Lock()  # an interpreter is not thread-safe

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Compute the logits, at most `MAX_BATCH` images at a time, so that memory stays small."""
        logits = np.empty((len(images), self.classes), np.float32)
        for start in range(0, len(images), MAX_BATCH):
            batch = images[start : start + MAX_BATCH, ..., np.newaxis]
            with self._lock:
                logits[start : start + MAX_BATCH] = self._invoke(batch)
        return logits

    def _invoke(self, batch: np.ndarray) -> np.ndarray:
        if len(batch) != self._allocated:
            self._interpreter.resize_tensor_input(self._input, batch.shape)
            self._interpreter.allocate_tensors()
            self._allocated = len(batch)
        self._interpreter.set_tensor(self._input, batch)
        self._interpreter.invoke()
        logits: np.ndarray = self._interpreter.get_tensor(self._output)
        return logits


def time_a_digit(path: Path) -> float:
    """Return the microseconds that a ``.tflite`` file takes to read one image: the median of a hundred."""
    network, image = LiteRTNetwork(path), np.zeros((1, *IMAGE_SHAPE), np.float32)
    return 1000 * median_ms(lambda: network(image), 100)


def read_litert(path: Path) -> bytes:
    """Read a ``.tflite`` file.

    Raises
    ------
    CheckpointError
        If it cannot be read.
    """
    try:
        with open_file(path) as file:
            return file.read()
    except OSError as error:
        raise CheckpointError(
            f"The model file {path} cannot be read ({error.strerror}). {how_to_restore(path.parent)}"
        ) from error


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits ``(n, classes)`` into probabilities: ``exp(z) / Σ exp(z)``, shifted so that nothing overflows."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: np.ndarray = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


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
