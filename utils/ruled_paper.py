"""Take the lines of ruled and squared paper out of an ink image."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from utils.preprocess import STRONG_INK_LEVEL

# Smaller pictures have no room for lines thinner than the digit.
MIN_SIDE_PX = 64
# Rules are looked for in a small copy of so many strips beside each other, at most so many rows high.
STRIPS, ROWS = 32, 320
# A rule is no thicker than this share of the picture's height, has at least so much ink of 255, climbs no more than
# this (5°), and lies within so many of the copy's rows of a parabola …
MAX_THICKNESS_SHARE, MIN_INK, MAX_SLOPE, MAX_OFF_ROWS = 1 / 40, 8, 0.09, 1.0
# … in this share of the strips: the digit hides the others. Beside one such rule this share is enough for others.
MIN_SEEN_SHARE, MIN_SHARE_BESIDE_OTHERS = 0.7, 0.3
# A rule has at most this share of the thickness or of the ink of what is left without the rules: of the digit.
MAX_SHARE_OF_DIGIT = 0.6


@dataclass(frozen=True, eq=False)
class _Rule:
    """A rule, followed through the picture.

    Attributes
    ----------
    rows : ndarray of int, shape (width,)
        Where its middle is in each column.
    reach : int
        How many pixels it reaches up and down from there, soft edges included.
    thickness, level : float
        How thick it is, in pixels, and how much ink it has.
    darkest : float
        More ink than this is not the rule's.
    """

    rows: np.ndarray
    reach: int
    thickness: float
    level: float
    darkest: float


def without_rules(ink: np.ndarray) -> np.ndarray:
    """Erase the rules of ruled and squared paper; the digit stays whole.

    A rule is a thin line, nearly level or upright, straight or a little bent, from one side of the picture to the
    other, and thinner or fainter than the digit. With no digit beside it, a line is what was drawn, and stays.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.

    Returns
    -------
    ndarray of uint8, shape (height, width)
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
    return 2 * strokes.sum() / (strokes.sum() - inner.sum())


def _find_rules(ink: np.ndarray) -> list[_Rule]:
    """Find the rules that are nearly level."""
    lines = _find_lines(ink)
    rules = [_measure(ink, rows) for share, rows in lines if share >= MIN_SEEN_SHARE]
    if not rules:
        return []
    thickness, level, darkest = (
        _median(np.array([getattr(rule, name) for rule in rules])) for name in ("thickness", "level", "darkest")
    )
    reach = int(_median(np.array([rule.reach for rule in rules])))
    # A digit's long stroke is not like the others. What is hidden for the most part is taken to be like them.
    rules = [rule for rule in rules if rule.thickness <= 1.5 * thickness + 1 and rule.level <= 1.5 * level]
    hidden = [rows for share, rows in lines if share < MIN_SEEN_SHARE]
    return rules + [_Rule(rows, reach, thickness, level, darkest) for rows in hidden]


