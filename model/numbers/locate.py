"""Lines of writing → where their digits are, and what they look like to the network that finds them.

The network goes over a strip of writing from left to right, and says for each place which digit has its middle there.
Such a network is a space displacement neural network: Matan, Burges, LeCun and Denker, "Multi-Digit Recognition Using a
Space Displacement Neural Network", NIPS 1991.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from model.card import LITERT_FILE, LOCATOR
from model.litert import NO_DIGIT, LiteRTNetwork, softmax
from utils.segment import Line

HEIGHT_PX = 32  # of a strip
INK_HEIGHT_PX = 26  # of a line in it
COLUMN_PX = 2  # the network answers for columns of this width
BLANK = NO_DIGIT + 1  # a column that is no digit's middle, and nothing else's
CLASSES = BLANK + 1
SHAPES = [([-1, HEIGHT_PX, -1, 1], [-1, -1, CLASSES])]  # strips of any width; the classes of each column
SIDE_PX = 16  # of paper on either side of a line, so that lines in a strip know nothing of each other
MAX_WIDTH_PX = 8192  # of a strip, so that memory stays small
LEAST = 0.02  # a column that says less than this says nothing


@dataclass(frozen=True)
class Place:
    """Where a digit is in a line, or something else that stands there like one.

    Attributes
    ----------
    middle : float
        Where its middle is, in the line's pixels from the left.
    probabilities : ndarray of float32, shape (11,)
        Of each digit, and last that it is none; they sum to one.
    """

    middle: float
    probabilities: np.ndarray


class Locator:
    """The network that finds digits in lines of writing. Safe to share between threads.

    Raises
    ------
    CheckpointError
        If its file is missing or broken.
    """

    def __init__(self) -> None:
        self._logits = LiteRTNetwork(LOCATOR / LITERT_FILE, shapes=SHAPES)

    def __call__(self, lines: Sequence[Line]) -> list[list[Place]]:
        """Find the digits of each line, from left to right."""
        places: list[list[Place]] = []
        strips = [make_strip(line.ink) for line in lines]
        # Many lines side by side are one call of the network.
        calls = np.cumsum([strip.shape[1] for strip in strips]) // MAX_WIDTH_PX
        for call in np.unique(calls):
            together = [strip for strip, of_call in zip(strips, calls, strict=True) if of_call == call]
            probabilities = softmax(self._logits(np.hstack(together)[np.newaxis])[0])
            ends = np.cumsum([strip.shape[1] // COLUMN_PX for strip in together])
            places += map(_find_places, np.split(probabilities, ends[:-1]))
        return [
            [Place((place.middle - SIDE_PX) * len(line.ink) / INK_HEIGHT_PX, place.probabilities) for place in of_line]
            for line, of_line in zip(lines, places, strict=True)
        ]


def make_strip(ink: np.ndarray) -> np.ndarray:
    """Scale a line for the network, with paper around it.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The line: paper 0, ink 255.

    Returns
    -------
    ndarray of float32, shape (32, strip width)
        Paper 0, ink up to 1.
    """
    scale = INK_HEIGHT_PX / len(ink)
    width = max(1, round(ink.shape[1] * scale))
    small = cv2.resize(ink, (width, INK_HEIGHT_PX), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    above = (HEIGHT_PX - INK_HEIGHT_PX) // 2
    even = width % COLUMN_PX
    return np.pad(small, ((above, above), (SIDE_PX, SIDE_PX + even))).astype(np.float32) / 255


def _find_places(probabilities: np.ndarray) -> list[Place]:
    """Find the digits of a strip from the probabilities of its columns, (columns, 12); places are in its pixels.

    Each digit has its middle in one column, but the network may not be certain in which. What it says of neighbouring
    columns adds up to the number of digits there, since its probabilities are those of its training.
    """
    there = 1 - probabilities[:, BLANK]
    places = []
    said = np.flatnonzero(there >= LEAST)
    for group in np.split(said, np.flatnonzero(np.diff(said) > 1) + 1):
        ends = np.cumsum(there[group])
        count = round(ends[-1]) if len(group) else 0
        for number in range(count):
            # The columns that make up this digit: the first of two has the left half of all that is said.
            low, high = number * ends[-1] / count, (number + 1) * ends[-1] / count
            weights = np.clip(np.minimum(ends, high) - np.maximum(ends - there[group], low), 0, None)
            middle = (np.average(group, weights=weights) + 0.5) * COLUMN_PX
            classes = (weights / there[group]) @ probabilities[group, :BLANK]
            places.append(Place(float(middle), classes / classes.sum()))
    return places


@cache
def get_locator() -> Locator:
    """Return the locator; it is loaded once, when first asked for."""
    return Locator()
