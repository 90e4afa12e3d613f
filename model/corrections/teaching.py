"""What people corrected, as lessons: what of it a network learns from, and what is held back to see whether it learned.

No Keras is imported here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.card import HeldBack
from model.corrections.store import Corrections, CorrectionsError
from model.data.mnist import Pictures, to_unit_range
from model.litert import IMAGE_SHAPE, NO_DIGIT
from model.predictor import Predictor

ENOUGH_TO_HOLD_BACK = 20
HELD_BACK = 5  # one of so many is held back


@dataclass(frozen=True)
class Lessons:
    """Corrections to learn from, and those that are held back from learning."""

    taught: Pictures
    held_back: Pictures


def load_lessons(where: str, classes: int) -> Lessons:
    """Read all corrections of a store, and hold back some.

    Parameters
    ----------
    where : str
        The store: see `Corrections`. Empty: that of the page.
    classes : int
        Of the network. One with ten learns nothing of what is no digit, so that is left out.

    Raises
    ------
    ValueError
        If there are none, or they cannot be read.
    """
    try:
        corrections = [*Corrections(where or None).each()]
    except CorrectionsError as error:
        raise ValueError(str(error)) from error
    images = np.array([correction.image for correction in corrections], np.uint8).reshape(-1, *IMAGE_SHAPE)
    pictures = Pictures(images, np.array([correction.label for correction in corrections], int))
    held_back = is_held_back([correction.drawing_sha256 for correction in corrections])
    usable = pictures.labels < classes
    lessons = Lessons(pictures.select(usable & ~held_back), pictures.select(usable & held_back))
    if not len(lessons.taught.labels):
        raise ValueError(
            "There are no corrections to learn from. Correct some readings on the page first, or train without "
            "--corrections."
        )
    return lessons


def is_held_back(hashes: Sequence[str]) -> np.ndarray:
    """Say which corrections to hold back from learning: about a fifth, and none of fewer than twenty.

    Parameters
    ----------
    hashes : sequence of str
        The checksum of each drawing, in hexadecimal digits. It alone decides: what is held back once is held back in
        later trainings too, so no network has learned from it.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if len(hashes) < ENOUGH_TO_HOLD_BACK:
        return np.zeros(len(hashes), bool)
    return np.array([int(checksum[:8], 16) % HELD_BACK == 0 for checksum in hashes])


def read_right(predictor: Predictor, pictures: Pictures) -> np.ndarray:
    """Say which pictures a network reads as their labels; a digit that it calls none is read wrong: bool (n,)."""
    predictions = predictor.predict(to_unit_range(pictures.images))
    said = [prediction.label if prediction.is_digit else NO_DIGIT for prediction in predictions]
    return np.array(said, int) == pictures.labels


def compare(before: Predictor, after: Predictor, held_back: Pictures) -> HeldBack | None:
    """Count what two networks read right of what was held back; None if nothing was."""
    if not len(held_back.labels):
        return None
    right = (int(read_right(reader, held_back).sum()) for reader in (before, after))
    return HeldBack(len(held_back.labels), *right, before.card.litert_sha256)
