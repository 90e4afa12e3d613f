"""Erase the lines of ruled and squared paper, called rules here, from an ink image."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from utils.preprocess import STRONG_INK_LEVEL

# Smaller pictures have no room for lines thinner than the digit.
MIN_SIDE_PX = 64
# Rules are looked for in a small copy of the picture: so many strips beside each other, at most so many rows high.
STRIPS = 32
MAX_ROWS = 320
# A rule is measured in at most so many columns of the picture.
MAX_COLUMNS = 128
# For a rule:
MAX_THICKNESS_SHARE = 1 / 40  # it is no thicker than this share of the picture's height …
LEAST_THICKNESS_PX = 3  # … or, in a low picture, than this
MIN_INK = 8  # it has at least so much ink, of 255
MAX_SLOPE = 0.09  # it climbs no more than this (5°)
MAX_OFF_ROWS = 1.0  # it lies within so many of the copy's rows of a parabola …
MIN_SEEN_SHARE = 0.7  # … in at least this share of the strips: in the others the digit may hide it …
MIN_SHARE_BESIDE_OTHERS = 0.3  # … or in this share, beside a rule that is found so
# A rule has at most this share of the digit's thickness, or of its ink. The digit is what is left without the rules.
MAX_SHARE_OF_DIGIT = 0.6


def powers(places: np.ndarray, length: int) -> np.ndarray:
    """Return x², x and 1, x from 0 to 1 along a side: float (n, 3). A parabola is these times its coefficients."""
    return np.vander((places + 0.5) / length, 3)


POWERS = powers(np.arange(STRIPS), STRIPS).T
TO_PARABOLA = np.linalg.pinv(POWERS)


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule, followed from side to side of the picture.

    Attributes
    ----------
    rows : ndarray of int, shape (width,)
        The row of its middle in each column.
    reach : int
        How many pixels it reaches up and down from its middle, soft edges included.
    thickness : float
        In pixels.
    level : float
        How much ink it has, of 255.
    darkest : float
        A pixel with more ink than this, of 255, is not the rule's.
    """

    rows: np.ndarray
    reach: int
    thickness: float
    level: float
    darkest: float


def without_rules(ink: np.ndarray) -> np.ndarray:
    """Erase the rules of ruled and squared paper; the digit stays whole.

    A rule is a thin line, nearly level or upright, straight or a little bent, from one side of the picture to the
    other, and thinner or fainter than the digit. If nothing is left without the lines, they are the drawing, and stay.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image without rules; `ink` itself if it has none.
    """
    if min(ink.shape) < MIN_SIDE_PX:
        return ink
    families = _find_rules(ink), _find_rules(ink.T)
    if not any(families):
        return ink
    digit = _erase(ink, families)
    strong = digit >= STRONG_INK_LEVEL
    if not strong.any():
        return ink
    most_thickness = MAX_SHARE_OF_DIGIT * _thickness(strong)
    most_level = MAX_SHARE_OF_DIGIT * cv2.mean(digit, strong.view(np.uint8))[0]
    kept = [
        [rule for rule in rules if rule.thickness <= most_thickness or rule.level <= most_level] for rules in families
    ]
    if not any(kept):
        return ink
    return _without_ends(digit if kept == [*families] else _erase(ink, kept), kept)


