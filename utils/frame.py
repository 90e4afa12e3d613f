"""Erase what frames a number: the box that it was written in, or what is left of that where the picture was cut."""

import cv2
import numpy as np

from utils.preprocess import INK_LEVEL
from utils.ruled_paper import MIN_SEEN_SHARE, find_long_lines, measure_lines

MIN_SIDE_PX = 20
# Narrower pictures may show one digit, whose own strokes go from side to side: the bars of a 2, say.
MIN_ASPECT = 1.6
# A box goes over this share of the picture. Hardly any of its ink is farther inside than so many heights.
MIN_SPAN = 0.7
MAX_INSIDE, MAX_THICKNESS = 0.05, 0.08
# A line to which digits hang is nowhere farther from the rim than so many heights.
RIM_SHARE = 0.25
MIN_SHARE_OPPOSITE = 0.5  # of it is seen, if there is another
MAX_BEYOND = 0.1  # of the ink


def without_frame(ink: np.ndarray) -> np.ndarray:
    """Erase boxes around the writing; and lines along the rim that writing touches, with what is beyond them.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image without a frame; `ink` itself if it has none.
    """
    height, width = ink.shape
    if min(ink.shape) < MIN_SIDE_PX:
        return ink
    ink = _without_boxes(ink)
    if width < MIN_ASPECT * height:
        return ink
    inside = _inside(ink, RIM_SHARE * height)
    rows = np.flatnonzero(inside.all(axis=1))
    if len(rows) and rows[0] > 0 and rows[-1] < height - 1:  # without both, an upright line may be a 1
        inside &= _inside(ink[rows[0] : rows[-1] + 1].T, RIM_SHARE * height).T.all(axis=0)
    return ink if inside.all() else cv2.copyTo(ink, inside.view(np.uint8))


def _without_boxes(ink: np.ndarray) -> np.ndarray:
    """Erase patches that lie along the sides of a rectangle, wholly or in part, and in wide pictures level lines."""
    height, width = ink.shape
    _, patches, boxes, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8))
    thickness = max(3, round(MAX_THICKNESS * height))
    erased = ink
    for number in 1 + np.flatnonzero(boxes[1:, cv2.CC_STAT_WIDTH] >= MIN_SPAN * width):
        left, top, across, down, area = boxes[number]
        there = slice(top, top + down), slice(left, left + across)
        within = patches[there][thickness:-thickness, thickness:-thickness]
        is_around = down >= MIN_SPAN * height and (within > 0).any()
        if (within == number).sum() <= MAX_INSIDE * area and (is_around or width >= MIN_ASPECT * height):
            soft = cv2.dilate((patches == number).view(np.uint8), np.ones((3, 3), np.uint8))
            erased = np.where(soft > 0, 0, erased).astype(np.uint8)
    return erased


def _inside(ink: np.ndarray, depth: float) -> np.ndarray:
    """Say what is between the lines along the upper and the lower rim, bool (height, width)."""
    height = len(ink)
    inside = np.ones(ink.shape, bool)
    found = find_long_lines(ink)
    if max((share for share, _ in found), default=0) < MIN_SEEN_SHARE:
        return inside
    lines = [line for share, line in found if share >= MIN_SHARE_OPPOSITE]
    rows = np.arange(height)[:, np.newaxis]
    for line in measure_lines(ink, np.array(lines)):
        if line.rows.max() < depth:
            on_and_beyond, beyond = rows <= line.rows + line.reach, rows < line.rows - line.reach
        elif line.rows.min() >= height - depth:
            on_and_beyond, beyond = rows >= line.rows - line.reach, rows > line.rows + line.reach
        else:  # they are the rules of the paper
            return np.ones(ink.shape, bool)
        if ink[beyond].sum() <= MAX_BEYOND * ink.sum():  # else writing stands there
            inside &= ~on_and_beyond
    return inside
