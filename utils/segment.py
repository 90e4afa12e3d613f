"""An ink image → its lines of writing, and a line → the ink of each of its digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from utils.preprocess import INK_LEVEL, STRONG_INK_LEVEL

MIN_SIDE_PX = 8  # what is smaller both ways is a speck: no digit can be read in it
SPECK_SHARE = 0.1  # so is what is smaller both ways than this share of the line's height
MAX_PATCHES = 800  # a page has 200 digits; of more patches the largest are taken
# This percentile of the patches' heights is the usual height. Lines are found by patches of at least this share of it;
# lower ones are added afterwards.
HEIGHT_PERCENTILE, LOW_SHARE = 90, 0.4
IN_LINE_SHARE = 0.5  # neighbours in a line share so much of the lower one's height
NEAR_LINE = 0.5  # a low patch belongs to a line if it is this near to it, in usual heights
MAX_ASPECT = 100  # what is so many times as wide as high is no writing
# So many patches tell how a line slopes; one that rises by less than this share of its height is left as it is.
MIN_PATCHES_OF_SLOPE, LEAST_RISE = 4, 0.15

CUT_ROWS = 32  # cuts are looked for in copies that are so high
SIDESTEP = 60.0  # what a cut pays for a step to the side, where crossing ink costs 255 a pixel
OFF_MIDDLE = 8.0  # and in each row for each pixel away from the middle between two digits
WHOLE_SHARE = 0.8  # a patch of ink that lies by this share in one digit is all of it
# A line is parted at gaps wider than so many times its height: what is far apart may have a size of its own. But a part
# that is lower than this share of the line's height, or of the usual one, is shown with paper around it: a dash would
# look like a 1 that lies.
WIDE_GAP, LEAST_HEIGHT = 0.5, 0.9
MARGIN_SHARE = 0.2  # of the line's height, around a digit


@dataclass(frozen=True)
class Line:
    """A line of writing, or a part of one with wide gaps beside it.

    Attributes
    ----------
    number : int
        Which line of the picture it is, or is part of; 0 is the topmost.
    ink : ndarray of uint8, shape (height, width)
        The line's ink: paper 0, ink 255. It is level, even if the line rises or falls in the picture.
    patches : ndarray of uint16, shape (height, width)
        In which patch of ink each pixel is; 0 in none.
    corner : tuple of int
        Where the corner of `ink` is in the picture: x, y.
    slope : float
        In the picture y grows by so much for each x.
    """

    number: int
    ink: np.ndarray
    patches: np.ndarray
    corner: tuple[int, int]
    slope: float


@dataclass(frozen=True)
class Sign:
    """A digit of a line, or something else that stands there like one.

    Attributes
    ----------
    ink : ndarray of uint8, shape (height, width)
        Its ink with some paper around it: paper 0, ink 255.
    box : tuple of int
        Where it is in the picture: x, y, width, height.
    is_cut : bool
        Whether it hung together with another, so that the ink may be cut in the wrong place.
    """

    ink: np.ndarray
    box: tuple[int, int, int, int]
    is_cut: bool


def find_lines(ink: np.ndarray) -> list[Line]:
    """Find the lines of writing.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink 255.

    Returns
    -------
    list of Line
        From top to bottom, the parts of one from left to right; none if there is nothing but paper and specks.
    """
    count, patches, stats, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8), connectivity=8)
    strong = np.zeros(count, bool)
    strong[patches[ink >= STRONG_INK_LEVEL]] = True
    strong[0] = False  # the paper
    longer = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    kept = np.flatnonzero(strong & (longer >= MIN_SIDE_PX))
    kept = kept[np.argsort(-stats[kept, cv2.CC_STAT_AREA], kind="stable")][:MAX_PATCHES]
    boxes = stats[kept, :4].astype(int)
    if not len(boxes):
        return []
    height = float(np.percentile(boxes[:, 3], HEIGHT_PERCENTILE))
    lines = [_make_line(ink, patches, count, kept[members], boxes[members]) for members in _group(boxes, height)]
    lines = [line for line in lines if line.ink.shape[1] <= MAX_ASPECT * line.ink.shape[0]]
    lines.sort(key=lambda line: line.corner[1] + line.ink.shape[0] / 2)
    return [part for number, line in enumerate(lines) for part in _part_at_wide_gaps(line, number, height)]


def _group(boxes: np.ndarray, height: float) -> Sequence[list[int]]:
    """Group patches into lines: each is in the line whose last patch is as high up as it is."""
    lines: list[list[int]] = []
    tops, heights = boxes[:, 1], boxes[:, 3]
    bottoms = tops + heights
    high = heights >= LOW_SHARE * height
    by_left = np.argsort(boxes[:, 0], kind="stable")
    for patch in by_left[high[by_left]]:
        last = [line[-1] for line in lines]
        shared = np.minimum(bottoms[patch], bottoms[last]) - np.maximum(tops[patch], tops[last])
        shares = shared / np.minimum(heights[patch], heights[last])
        if shares.max(initial=0) >= IN_LINE_SHARE:
            lines[int(shares.argmax())].append(int(patch))
        else:
            lines.append([int(patch)])
    # Dots, dashes and hats belong to the line nearest to them, if one is near.
    middles = tops + heights / 2
    for patch in by_left[~high[by_left]]:
        away = [np.maximum(tops[line] - middles[patch], middles[patch] - bottoms[line]).min() for line in lines]
        if min(away) <= NEAR_LINE * height:
            lines[int(np.argmin(away))].append(int(patch))
        else:
            lines.append([int(patch)])
    return lines


def _make_line(ink: np.ndarray, patches: np.ndarray, count: int, members: np.ndarray, boxes: np.ndarray) -> Line:
    heights = boxes[:, 3]
    height = np.median(heights[heights >= heights.max() / 2])
    large = boxes[:, 2:].max(axis=1) >= SPECK_SHARE * height
    members, boxes = members[large], boxes[large]
    x, y = boxes[:, :2].min(axis=0).tolist()
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0).tolist()
    numbers = np.zeros(count, np.uint16)
    numbers[members] = np.arange(1, len(members) + 1)
    own = numbers[patches[y:bottom, x:right]]
    ink = np.where(own > 0, ink[y:bottom, x:right], 0).astype(np.uint8)
    slope = _slope(boxes[boxes[:, 3] >= LOW_SHARE * height])
    if abs(slope) * (right - x) < LEAST_RISE * height:
        return Line(0, ink, own, (x, y), 0.0)
    rise = slope * (right - x)
    down = max(rise, 0.0)
    level = np.array([[1, 0, 0], [-slope, 1, down]])
    size = right - x, bottom - y + int(np.ceil(abs(rise)))
    ink = cv2.warpAffine(ink, level, size, flags=cv2.INTER_LINEAR)
    own = cv2.warpAffine(own, level, size, flags=cv2.INTER_NEAREST)
    rows = np.flatnonzero(ink.any(axis=1))
    window = slice(rows[0], rows[-1] + 1)
    return Line(0, ink[window], own[window], (x, round(y - down + rows[0])), slope)


def _part_at_wide_gaps(line: Line, number: int, usual_height: float) -> list[Line]:
    height = line.ink.shape[0]
    least_height = LEAST_HEIGHT * max(height, usual_height)
    columns = np.flatnonzero(line.patches.any(axis=0))
    gaps = np.flatnonzero(np.diff(columns) > WIDE_GAP * height)
    starts, ends = [columns[0], *columns[gaps + 1]], [*columns[gaps] + 1, columns[-1] + 1]
    parts = []
    for start, end in zip(starts, ends, strict=True):
        rows = np.flatnonzero(line.patches[:, start:end].any(axis=1))
        missing = max(0, round(least_height) - (rows[-1] + 1 - rows[0]))
        above = missing // 2
        window = slice(rows[0], rows[-1] + 1), slice(start, end)
        paper = (above, missing - above), (0, 0)
        x, y = line.corner
        corner = int(x + start), round(y + line.slope * start + rows[0] - above)
        ink, patches = np.pad(line.ink[window], paper), np.pad(line.patches[window], paper)
        parts.append(Line(number, ink, patches, corner, line.slope))
    return parts


def _slope(boxes: np.ndarray) -> float:
    """Find how far a line falls to the right, by where its patches have their middles."""
    if len(boxes) < MIN_PATCHES_OF_SLOPE:
        return 0.0
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    return float(np.polyfit(x, y, 1)[0])


def part(line: Line, middles: Sequence[float]) -> list[Sign]:
    """Part a line's ink among what stands in it, along the paths from top to bottom that cross the least ink.

    They are found as in Avidan and Shamir, "Seam Carving for Content-Aware Image Resizing", 2007.

    Parameters
    ----------
    line : Line
    middles : sequence of float
        Where the signs have their middles, in the line's pixels, from left to right.

    Returns
    -------
    list of Sign
        One for each, from left to right. The ink of one may be empty.
    """
    if not middles:
        return []
    height, width = line.ink.shape
    scale = CUT_ROWS / height
    size = max(1, round(width * scale)), CUT_ROWS
    small = cv2.resize(line.ink, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    at_rows = np.minimum((np.arange(height) * scale).astype(int), CUT_ROWS - 1)
    number = np.zeros(line.ink.shape, np.int32)
    for left, right in pairwise(middles):
        path = _cheapest_path(small, left * scale, right * scale)
        number += np.arange(width) >= path[at_rows, np.newaxis] / scale
    # A patch that lies nearly all in one sign belongs to it: the hat of a five, the end of a seven's bar.
    counts = np.zeros((line.patches.max() + 1, len(middles)), int)
    np.add.at(counts, (line.patches.ravel(), number.ravel()), 1)
    is_whole = counts.max(axis=1) >= WHOLE_SHARE * counts.sum(axis=1)
    number = np.where(is_whole[line.patches], counts.argmax(axis=1)[line.patches], number)
    number[line.patches == 0] = -1
    signs = [number == index for index in range(len(middles))]
    return [_make_sign(line, own, is_cut=not is_whole[line.patches[own]].all()) for own in signs]


def _make_sign(line: Line, own: np.ndarray, is_cut: bool) -> Sign:
    x, y, width, height = cv2.boundingRect(own.view(np.uint8))
    margin = round(MARGIN_SHARE * line.ink.shape[0])
    crop = np.where(own, line.ink, 0)[y : y + height, x : x + width].astype(np.uint8)
    left, top = line.corner
    box = left + x, round(top + y + line.slope * (x + width / 2)), width, height
    return Sign(np.pad(crop, margin), box, is_cut)


def _cheapest_path(ink: np.ndarray, left: float, right: float) -> np.ndarray:
    """Find the path that crosses the least ink, and half way down is between two columns; return its columns."""
    half = len(ink) // 2
    start = max(0, int(left) - half)  # from there on: with one step to the side in each row, no path comes farther
    ink = ink[:, start : int(right) + half + 2]
    left, right = left - start, right - start
    columns = ink.shape[1]
    prices = ink + OFF_MIDDLE * np.abs(np.arange(columns) - (left + right) / 2)
    from_above, steps_above = _sum_up(prices[: half + 1])
    from_below, steps_below = _sum_up(prices[half:][::-1])
    first, last = min(int(np.ceil(left)), columns - 1), min(int(right), columns - 1)
    column = first + int((from_above + from_below)[first : max(first, last) + 1].argmin())
    return start + np.concatenate([_trace(steps_above, column), _trace(steps_below, column)[::-1][1:]])


def _sum_up(prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the cheapest paths from the first row to each column of the last; return their prices and their steps."""
    steps = np.zeros(prices.shape, int)
    sums = prices[0]
    before = np.full(len(sums) + 2, np.inf)
    beside = np.lib.stride_tricks.sliding_window_view(before, 3)  # a view: each column between its neighbours
    for row in range(1, len(prices)):
        before[1:-1] = sums
        ways = beside + (SIDESTEP, 0, SIDESTEP)
        steps[row] = ways.argmin(axis=1) - 1
        sums = prices[row] + ways.min(axis=1)
    return sums, steps


def _trace(steps: np.ndarray, column: int) -> np.ndarray:
    """Follow steps back from a column of the last row; return the columns from the first row on."""
    columns = [column]
    for step in steps[:0:-1]:
        columns.append(columns[-1] + int(step[columns[-1]]))
    return np.array(columns[::-1])