def _thickness(strokes: np.ndarray) -> float:
    """Return the mean thickness of strokes, in pixels, from their area and their outline."""
    inner = cv2.erode(strokes.view(np.uint8), np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    area = cv2.countNonZero(strokes.view(np.uint8))
    return 2 * area / (area - cv2.countNonZero(inner))


def _find_rules(ink: np.ndarray) -> list[Rule]:
    """Find the rules that are nearly level; those of the transposed picture are the nearly upright ones."""
    lines = find_long_lines(ink)
    seen = [rows for share, rows in lines if share >= MIN_SEEN_SHARE]
    if not seen:
        return []
    rules = measure_lines(ink, np.array(seen))
    thickness, level, darkest = (
        float(_median(np.array([getattr(rule, name) for rule in rules]))) for name in ("thickness", "level", "darkest")
    )
    reach = int(_median(np.array([rule.reach for rule in rules])))
    # A line much thicker or stronger than the median is a long stroke of the digit. A rule that is mostly hidden cannot
    # be measured, and gets the medians.
    rules = [rule for rule in rules if rule.thickness <= 1.5 * thickness + 1 and rule.level <= 1.5 * level]
    hidden = [rows for share, rows in lines if share < MIN_SEEN_SHARE]
    return rules + [Rule(rows, reach, thickness, level, darkest) for rows in hidden]


def find_long_lines(ink: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Find thin, nearly level lines from the left side to the right.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.

    Returns
    -------
    list of (float, ndarray of int, shape (width,))
        For each line the share of its length that is seen, and the row of its middle in each column.
    """
    height, width = ink.shape
    rows = height // -(-height // MAX_ROWS)
    _, ridge = find_ridges(ink, STRIPS, rows)
    if ridge.any(axis=1).mean() < MIN_SEEN_SHARE:
        return []
    paths = _follow(ridge, step=int(np.ceil(MAX_SLOPE * width / STRIPS * rows / height)))
    if not len(paths):
        return []
    # Fit parabolas through the paths. What lies off them is the digit's, and does not count in the next fit.
    seen, fitted = ridge[np.arange(STRIPS), paths], paths
    for _ in range(5):
        parabolas = fitted @ TO_PARABOLA
        on_strips = parabolas @ POWERS
        on_line = seen & (np.abs(on_strips - paths) <= MAX_OFF_ROWS)
        fitted = np.where(on_line, paths, on_strips)
    shares = on_line.mean(axis=1)
    side_to_side = on_line[:, :3].any(axis=1) & on_line[:, -3:].any(axis=1)
    found: list[int] = []
    for number in np.argsort(-shares, kind="stable"):
        if shares[number] < MIN_SHARE_BESIDE_OTHERS or not side_to_side[number]:
            continue
        # Several paths lead along the same rule.
        if not found or np.abs(on_strips[found] - on_strips[number]).mean(axis=1).min() > 2:
            found.append(number)
    lines = parabolas[found] @ powers(np.arange(width), width).T
    return list(zip(shares[found], ((lines + 0.5) * height / rows - 0.5).round().astype(int), strict=True))


def find_ridges(ink: np.ndarray, strips: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Find where thin lines that are nearly level have their middles, in a small copy of the picture.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.
    strips, rows : int
        How wide and how high the copy is.

    Returns
    -------
    small : ndarray of uint8, shape (strips, rows)
        The copy, transposed, so that each strip lies in one piece in memory.
    ridge : ndarray of bool, shape (strips, rows)
        Where a line has its middle.
    """
    turned = cv2.transpose(ink) if ink.flags.c_contiguous else ink.T
    small = cv2.resize(turned, (rows, strips), interpolation=cv2.INTER_AREA)
    thickest = thickest_rule(rows) + 1
    thick = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((1, thickest), np.uint8))  # upright strokes too
    thin = cv2.subtract(small, thick)
    return small, (thin >= np.maximum(thick, MIN_INK)) & (thin == cv2.dilate(thin, np.ones((1, 3), np.uint8)))


def best_paths(gains: np.ndarray, step: int, turn_cost: int) -> np.ndarray:
    """Find how much the best path to each place gains, from strip to strip, by dynamic programming.

    It comes from the best place nearby in the strip before, or begins there, as in the local alignment of Smith and
    Waterman (1981).

    Parameters
    ----------
    gains : ndarray of int16, shape (strips, rows)
        What a path gains in each place, or loses.
    step : int
        How many rows up or down a path may go from one strip to the next.
    turn_cost : int
        What each of these rows costs.

    Returns
    -------
    ndarray of int16, shape (strips, step + rows + step)
        What is gained, 0 or more; and outside the picture, where no path goes, −1.
    """
    strips, rows = gains.shape
    best = np.full((strips, rows + 2 * step), -1, np.int16)
    inner = slice(step, step + rows)
    best[0, inner] = gains[0].clip(0)
    for strip in range(1, strips):
        before, now = best[strip - 1], best[strip, inner]
        now[:] = before[inner]
        for shift in range(1, step + 1):
            above, below = before[step - shift :][:rows], before[step + shift :][:rows]
            np.maximum(now, np.maximum(above, below) - turn_cost * shift, out=now)
        np.maximum(now, 0, out=now)
        now += gains[strip]
        np.maximum(now, 0, out=now)
    return best


def _follow(ridge: np.ndarray, step: int) -> np.ndarray:
    """Find the paths from strip to strip that meet most ridges; return their rows, int (n, STRIPS)."""
    gain, cost = 8, 1
    best = best_paths(gain * ridge.astype(np.int16), step, cost)
    last = best[-1, step : step + ridge.shape[1]]
    peaks = last == cv2.dilate(last.reshape(-1, 1), np.ones((5, 1), np.uint8)).ravel()
    ends = np.flatnonzero(peaks & (last >= gain * MIN_SHARE_BESIDE_OTHERS * STRIPS - cost * STRIPS / 4))
    paths = np.empty((STRIPS, len(ends)), int)
    paths[-1] = ends
    shifts = np.array(sorted(range(-step, step + 1), key=abs))
    costs = cost * np.abs(shifts)
    for strip in range(STRIPS - 1, 0, -1):
        places = np.add.outer(paths[strip], shifts + step)
        choice = (best[strip - 1].take(places) - costs).argmax(axis=1)
        paths[strip - 1] = paths[strip] + shifts[choice]
    return paths.T


def measure_lines(ink: np.ndarray, lines: np.ndarray) -> list[Rule]:
    """Measure lines that go from side to side.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.
    lines : ndarray of int, shape (n, width)
        The row of each line's middle in each column, as `find_long_lines` returns them.

    Returns
    -------
    list of Rule
        One for each line, in order.
    """
    return [Rule(*rule) for rule in zip(lines, *measure(ink, lines, MAX_ROWS), strict=True)]


def measure(
    ink: np.ndarray, lines: np.ndarray, most_rows: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Measure lines by the ink on them and around.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.
    lines : ndarray of int, shape (…, length)
        The row of each line's middle, in columns from the left side on.
    most_rows : int
        At most so many rows had the small copy of the picture in which the lines were found.

    Returns
    -------
    reach, thickness, level, darkest : ndarray, shape (…)
        Of each line: see `Rule`.
    """
    # So far off the middle can be: a row of the copy, and one for rounding. Ink beyond is the line's only if it hangs
    # together with ink within.
    off = 1 + -(-len(ink) // most_rows)
    columns = np.arange(0, lines.shape[-1], -(-lines.shape[-1] // MAX_COLUMNS))
    around = ink[rows_around(lines[..., columns], thickest_rule(len(ink)), len(ink)), columns]
    middle = len(around) // 2
    peaks = around[middle - off : middle + off + 1].max(axis=0)
    # Medians, because the digits cover the line in fewer than half of the columns.
    level = _median(peaks)
    spread = 1.4826 * _median(np.abs(peaks - level[..., np.newaxis]))
    thickness = _median(_count_rows(around >= level[..., np.newaxis] / 2, off))
    soft = np.maximum(MIN_INK, level / 8)[..., np.newaxis]
    reach = _median(_count_rows(around >= soft, off)).astype(int) // 2 + 2
    return reach, thickness, level, np.maximum(level + 3 * spread, 1.5 * level) + 16


def _count_rows(inked: np.ndarray, off: int) -> np.ndarray:
    """Count in each column the rows that have ink: up to `off` from the middle one, and what hangs together with it."""
    middle = len(inked) // 2
    first, last = middle - off, middle + off
    up, down = (np.logical_and.accumulate(rows)[1:].sum(axis=0) for rows in (inked[first::-1], inked[last:]))
    counts: np.ndarray = inked[first : last + 1].sum(axis=0) + up + down
    return counts


def _median(values: np.ndarray) -> np.ndarray:
    middle: np.ndarray = np.sort(values)[..., values.shape[-1] // 2]  # np.median is far slower for so few values
    return middle.astype(float)


def thickest_rule(height: int) -> int:
    """Return how thick a rule can be in a picture of that height, in pixels."""
    return max(LEAST_THICKNESS_PX, round(MAX_THICKNESS_SHARE * height))


def rows_around(rows: np.ndarray, reach: int, height: int) -> np.ndarray:
    """Return the rows up to `reach` away from `rows`, int (2 reach + 1, …, width)."""
    around: np.ndarray = np.add.outer(np.arange(-reach, reach + 1), rows)
    return around.clip(0, height - 1)


def _erase(ink: np.ndarray, families: Sequence[list[Rule]]) -> np.ndarray:
    """Erase the level and the upright rules, but not the strokes that cross or touch them."""
    height, width = ink.shape
    erased, under = ink.copy(), np.zeros(ink.shape, np.uint8)
    pixels, counts = erased.reshape(-1), under.reshape(-1)
    for rules, length, down, along in zip(families, (height, width), (width, 1), (1, width), strict=True):
        for rule in rules:
            places = rows_around(rule.rows, rule.reach, length) * down + np.arange(len(rule.rows)) * along
            pixels[places[ink.take(places) <= rule.darkest]] = 0
            counts[places] += 1
    erased[under > 1] = 0  # where two rules cross, they are darker than one
    # Put back the strokes that cross or touch a rule: what lies within its reach of the strong ink that is left.
    strong = (erased >= STRONG_INK_LEVEL).view(np.uint8)
    for rules, turned in zip(families, (False, True), strict=True):
        reach = max((rule.reach for rule in rules), default=0)
        size = 2 * reach + 1, 2 * (reach // 2) + 1
        strokes = cv2.dilate(strong, np.ones(size[::-1] if turned else size, np.uint8))
        cv2.copyTo(ink, strokes, erased)
    return erased


def _without_ends(erased: np.ndarray, families: Sequence[list[Rule]]) -> np.ndarray:
    """Erase the ends of rules that leave the picture early: patches at its rim that are as thin and faint as rules."""
    if max(erased[0].max(), erased[-1].max(), erased[:, 0].max(), erased[:, -1].max()) < MIN_INK:
        return erased
    rules = [rule for rules in families for rule in rules]
    thickness, darkest = max(2 * rule.reach - 2 for rule in rules), max(rule.darkest for rule in rules)
    _, patches, boxes, _ = cv2.connectedComponentsWithStats((erased >= MIN_INK).view(np.uint8))
    rim = np.concatenate([patches[0], patches[-1], patches[:, 0], patches[:, -1]])
    for number in set(rim.tolist()) - {0}:
        x, y, width, height, _ = boxes[number]
        there = slice(y, y + height), slice(x, x + width)
        patch = patches[there] == number
        if _thickness(patch) <= thickness and erased[there][patch].max() <= darkest:
            erased[there][patch] = 0
    return erased
