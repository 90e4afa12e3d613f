"""People's habits in writing digits, added to digits that were written without them.

MNIST's writers were Americans of the 1990s. Elsewhere people slash their zeros, flag and foot their ones and bar their
sevens; the hats of fives float; zeros, sixes and eights stay open; sevens end in a flick. `add_habit` gives such
a habit to a digit that was written without it.

Strokes are lists of float32 arrays (n, 2), x right, y down, in a box of side 1 about (0, 0) where nothing else is said.
"""

from collections.abc import Callable

import numpy as np

from model.data.drawing import Strokes
from model.data.lines import curve, direction, join, line

HABIT_SHARE = 0.45


def add_habit(digit: int, strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Give the digit a habit that its writer did not have, in a share `HABIT_SHARE` of the cases.

    Parameters
    ----------
    digit : int
        From 0 to 9.
    strokes : list of ndarray
        Its strokes, in a box of side 1 about (0, 0).
    rng : numpy.random.Generator

    Returns
    -------
    list of ndarray
        The changed strokes; `strokes` itself if nothing was changed.
    """
    if digit not in _HABITS or rng.random() > HABIT_SHARE:
        return strokes
    return _HABITS[digit](strokes, rng)


def _box(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def slash(centre: np.ndarray, half: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the slash, or bar, of a zero about `centre` that is `half` (2,) wide and high to each side."""
    # Mostly from top right to bottom left. It ends inside the oval, on its line or beyond; some are far longer than it.
    kind = rng.random()
    reach = rng.uniform(0.65, 1.45) if rng.random() < 0.65 else rng.uniform(1.3, 2.3)
    if kind < 0.7:
        tilt = np.deg2rad(rng.uniform(20, 100))  # some stand upright
        to = np.array([np.cos(tilt), -np.sin(tilt)])
    elif kind < 0.92:
        to = np.array([1.0, rng.normal(0, 0.12)])
    else:
        to = np.array([-0.7, -0.7])
    # Scaled by how far the oval's line is in that direction.
    to = to / np.hypot(*(to / np.maximum(half, 0.1))) * reach
    middle = centre + rng.normal(0, 0.1, 2) * half
    shorter = rng.uniform(0.75, 1.1)
    return line(middle - to * shorter, middle + to, rng)


def _slash_or_open_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    if rng.random() < 0.2:
        return _leave_open(strokes, rng)
    low, high = _box(strokes)
    if (high - low)[0] < 0.3:
        return strokes
    return [*strokes, slash((low + high) / 2, (high - low) / 2, rng)]


def _flag_one(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    low, high = _box(strokes)
    if (high - low)[0] > 0.3:  # so wide a one has a flag or a foot already
        return strokes
    points = np.concatenate(strokes)
    top, bottom = points[points[:, 1].argmin()], points[points[:, 1].argmax()]
    kind = rng.random()
    if kind < 0.8:
        strokes = [*strokes, flag(top, rng)]
    if kind > 0.93:
        strokes = [*strokes, tick(bottom, rng)]
    elif kind > 0.45:
        strokes = [*strokes, foot(bottom, rng)]
    return strokes


def flag(top: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the stroke that leads up to the top of a one, in a box of side 1."""
    tilt, length = np.deg2rad(rng.uniform(20, 72)), rng.uniform(0.12, 0.55)
    if rng.random() < 0.12:  # steep and long: like a caret, or up and down the same way
        tilt, length = np.deg2rad(rng.uniform(4, 32)), rng.uniform(0.4, 1)
    start = top + length * np.array([-np.sin(tilt), np.cos(tilt)])
    middle = (start + top) / 2 + rng.normal(0, 0.03, 2)
    return curve([start, middle, top + rng.normal(0, 0.012, 2)], rng, 0.008)


def foot(bottom: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the stroke that a one stands on, in a box of side 1."""
    left, right = rng.uniform(0.08, 0.5, 2)
    if rng.random() < 0.12:  # to the left alone
        right = rng.uniform(-0.1, 0.04)
    return line(bottom - (left, rng.normal(0, 0.02)), bottom + (right, rng.normal(0, 0.02)), rng)


def tick(bottom: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the short stroke that goes back up to the left where a one ends, in a box of side 1."""
    return line(bottom, bottom - (rng.uniform(0.03, 0.12), rng.uniform(0.06, 0.18)), rng)


def serif(left: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the stroke that leads up to the roof of a seven where that begins, in a box of side 1."""
    longest = 0.22 if rng.random() < 0.8 else 0.5
    return line(left + (rng.normal(0, 0.03), rng.uniform(0.06, longest)), left, rng)


def curl(left: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw how some begin a seven: inside, out to the left, and around to where the roof begins, in a box of side 1."""
    inside, below = rng.uniform(0.06, 0.2), rng.uniform(0.07, 0.18)
    out = left + (-rng.uniform(0.0, 0.08), below * rng.uniform(0.4, 0.8))
    return curve([left + (inside, below), left + (inside * 0.4, below * 1.1), out, left], rng, 0.012)


def bar(at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the bar of a seven, in a box of side 1; some begin it with a hook."""
    left, right = rng.uniform(0.1, 0.35, 2)
    rise = rng.normal(0, 0.04)
    start, end = at + (-left, rise), at + (right, -rise)
    if rng.random() < 0.1:
        hook = start + (rng.uniform(0.0, 0.08), rng.uniform(0.05, 0.18) * direction(rng))
        return join(line(hook, start, rng), line(start, end, rng))
    return line(start, end, rng)


def begin_inside(ring: np.ndarray, middle: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Begin the ring of a zero or nine deep inside, as a spiral does."""
    start = middle + (ring[0] - middle) * rng.uniform(0.1, 0.6) + rng.normal(0, 0.04, 2)
    return join(line(start, ring[0], rng), ring)


def _flick(bottom: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the small hook to the right with which a hurried pen leaves a stem, in a box of side 1."""
    reach, rise = rng.uniform(0.04, 0.16), rng.uniform(0.0, 0.14)
    return curve([bottom, bottom + (reach * 0.4, 0.02), bottom + (reach, -rise)], rng, 0.006)


def _bar_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    if len(strokes) > 1 and len(strokes) < 12:  # one of its strokes may be a bar already
        return strokes
    points = np.concatenate(strokes)
    low, high = _box(strokes)
    if rng.random() < 0.75:
        height = low[1] + (high - low)[1] * rng.uniform(0.38, 0.65)
        near = np.abs(points[:, 1] - height) < 0.08
        if near.any():
            strokes = [*strokes, bar(np.array([points[near, 0].mean(), height]), rng)]
    if rng.random() < 0.35:
        top = points[points[:, 1] < low[1] + 0.25]
        start = top[top[:, 0].argmin()]
        strokes = [*strokes, (serif if rng.random() < 0.75 else curl)(start, rng)]
    if rng.random() < 0.2:
        strokes = [*strokes, _flick(points[points[:, 1].argmax()], rng)]
    return strokes


def _open_six(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    # The loop is at the lower end of the stroke, which may be its first or its last point.
    if len(strokes) != 1 or len(strokes[0]) < 12:
        return strokes
    stroke = strokes[0] if strokes[0][0, 1] < strokes[0][-1, 1] else strokes[0][::-1]
    return [stroke[: len(stroke) - round(len(stroke) * rng.uniform(0, 0.22))]]


def _float_hat(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    # The hat is the stroke that stays highest. In a five of one stroke it ends where the pen first turns down.
    low, _ = _box(strokes)
    if len(strokes) == 1 and len(strokes[0]) > 8:
        stroke = strokes[0] if strokes[0][0, 1] < strokes[0][-1, 1] else strokes[0][::-1]
        cut = int(np.argmax(stroke[:, 1] > low[1] + 0.2))
        if not 2 < cut < len(stroke) - 4:
            return strokes
        corner = int(stroke[: cut + 1, 0].argmin())
        if not 1 < corner < len(stroke) - 4:
            return strokes
        strokes = [stroke[: corner + 1], stroke[corner:]]
    if not 1 < len(strokes) < 4:
        return strokes
    hat = int(np.argmin([stroke[:, 1].max() for stroke in strokes]))
    if np.ptp(strokes[hat][:, 1]) > 0.35:
        return strokes
    shift = np.array([rng.uniform(-0.05, 0.2), rng.uniform(-0.14, 0.06)])
    return [stroke + shift if i == hat else stroke for i, stroke in enumerate(strokes)]


def _leave_open(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    # Cut off a little at both ends, as if the pen was put down late and lifted early.
    if len(strokes) != 1 or len(strokes[0]) < 12:
        return strokes
    stroke, n = strokes[0], len(strokes[0])
    return [stroke[round(n * rng.uniform(0, 0.1)) : n - round(n * rng.uniform(0, 0.12))]]


def _hook_nine(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    points = np.concatenate(strokes)
    bottom = points[points[:, 1].argmax()]
    reach, rise = rng.uniform(0.12, 0.4), rng.uniform(-0.02, 0.15)
    hook = [bottom, bottom + (-reach * 0.5, 0.04), bottom + (-reach, -rise)]
    return [*strokes, curve(hook, rng, 0.01)]


_HABITS: dict[int, Callable[[Strokes, np.random.Generator], Strokes]] = {
    0: _slash_or_open_zero,
    1: _flag_one,
    5: _float_hat,
    6: _open_six,
    7: _bar_seven,
    8: _leave_open,
    9: _hook_nine,
}
