"""Draw boxes and readings onto the picture that was read."""

from collections.abc import Sequence

import cv2
import numpy as np

from utils.pictures.pixels import AGAINST_BGR, FOR_BGR

NO_DIGIT_BGR = (140, 140, 140)
MIN_SIDE_PX = 700  # a picture of at most half this side is enlarged, so that the readings can be read
TEXT_SHARE = 0.2  # of the box's height
MIN_TEXT_PX, MAX_TEXT_PX = 10, 30
PADDING_PX = 3
FONT, FONT_HEIGHT_PX = cv2.FONT_HERSHEY_SIMPLEX, 21  # of a digit at scale 1


def draw_boxes(
    picture: np.ndarray, boxes: Sequence[tuple[int, int, int, int]], candidates: Sequence[Sequence[int]]
) -> np.ndarray:
    """Draw a box around each digit, and above it what was read.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width, 3)
        Blue first, as OpenCV has it.
    boxes : sequence of tuple of int
        Where each digit is: (x, y, width, height).
    candidates : sequence of sequence of int
        For each box the digits that it may be: one (drawn in blue), several ("4/9?", in orange), or none, if it is
        no digit (in grey, without text).

    Returns
    -------
    ndarray of uint8, shape (times × height, times × width, 3)
        A new picture, enlarged by a whole number if its longer side has at most 350 pixels.
    """
    times = max(1, MIN_SIDE_PX // max(picture.shape[:2]))
    drawn = cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    thickness = max(2, max(drawn.shape) // 400)
    for box, digits in zip(boxes, candidates, strict=True):
        x, y, width, height = (times * of for of in box)
        color = NO_DIGIT_BGR if not digits else FOR_BGR if len(digits) == 1 else AGAINST_BGR
        cv2.rectangle(drawn, (x, y), (x + width, y + height), color, thickness)
        if digits:
            text = "/".join(map(str, digits)) + ("?" if len(digits) > 1 else "")
            _write(drawn, text, (x, y, width, height), color)
    return drawn


def _write(picture: np.ndarray, text: str, box: tuple[int, int, int, int], color: tuple[int, int, int]) -> None:
    """Write above the box, white on its colour, and in the picture in any case."""
    x, y, _, box_height = box
    size = min(max(TEXT_SHARE * box_height, MIN_TEXT_PX), MAX_TEXT_PX)
    scale, thickness = size / FONT_HEIGHT_PX, max(1, round(size / 10))
    (width, height), _ = cv2.getTextSize(text, FONT, scale, thickness)
    width, height = width + 2 * PADDING_PX, height + 2 * PADDING_PX
    left = max(0, min(x, picture.shape[1] - width))
    bottom = max(y, height)
    cv2.rectangle(picture, (left, bottom - height), (left + width, bottom), color, -1)
    place = left + PADDING_PX, bottom - PADDING_PX
    cv2.putText(picture, text, place, FONT, scale, (255, 255, 255), thickness, cv2.LINE_AA)
