"""Erase what frames a number: the box that it was written in, or what is left of that where the picture was cut."""

import cv2
import numpy as np

from utils.paper.ruled_paper import MIN_SEEN_SHARE, Rule, find_long_lines, measure_lines, rows_around, thickest_rule
from utils.preprocess import INK_LEVEL

MIN_SIDE_PX = 20
# Narrower pictures may show one digit, whose own strokes go from side to side: the bars of a 2, say.
MIN_ASPECT = 1.6
# A box, or a line of one, goes over this share of the picture.
MIN_SPAN = 0.7
# A box's lines lie within a band along its outline: so many heights of the picture wide …
BAND = 0.08
# … and at most this share of its ink is further inside.
MAX_INSIDE_SHARE = 0.05
# Around writing goes a box with at least this share of its own ink inside.
MIN_WRITING_SHARE = 0.05
# Writing may touch the lines of a box, and then hangs together with it. For such a line:
RIM = 0.25  # it is no farther from the rim than so many heights of the picture
MIN_SEEN_BESIDE_ANOTHER = 0.5  # at least this share of it is seen, if there is another line
MIN_UNBROKEN_SHARE = 0.95  # it hardly has gaps
MAX_SHARE_BEYOND = 0.1  # at most this share of all ink is beyond it


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
    inside = _inside(ink, RIM * height)
    rows = np.flatnonzero(inside.all(axis=1))
    if len(rows) and rows[0] > 0 and rows[-1] < height - 1:  # without both, an upright line may be a 1
        inside &= _inside(ink[rows[0] : rows[-1] + 1].T, RIM * height).T.all(axis=0)
    return ink if inside.all() else cv2.copyTo(ink, inside.view(np.uint8))


def _without_boxes(ink: np.ndarray) -> np.ndarray:
    """Erase patches that lie along the sides of a rectangle, wholly or in part; in wide pictures also level lines."""
    height, width = ink.shape
    _, patches, boxes, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8))
    band = max(3, round(BAND * height))
    erased = ink
    for number in 1 + np.flatnonzero(boxes[1:, cv2.CC_STAT_WIDTH] >= MIN_SPAN * width):
        left, top, across, down, area = boxes[number]
        patch = patches[top : top + down, left : left + across]
        own, within = patch == number, patch[band:-band, band:-band]
        is_around_writing = ((within > 0) & (within != number)).sum() >= MIN_WRITING_SHARE * area
        is_box = (down >= MIN_SPAN * height and is_around_writing) or width >= MIN_ASPECT * height
        thickness = own[:, band:-band].sum(axis=0)  # of one line, or of the upper and the lower one together
        most = min(2 * np.median(thickness) + 2, 4 * thickest_rule(height)) if len(thickness) else 0
        is_alone = thickness.max(initial=0) <= most  # no writing hangs on it
        if is_box and is_alone and (within == number).sum() <= MAX_INSIDE_SHARE * area:
            soft = cv2.dilate((patches == number).view(np.uint8), np.ones((3, 3), np.uint8))
            erased = np.where(soft > 0, 0, erased).astype(np.uint8)
    return erased


def _inside(ink: np.ndarray, depth: float) -> np.ndarray:
    """Say what is between the lines along the upper and the lower rim, bool (height, width)."""
    height = len(ink)
    everywhere = np.ones(ink.shape, bool)
    found = find_long_lines(ink)
    if max((share for share, _ in found), default=0) < MIN_SEEN_SHARE:
        return everywhere
    inside, rows = everywhere.copy(), np.arange(height)[:, np.newaxis]
    lines = [line for share, line in found if share >= MIN_SEEN_BESIDE_ANOTHER]
    for line in measure_lines(ink, np.array(lines)):
        if line.rows.max() < depth:
            outside, beyond = rows <= line.rows + line.reach, rows < line.rows - line.reach
        elif line.rows.min() >= height - depth:
            outside, beyond = rows >= line.rows - line.reach, rows > line.rows + line.reach
        else:  # they are the rules of the paper
            return everywhere
        if _unbroken_share(ink, line) >= MIN_UNBROKEN_SHARE and ink[beyond].sum() <= MAX_SHARE_BEYOND * ink.sum():
            inside &= ~outside
    return inside


def _unbroken_share(ink: np.ndarray, line: Rule) -> float:
    """Return in which share of its columns a line is seen, from end to end: the tops of 777 have gaps."""
    seen = ink[rows_around(line.rows, 1, len(ink)), np.arange(ink.shape[1])].max(axis=0) >= line.level / 2
    columns = np.flatnonzero(seen)
    return float(seen[columns[0] : columns[-1] + 1].mean()) if len(columns) else 0.0
