"""Reading MNIST, checking it, and splitting it."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import numpy as np

from utils.files import load_arrays

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
SECONDS_BETWEEN_LOOKS = 0.5
HOW_TO_GIVE_MNIST = "Give a file with --mnist PATH or the environment variable MNIST_PATH."


@dataclass(frozen=True)
class Mnist:
    """The data set: images ``(n, 28, 28) uint8`` (paper 0, ink 255) and labels ``(n,) uint8`` from 0 to 9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    def sha256(self) -> str:
        """Return the checksum of the four arrays' bytes, in the order of the fields."""
        digest = hashlib.sha256()
        for name in ARRAYS:
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Pictures:
    """Pictures like MNIST's, with what they show.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Paper 0, ink up to 255.
    labels : ndarray of int, shape (n,)
        0 to 9, or 10 (`model.litert.NO_DIGIT`).
    """

    images: np.ndarray
    labels: np.ndarray

    def select(self, chosen: np.ndarray) -> "Pictures":
        """Return those where `chosen`, bool (n,), is true."""
        return Pictures(self.images[chosen], self.labels[chosen])


def load_mnist(path: str | Path | None = None, tell_download: Callable[[int], object] = lambda _: None) -> Mnist:
    """Read MNIST from a file, or let Keras download it (once) or find it in its cache.

    Parameters
    ----------
    path : str or Path, optional
        An ``.npz`` file with the arrays ``x_train y_train x_test y_test``. Default: the environment variable
        ``MNIST_PATH``, and without it what ``keras.datasets.mnist.load_data()`` returns.
    tell_download : callable
        Called twice a second while Keras downloads, with the number of bytes so far.

    Raises
    ------
    ValueError
        If the file is missing or no such file, or its arrays are not like MNIST's; or if no file was given, Keras has
        none, and the download fails. The message says what to do.
    """
    path = path or os.environ.get("MNIST_PATH")
    if path:
        return read_mnist(Path(path))
    arrays = _download(tell_download)
    _check(arrays, source="the downloaded file")
    return Mnist(**arrays)


def find_mnist() -> Path | None:
    """Find MNIST's file where `load_mnist` would, without Keras and without a download; None if there is none."""
    if path := os.environ.get("MNIST_PATH"):
        return Path(path)
    return _keras_file() if _keras_file().is_file() else None


def read_mnist(path: Path) -> Mnist:
    """Read MNIST from an ``.npz`` file; see `load_mnist` for what is raised."""
    arrays = load_arrays(path, ARRAYS, "MNIST file", HOW_TO_GIVE_MNIST)
    _check(arrays, source=str(path))
    return Mnist(**arrays)


def _keras_file() -> Path:
    return Path(os.environ.get("KERAS_HOME", "~/.keras"), "datasets", "mnist.npz").expanduser()


def _download(tell_download: Callable[[int], object]) -> dict[str, np.ndarray]:
    import keras  # only here: the page reads MNIST too, and must not import Keras

    # Keras cannot be asked how far a download is, but the file grows in its final place.
    file, ended = _keras_file(), Event()

    def watch() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            with suppress(OSError):
                tell_download(file.stat().st_size)

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # keras.utils.get_file raises a bare Exception when the network fails
        raise ValueError(
            f"MNIST is not on this machine yet and could not be downloaded ({error}). {HOW_TO_GIVE_MNIST}"
        ) from error
    finally:
        ended.set()
        watcher.join()
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _check(arrays: dict[str, np.ndarray], source: str) -> None:
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8 or not len(images):
            raise ValueError(
                f"x_{part} in {source} is {images.dtype} {images.shape}; expected uint8 (n, 28, 28). "
                f"{HOW_TO_GIVE_MNIST}"
            )
        if labels.shape != images.shape[:1] or labels.dtype.kind not in "ui" or labels.min() < 0 or labels.max() > 9:
            raise ValueError(
                f"y_{part} in {source} is {labels.dtype} {labels.shape}; expected a label from 0 to 9 for each of "
                f"the {len(images):,} images. {HOW_TO_GIVE_MNIST}"
            )


def stratified_split(labels: np.ndarray, validation_split: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split indices into training and validation so that each digit has the same share of both.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    validation_split : float
        The share that goes to validation, between 0 and 1.
    seed : int

    Returns
    -------
    train, validation : ndarray of int
        Indices into `labels`, sorted, without overlap.

    Raises
    ------
    ValueError
        If the split would leave either side without an image.
    """
    rng = np.random.default_rng(seed)
    validation = []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        validation.append(members[: round(len(members) * validation_split)])
    validation = np.sort(np.concatenate(validation))
    train = np.setdiff1d(np.arange(len(labels)), validation)
    if not len(train) or not len(validation):
        raise ValueError(
            f"A validation split of {validation_split} leaves {len(train):,} images to train on and "
            f"{len(validation):,} to validate with. Choose one between 0 and 1, such as 0.1."
        )
    return train, validation


def to_unit_range(images: np.ndarray) -> np.ndarray:
    """Scale ``uint8 [0, 255]`` to ``float32 [0, 1]``, the network's range."""
    return images.astype(np.float32) / 255


def mean_digits(images: np.ndarray, labels: np.ndarray) -> dict[int, np.ndarray]:
    """Average all images of each digit.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Paper 0, ink up to 255.
    labels : ndarray of int, shape (n,)
        Their digits.

    Returns
    -------
    dict of int to ndarray of float32, shape (28, 28)
        For each digit its mean image, from 0 (paper in all) to 1 (ink in all).
    """
    return {
        int(digit): images[labels == digit].mean(axis=0, dtype=np.float32) / np.float32(255)
        for digit in np.unique(labels)
    }