def _find_lines(ink: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Find thin lines from the left side to the right: for each the share that is seen, and its row at each column."""
    height, width = ink.shape
    rows = height // -(-height // ROWS)
    if ink.flags.c_contiguous:
        strips = cv2.resize(ink, (STRIPS, rows), interpolation=cv2.INTER_AREA)
    else:  # turned: a small copy is turned faster
        strips = np.ascontiguousarray(cv2.resize(ink.T, (rows, STRIPS), interpolation=cv2.INTER_AREA).T)
    thickest = round(MAX_THICKNESS_SHARE * rows) + 1
    thick = cv2.morphologyEx(strips, cv2.MORPH_OPEN, np.ones((thickest, 1), np.uint8))  # and upright strokes
    thin = cv2.subtract(strips, thick)
    ridge = (thin >= np.maximum(thick, MIN_INK)) & (thin == cv2.dilate(thin, np.ones((3, 1), np.uint8)))
    if ridge.any(axis=0).mean() < MIN_SEEN_SHARE:
        return []
    paths = _follow(ridge, step=int(np.ceil(MAX_SLOPE * width / STRIPS * rows / height)))
    if not len(paths):
        return []
    # Parabolas through the paths; what lies off them was the digit's.
    strip = np.arange(STRIPS)
    powers = np.vander((strip + 0.5) / STRIPS, 3)
    inverse = np.linalg.pinv(powers)
    seen, fitted = ridge[paths, strip], paths
    for _ in range(5):
        parabolas = fitted @ inverse.T
        on_line = seen & (np.abs(parabolas @ powers.T - paths) <= MAX_OFF_ROWS)
        fitted = np.where(on_line, paths, parabolas @ powers.T)
    lines = parabolas @ np.vander((np.arange(width) + 0.5) / width, 3).T
    lines = ((lines + 0.5) * height / rows - 0.5).round().astype(int)
    shares = on_line.mean(axis=1)
    side_to_side = on_line[:, :3].any(axis=1) & on_line[:, -3:].any(axis=1)
    found = []
    for number in np.argsort(-shares, kind="stable"):
        # Several paths lead along the same rule.
        apart = all(np.abs(lines[number] - line).mean() > 2 * height / rows for _, line in found)
        if shares[number] >= MIN_SHARE_BESIDE_OTHERS and side_to_side[number] and apart:
            found.append((shares[number], lines[number]))
    return found


def _follow(ridge: np.ndarray, step: int) -> np.ndarray:
    """Find the paths that meet most ridges on their way from strip to strip: int (n, strips), the rows."""
    # Dynamic programming: the best path to a place comes from the best of the places beside it. A turn costs a little.
    gain, cost = 8, 1
    best = np.full((STRIPS, len(ridge) + 2 * step), -1, np.int16)  # outside it is worse than anywhere
    inner = slice(step, step + len(ridge))
    shifts = sorted(range(-step, step + 1), key=abs)
    best[0, inner] = gain * ridge[:, 0]
    for strip in range(1, STRIPS):
        before, now = best[strip - 1], best[strip, inner]
        now[:] = before[inner]
        for shift in shifts[1:]:
            np.maximum(now, before[step + shift : step + shift + len(ridge)] - cost * abs(shift), out=now)
        now += gain * ridge[:, strip]
    last = best[-1, inner]
    peaks = last == cv2.dilate(last.reshape(-1, 1), np.ones((5, 1), np.uint8)).ravel()
    ends = np.flatnonzero(peaks & (last >= gain * MIN_SHARE_BESIDE_OTHERS * STRIPS - cost * STRIPS / 4))
    paths = np.empty((len(ends), STRIPS), int)
    paths[:, -1] = ends
    for strip in range(STRIPS - 1, 0, -1):
        places = paths[:, strip, np.newaxis] + np.array(shifts)
        choice = (best[strip - 1][places + step] - cost * np.abs(shifts)).argmax(axis=1)
        paths[:, strip - 1] = places[np.arange(len(ends)), choice]
    return paths


def _measure(ink: np.ndarray, rows: np.ndarray) -> _Rule:
    around = ink[_places(rows, round(MAX_THICKNESS_SHARE * len(ink)), len(ink)), np.arange(len(rows))]
    peaks = around.max(axis=0)
    # Medians: the digit crosses the rule in the lesser part of the columns.
    level = _median(peaks)
    spread = 1.4826 * _median(np.abs(peaks - level))
    thickness = _median((around >= level / 2).sum(axis=0))
    reach = int(_median((around >= MIN_INK).sum(axis=0))) // 2 + 2
    return _Rule(rows, reach, thickness, level, max(level + 3 * spread, 1.5 * level) + 16)


def _median(values: np.ndarray) -> float:
    return float(np.sort(values)[len(values) // 2])  # np.median is slower by far on so few


def _places(rows: np.ndarray, reach: int, height: int) -> np.ndarray:
    """Return the rows around a line: (2 reach + 1, width)."""
    return (rows + np.arange(-reach, reach + 1)[:, np.newaxis]).clip(0, height - 1)


def _erase(ink: np.ndarray, families: Sequence[list[_Rule]]) -> np.ndarray:
    """Erase the level and the upright rules, but not the strokes that cross or touch them."""
    erased, under = ink.copy(), np.zeros(ink.shape, np.uint8)
    for rules, before, after, counts in zip(families, (ink, ink.T), (erased, erased.T), (under, under.T), strict=True):
        columns = np.arange(before.shape[1])
        for rule in rules:
            places = _places(rule.rows, rule.reach, len(before)), columns
            after[places] = np.where(before[places] > rule.darkest, after[places], 0)
            counts[places] += 1
    erased[under > 1] = 0  # where two rules cross it is darker
    # From the strokes beside the rules, as far into them as they reach.
    strong = (erased >= STRONG_INK_LEVEL).view(np.uint8)
    for rules, turned in zip(families, (False, True), strict=True):
        reach = max((rule.reach for rule in rules), default=0)
        size = 2 * reach + 1, 2 * (reach // 2) + 1
        strokes = cv2.dilate(strong, np.ones(size[::-1] if turned else size, np.uint8))
        cv2.copyTo(ink, strokes, erased)
    return erased


def _without_ends(erased: np.ndarray, families: Sequence[list[_Rule]]) -> np.ndarray:
    """Erase what is left of rules that leave the picture early: patches at its rim that are as thin and as faint."""
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
