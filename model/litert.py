"""Run networks with LiteRT, without Keras: it reads one image in a hundredth of the time."""

import threading
from collections.abc import Collection
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from model.card import CheckpointError, how_to_restore
from utils.files import open_file
from utils.timing import median_ms

IMAGE_SHAPE = (28, 28)
DIGITS = 10
NO_DIGIT = DIGITS  # the label of what is no digit: the eleventh class
MAX_BATCH = 64
Shape = list[int]  # -1 for a side of any length
# Of networks that read a digit: its image, and a logit for each class: the ten digits, and for most "no digit".
READER_SHAPES = [([-1, *IMAGE_SHAPE, 1], [-1, classes]) for classes in (DIGITS, DIGITS + 1)]


class LiteRTNetwork:
    """A ``.tflite`` file as a function. Safe to share between threads.

    A reader's maps ``(n, 28, 28) float32`` images to ``(n, classes) float32`` logits.

    Parameters
    ----------
    path : Path
        The file.
    threads : int
        How many threads share the work on a batch.
    shapes : collection of tuple
        The pairs of input and output shape that are allowed. The input's last axis, of length 1, is added here.

    Attributes
    ----------
    classes : int
        How many logits it gives. A reader's are 11 (the ten digits and "no digit"), or 10 if it learned from digits
        alone.

    Raises
    ------
    CheckpointError
        If the file is missing or LiteRT cannot use it.
    """

    def __init__(self, path: Path, threads: int = 1, shapes: Collection[tuple[Shape, Shape]] = READER_SHAPES):
        content = read_litert(path)
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
            (images,), (logits,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
            found = [*images["shape_signature"]], [*logits["shape_signature"]]
            if found not in shapes:
                expected = " or ".join(f"{before} to {after}" for before, after in shapes)
                raise ValueError(f"it maps {found[0]} to {found[1]}, not {expected}")
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"The model file {path} is broken ({error}). {how_to_restore(path.parent)}"
            ) from error
        self._input, self._output = images["index"], logits["index"]
        self.classes = int(logits["shape_signature"][-1])
        self._allocated = tuple(images["shape"])
        self._lock = threading.Lock()  # an interpreter is not thread-safe

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Compute the logits, at most `MAX_BATCH` images at a time, so that memory stays small."""
        logits = []
        for start in range(0, len(images), MAX_BATCH):
            with self._lock:
                logits.append(self._invoke(images[start : start + MAX_BATCH, ..., np.newaxis]))
        return np.concatenate(logits) if logits else np.empty((0, self.classes), np.float32)

    def _invoke(self, batch: np.ndarray) -> np.ndarray:
        if batch.shape != self._allocated:
            self._interpreter.resize_tensor_input(self._input, batch.shape)
            self._interpreter.allocate_tensors()
            self._allocated = batch.shape
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
    """Turn logits ``(…, classes)`` into probabilities: ``exp(z) / Σ exp(z)``, shifted so that nothing overflows."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: np.ndarray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return probabilities
