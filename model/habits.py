"""How people write digits: habits added to strokes that lack them, digits written by rule, and what is no digit.

MNIST's writers were Americans of the 1990s. Elsewhere people slash their zeros, flag and foot their ones and bar their
sevens; the hats of fives float, fours stay open, eights are two circles. `add_habit` gives such a habit to a digit that
was written without it; `write_digit` writes digits from scratch, so that whoever has only MNIST can train for them;
`draw_no_digit` draws what must not be read as one: glyphs, scribbles, shapes, digits run together.

Strokes are lists of float32 arrays (n, 2), x right, y down, in a box of side 1 about (0, 0) where nothing else is said.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from model.strokes import Strokes, to_unit_box

HABIT_SHARE = 0.45  # of the digits that have a habit to get


def add_habit(digit: int, strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Give the digit, at times, a habit that its writer did not have.

    Parameters
    ----------
    digit : int
    strokes : list of ndarray
        In a box of side 1 about (0, 0).
    rng : numpy.random.Generator

    Returns
    -------
    list of ndarray
        The strokes, and perhaps more. The same where nothing was to be added.
    """
    if digit not in _HABITS or rng.random() > HABIT_SHARE:
        return strokes
    return _HABITS[digit](strokes, rng)


def write_digit(digit: int, rng: np.random.Generator) -> Strokes:
    """Write a digit in one of the ways that people have.

    Parameters
    ----------
    digit : int
        From 0 to 9.
    rng : numpy.random.Generator

    Returns
    -------
    list of ndarray
        In a box of side 1 about (0, 0).
    """
    return to_unit_box(_WRITERS[digit](rng))


def draw_no_digit(digits: Sequence[Strokes], labels: np.ndarray, rng: np.random.Generator) -> Strokes:
    """Draw something that is no digit.

    Parameters
    ----------
    digits : sequence of list of ndarray
        Digits to cut up, mirror and run together; each in a box of side 1 about (0, 0).
    labels : ndarray of int
        What they are.
    rng : numpy.random.Generator

    Returns
    -------
    list of ndarray
        In a box of side 1 about (0, 0).
    """
    draw = _NO_DIGITS[rng.choice(len(_NO_DIGITS), p=_NO_DIGIT_SHARES)]
    return to_unit_box(draw(digits, labels, rng))


# ── Lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _curve(points: Sequence[tuple[float, float]], rng: np.random.Generator, loose: float = 0.025) -> np.ndarray:
    # A Catmull-Rom spline through the points, each a little off its place.
    points = np.asarray(points, float) + rng.normal(0, loose, (len(points), 2))
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = (padded[i : len(padded) - 3 + i, np.newaxis] for i in range(4))
    t = np.linspace(0, 1, 8, endpoint=False)[:, np.newaxis]
    pieces = start + 0.5 * t * (
        end - before + t * (2 * before - 5 * start + 4 * end - after + t * (3 * (start - end) + after - before))
    )
    return np.concatenate([pieces.reshape(-1, 2), points[-1:]])


def _line(start: tuple[float, float], end: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    start, end = np.asarray(start, float), np.asarray(end, float)
    across = np.array([start[1] - end[1], end[0] - start[0]])
    return _curve([start, (start + end) / 2 + across * rng.normal(0, 0.04), end], rng, 0.012)


def _arc(
    centre: tuple[float, float],
    radii: tuple[float, float],
    start_deg: float,
    sweep_deg: float,
    rng: np.random.Generator,
    drift: float = 0.06,
) -> np.ndarray:
    # An ellipse's arc, clockwise for a positive sweep (y points down); its radius drifts, so that ends need not meet.
    n = max(4, round(abs(sweep_deg) / 15))
    angle = np.deg2rad(start_deg + np.linspace(0, sweep_deg, n))
    radius = np.linspace(1, 1 + rng.normal(0, drift), n) + 0.04 * np.sin(2 * angle + rng.uniform(0, 6.3)) * rng.random()
    around = np.stack([np.cos(angle) * radii[0], np.sin(angle) * radii[1]], axis=1)
    return np.asarray(centre) + around * radius[:, np.newaxis]


def _join(*strokes: np.ndarray) -> np.ndarray:
    return np.concatenate(strokes)


def _direction(rng: np.random.Generator) -> int:
    return 1 if rng.random() < 0.5 else -1


# ── Habits on real strokes ───────────────────────────────────────────────────────────────────────────────────────────


def _box(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def _slash(centre: np.ndarray, half: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # From top right to bottom left, mostly; within the oval, to its line or well beyond.
    kind = rng.random()
    reach = rng.uniform(0.65, 1.45)
    if kind < 0.84:
        tilt = np.deg2rad(rng.uniform(20, 75))
        to = np.array([np.cos(tilt), -np.sin(tilt)])
    elif kind < 0.92:
        to = np.array([1.0, rng.normal(0, 0.12)])
    else:
        to = np.array([-0.7, -0.7])
    # How far the oval is in that direction.
    to = to / np.hypot(*(to / np.maximum(half, 0.1))) * reach
    middle = centre + rng.normal(0, 0.1, 2) * half
    shorter = rng.uniform(0.75, 1.1)
    return _line(middle - to * shorter, middle + to, rng)


def _slash_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    low, high = _box(strokes)
    if (high - low)[0] < 0.3:
        return strokes
    return [*strokes, _slash((low + high) / 2, (high - low) / 2, rng)]


def _flag_one(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    low, high = _box(strokes)
    if (high - low)[0] > 0.3:  # it has a flag or a foot already
        return strokes
    points = np.concatenate(strokes)
    top, bottom = points[points[:, 1].argmin()], points[points[:, 1].argmax()]
    kind = rng.random()
    if kind < 0.8:
        strokes = [*strokes, _flag(top, rng)]
    if kind > 0.45:
        strokes = [*strokes, _foot(bottom, rng)]
    return strokes


def _flag(top: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    tilt, length = np.deg2rad(rng.uniform(20, 72)), rng.uniform(0.12, 0.55)
    start = top + length * np.array([-np.sin(tilt), np.cos(tilt)])
    middle = (start + top) / 2 + rng.normal(0, 0.03, 2)
    return _curve([start, middle, top + rng.normal(0, 0.012, 2)], rng, 0.008)


def _foot(bottom: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    left, right = rng.uniform(0.1, 0.4, 2)
    return _line(bottom - (left, rng.normal(0, 0.02)), bottom + (right, rng.normal(0, 0.02)), rng)


def _bar_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    if len(strokes) > 1 and len(strokes) < 12:  # it may have its bar
        return strokes
    points = np.concatenate(strokes)
    low, high = _box(strokes)
    if rng.random() < 0.75:
        height = low[1] + (high - low)[1] * rng.uniform(0.38, 0.65)
        near = np.abs(points[:, 1] - height) < 0.08
        if near.any():
            x = points[near, 0].mean()
            left, right = rng.uniform(0.1, 0.35, 2)
            rise = rng.normal(0, 0.04)
            strokes = [*strokes, _line((x - left, height + rise), (x + right, height - rise), rng)]
    if rng.random() < 0.3:
        top = points[points[:, 1] < low[1] + 0.25]
        start = top[top[:, 0].argmin()]
        strokes = [*strokes, _line(start, start + (rng.normal(0, 0.03), rng.uniform(0.06, 0.22)), rng)]
    return strokes


def _float_hat(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    # The hat is the stroke that stays highest; in one piece, it ends where the pen first turned down.
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


def _open_eight(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    if len(strokes) != 1 or len(strokes[0]) < 12:
        return strokes
    stroke, n = strokes[0], len(strokes[0])
    return [stroke[round(n * rng.uniform(0, 0.1)) : n - round(n * rng.uniform(0, 0.12))]]


def _hook_nine(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    points = np.concatenate(strokes)
    bottom = points[points[:, 1].argmax()]
    reach, rise = rng.uniform(0.12, 0.4), rng.uniform(-0.02, 0.15)
    hook = [bottom, bottom + (-reach * 0.5, 0.04), bottom + (-reach, -rise)]
    return [*strokes, _curve(hook, rng, 0.01)]


_HABITS: dict[int, Callable[[Strokes, np.random.Generator], Strokes]] = {
    0: _slash_zero,
    1: _flag_one,
    5: _float_hat,
    7: _bar_seven,
    8: _open_eight,
    9: _hook_nine,
}


# ── Digits by rule, in a box from (0, 0) to about (1, 1) ─────────────────────────────────────────────────────────────


def _zero(rng: np.random.Generator) -> Strokes:
    half = np.array([rng.uniform(0.22, 0.48), 0.5])
    sweep = 360 * rng.uniform(0.93, 1.12)
    oval = _arc((0.5, 0.5), tuple(half), rng.normal(-90, 35), _direction(rng) * sweep, rng, 0.1)
    if rng.random() < 0.3:
        return [oval, _slash(np.array([0.5, 0.5]), half, rng)]
    return [oval]


def _one(rng: np.random.Generator) -> Strokes:
    top, bottom = np.array([0.5, 0.0]), np.array([0.5, 1.0])
    stem = _line(top, bottom, rng)
    kind = rng.random()
    if kind < 0.35:
        return [stem]
    flag = _flag(top, rng)
    strokes = [_join(flag, stem)] if rng.random() < 0.8 else [flag, stem]
    return [*strokes, _foot(bottom, rng)] if kind > 0.65 else strokes


def _two(rng: np.random.Generator) -> Strokes:
    width = rng.uniform(0.55, 0.9)
    low = rng.uniform(0.88, 0.98)
    arch = [(0, rng.uniform(0.12, 0.32)), (width * 0.2, 0.04), (width * 0.6, 0), (width * 0.95, 0.2)]
    down = [(width * 0.85, 0.45), (width * 0.4, 0.75)]
    kind = rng.random()
    if kind < 0.45:  # a sharp corner and a base
        base = _line((0, low), (width * rng.uniform(0.9, 1.25), low + rng.normal(0, 0.04)), rng)
        return [_join(_curve([*arch, *down, (0, low)], rng), base)]
    if kind < 0.85:  # a loop at the bottom left
        size = rng.uniform(0.05, 0.16)
        loop = [(size, low), (0, low - size * 0.3), (size * 0.9, low - size * 1.5), (width * 0.55, low - 0.02)]
        return [_curve([*arch, *down, *loop, (width * rng.uniform(0.95, 1.2), low - rng.uniform(-0.06, 0.1))], rng)]
    return [_curve([*arch, *down, (0.02, low), (width * 0.5, low - 0.03), (width * 1.1, low)], rng)]


def _three(rng: np.random.Generator) -> Strokes:
    width, waist = rng.uniform(0.5, 0.75), rng.uniform(0.4, 0.52)
    inward = rng.uniform(0.2, 0.55) * width
    bowl = [(width * 0.95, waist + 0.18), (width * 0.85, 0.9), (width * 0.4, 1.0), (0, rng.uniform(0.78, 0.95))]
    if rng.random() < 0.3:  # a flat top
        top = _join(_line((0, 0), (width * 0.9, 0), rng), _line((width * 0.9, 0), (inward, waist), rng))
        return [_join(top, _curve([(inward, waist), (width * 0.7, waist), *bowl], rng))]
    arch = [(0.02, rng.uniform(0.08, 0.22)), (width * 0.4, 0), (width * 0.9, 0.14), (width * 0.7, waist - 0.08)]
    if rng.random() < 0.3:  # a loop at the waist
        middle = [(inward, waist), (inward - 0.06, waist - 0.05), (inward, waist - 0.08), (width * 0.6, waist + 0.02)]
        return [_curve([*arch, *middle, *bowl], rng, 0.015)]
    return [_join(_curve([*arch, (inward, waist)], rng), _curve([(inward, waist), (width * 0.7, waist), *bowl], rng))]


def _four(rng: np.random.Generator) -> Strokes:
    width, across = rng.uniform(0.6, 0.95), rng.uniform(0.5, 0.72)
    stem_x = width * rng.uniform(0.55, 0.85)
    bar_end = width * rng.uniform(1.0, 1.2)
    kind = rng.random()
    if kind < 0.5:  # open: an L or U, then the stem
        lean = rng.uniform(0.0, 0.3) * width
        bend = (0.0, across)
        left = (
            _join(_line((lean, rng.uniform(0, 0.12)), bend, rng), _line(bend, (bar_end, across), rng))
            if rng.random() < 0.7
            else _curve([(lean, 0), (lean * 0.4, across * 0.7), (0.1, across), (stem_x, across)], rng)
        )
        return [left, _line((stem_x + rng.normal(0, 0.03), rng.uniform(0, 0.4)), (stem_x, 1), rng)]
    if kind < 0.8:  # closed, in two strokes
        top = np.array([stem_x, 0.0])
        left = _join(_line(top, (0, across), rng), _line((0, across), (bar_end, across), rng))
        return [left, _line(top + (0, rng.uniform(-0.03, 0.2)), (stem_x, 1), rng)]
    if kind < 0.9:  # closed, in one: up from the foot
        return [
            _join(
                _line((stem_x, 1), (stem_x, 0), rng),
                _line((stem_x, 0), (0, across), rng),
                _line((0, across), (bar_end, across), rng),
            )
        ]
    # three strokes that hardly touch
    return [
        _line((stem_x * 0.5, 0), (0, across), rng),
        _line((rng.uniform(0, 0.08), across), (bar_end, across), rng),
        _line((stem_x, across - rng.uniform(0, 0.35)), (stem_x, 1), rng),
    ]


def _five(rng: np.random.Generator) -> Strokes:
    width, shoulder = rng.uniform(0.5, 0.8), rng.uniform(0.36, 0.5)
    left = rng.uniform(0, 0.15)
    bowl = [(left, shoulder), (width * 0.5, shoulder - rng.uniform(0, 0.1)), (width * 0.95, shoulder + 0.15)]
    bowl += [(width * 0.9, 0.88), (width * 0.45, 1.0), (0, rng.uniform(0.85, 0.98))]
    corner = np.array([left + rng.uniform(0, 0.08), rng.uniform(0, 0.05)])
    down = _line(corner, (left, shoulder), rng)
    hat_end = corner + (width * rng.uniform(0.5, 1.0), rng.normal(-0.02, 0.06))
    kind = rng.random()
    if kind < 0.55:  # the hat by itself, where it should be or floating
        shift = np.array([rng.uniform(-0.06, 0.18), rng.uniform(-0.14, 0.05)])
        return [_join(down, _curve(bowl, rng)), _line(corner, hat_end, rng) + shift]
    if kind < 0.85:
        return [_join(_line(hat_end, corner, rng), down, _curve(bowl, rng))]
    return [_curve([hat_end, corner + (width * 0.3, 0), (left, shoulder * 0.6), *bowl[1:]], rng)]  # like an S


def _six(rng: np.random.Generator) -> Strokes:
    width, loop_top = rng.uniform(0.45, 0.75), rng.uniform(0.42, 0.62)
    start = (width * rng.uniform(0.3, 1.05), 0)
    stem = [start, (width * rng.uniform(0.12, 0.4), 0.28), (0, 0.65)]
    loop = [(width * 0.15, 0.93), (width * 0.55, 1.0), (width, 0.8), (width * 0.75, loop_top)]
    close = [(width * 0.35, loop_top + 0.05), (rng.uniform(-0.02, 0.2) * width, loop_top + rng.uniform(0.1, 0.25))]
    return [_curve([*stem, *loop, *close[: 2 if rng.random() < 0.8 else 1]], rng)]


def _seven(rng: np.random.Generator) -> Strokes:
    width = rng.uniform(0.5, 0.85)
    corner = np.array([width, rng.uniform(-0.04, 0.04)])
    foot = np.array([width * rng.uniform(0.0, 0.65), 1.0])
    roof = _line((0, rng.uniform(-0.02, 0.1)), corner, rng)
    bow = (corner + foot) / 2 + (rng.normal(-0.06, 0.05), 0)
    strokes = [_join(roof, _curve([corner, bow, foot], rng, 0.015))]
    if rng.random() < 0.3:
        strokes[0] = _join(_line(roof[0] + (rng.normal(0, 0.02), rng.uniform(0.06, 0.2)), roof[0], rng), strokes[0])
    if rng.random() < 0.45:
        share = rng.uniform(0.35, 0.65)
        at = corner + (foot - corner) * share
        left, right = rng.uniform(0.12, 0.32, 2)
        rise = rng.normal(0, 0.04)
        strokes.append(_line(at + (-left, rise), at + (right, -rise), rng))
    return strokes


def _eight(rng: np.random.Generator) -> Strokes:
    top, bottom = rng.uniform(0.2, 0.27), rng.uniform(0.24, 0.3)
    wide, wider = rng.uniform(0.16, 0.3), rng.uniform(0.2, 0.36)
    if rng.random() < 0.35:  # two circles, that may overlap or just miss
        gap = rng.uniform(-0.08, 0.05)
        below = (0.5 + rng.normal(0, 0.04), 2 * top + gap + bottom)
        return [
            _arc((0.5, top), (wide, top), rng.normal(-90, 60), _direction(rng) * rng.uniform(330, 400), rng),
            _arc(below, (wider, bottom), rng.normal(-90, 60), rng.uniform(330, 400), rng),
        ]
    # one stroke, an S and back up; it may end short of where it began
    waist = 2 * top
    down = [(0.5 + wide * 0.9, top * 0.6), (0.5, 0), (0.5 - wide, top), (0.5, waist), (0.5 + wider, waist + bottom)]
    back = [(0.5, waist + 2 * bottom), (0.5 - wider, waist + bottom), (0.5 + wide * 0.2, waist - 0.02)]
    end = (0.5 + wide * rng.uniform(0.7, 1.1), top * rng.uniform(0.5, 1.1))
    stroke = _curve([*down, *back, end], rng)
    return [stroke * (_direction(rng), 1)] if rng.random() < 0.3 else [stroke]


def _nine(rng: np.random.Generator) -> Strokes:
    width, loop = rng.uniform(0.4, 0.65), rng.uniform(0.22, 0.3)
    middle = (width / 2, loop)
    start = rng.uniform(-60, 10)
    ring = _arc(middle, (width / 2, loop), start, -rng.uniform(300, 375), rng, 0.08)
    right = (width, loop * rng.uniform(0.6, 1.0))
    kind = rng.random()
    if kind < 0.4:
        tail = _line(right, (width * rng.uniform(0.5, 1.1), 1), rng)
    elif kind < 0.75:  # hooked
        tail = _curve([right, (width, 0.7), (width * 0.7, 0.97), (width * rng.uniform(-0.1, 0.4), 0.93)], rng)
    else:  # bowed, like a six upside down
        tail = _curve([right, (width * 0.9, 0.62), (width * rng.uniform(0.1, 0.6), 1)], rng)
    return [_join(ring, tail)] if rng.random() < 0.75 else [ring, tail]


_WRITERS = (_zero, _one, _two, _three, _four, _five, _six, _seven, _eight, _nine)


# ── No digits ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _glyph(_digits, _labels, rng: np.random.Generator) -> Strokes:
    # Letters of scripts that nobody knows: lines, arcs, rings and hooks, most of them hung onto each other.
    strokes, joints = [], [rng.uniform(0, 1, 2)]
    for _ in range(rng.integers(3, 7)):
        start = joints[rng.integers(len(joints))] if rng.random() < 0.7 else rng.uniform(0, 1, 2)
        reach = rng.uniform(0.25, 0.9)
        angle = np.deg2rad(rng.choice([0, 45, 90, 135, 180, 225, 270, 315]) + rng.normal(0, 8))
        end = start + reach * np.array([np.cos(angle), np.sin(angle)])
        kind = rng.random()
        if kind < 0.45:
            stroke = _line(start, end, rng)
        elif kind < 0.7:
            across = np.array([start[1] - end[1], end[0] - start[0]])
            stroke = _curve([start, (start + end) / 2 + across * rng.uniform(-0.6, 0.6), end], rng)
        elif kind < 0.85:
            radius = rng.uniform(0.08, 0.3)
            stroke = _arc(start, (radius, radius * rng.uniform(0.7, 1.3)), rng.uniform(0, 360), 360, rng)
        else:
            side = rng.uniform(0, 1, (2, 2)) * 0.5 - 0.25
            stroke = _curve([start, end, end + side[0], end + side[0] + side[1]], rng)
        strokes.append(stroke)
        joints += [stroke[-1], stroke[len(stroke) // 2]]
    return strokes


def _grid_glyph(_digits, _labels, rng: np.random.Generator) -> Strokes:
    # Bars and posts on a grid, as in many scripts, some joined by a corner or hung with a ring.
    xs, ys = np.sort(rng.uniform(0, 1, (2, 3)), axis=1)
    if rng.random() < 0.7:
        xs, ys = np.linspace(0, rng.uniform(0.5, 1.1), 3), np.linspace(0, 1, 3)
    strokes = []
    for _ in range(rng.integers(3, 6)):
        (x, x_to), (y, y_to) = rng.choice(xs, 2, replace=False), rng.choice(ys, 2, replace=False)
        kind = rng.random()
        if kind < 0.35:
            strokes.append(_line((x, y), (x_to, y), rng))
        elif kind < 0.7:
            strokes.append(_line((x, y), (x, y_to), rng))
        elif kind < 0.85:
            strokes.append(_join(_line((x, y), (x_to, y), rng), _line((x_to, y), (x_to, y_to), rng)))
        elif kind < 0.93:
            strokes.append(_line((x, y), (x_to, y_to), rng))
        else:
            radius = rng.uniform(0.12, 0.3)
            strokes.append(_arc((x, y), (radius, radius), -90, 365, rng))
    return strokes


def _digit_and_more(digits, labels, rng: np.random.Generator) -> Strokes:
    # A digit with a stroke that does not belong to it. Not 0, 1 and 7, whose slashes, feet and bars do.
    strokes = digits[rng.choice(np.flatnonzero(~np.isin(labels, (0, 1, 7))))]
    more = []
    for _ in range(rng.integers(1, 3)):
        middle, angle, half = rng.uniform(-0.5, 0.5, 2), rng.uniform(0, np.pi), rng.uniform(0.3, 0.55)
        along = half * np.array([np.cos(angle), np.sin(angle)])
        bow = middle + rng.normal(0, 0.12, 2)
        more.append(_curve([middle - along, bow, middle + along], rng))
    return [*strokes, *more]


def _scribble(_digits, _labels, rng: np.random.Generator) -> Strokes:
    if rng.random() < 0.4:  # to and fro
        n = rng.integers(6, 16)
        points = np.stack([np.linspace(0, rng.uniform(0.3, 1), n), np.arange(n) % 2 * rng.uniform(0.4, 1)], axis=1)
        points = points + rng.normal(0, 0.08, (n, 2))
        return [_curve(points[:, :: _direction(rng)], rng)]
    return [_curve(rng.uniform(0, 1, (rng.integers(6, 15), 2)), rng) for _ in range(rng.integers(1, 3))]


def _shape(_digits, _labels, rng: np.random.Generator) -> Strokes:
    """Draw a heart, star, house, smiley, box with a tick or cross, arrow, spiral, triangle, wave, lattice."""
    corners = {
        "triangle": [(0.5, 0), (1, 0.9), (0, 0.9), (0.5, 0)],
        "square": [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)],
        "star": [(0.5, 0), (0.8, 1), (0, 0.38), (1, 0.38), (0.2, 1), (0.5, 0)],
        "house": [(0, 1), (0, 0.45), (0.5, 0), (1, 0.45), (1, 1), (0, 1)],
        "diamond": [(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (0.5, 0)],
        "hourglass": [(0, 0), (1, 0), (0, 1), (1, 1), (0, 0)],
    }
    name = rng.choice([*corners, "heart", "smiley", "arrow", "spiral", "wave", "lattice", "cross", "wheel"])
    if name in corners:
        points = np.array(corners[name]) * (rng.uniform(0.6, 1.3), 1) + rng.normal(0, 0.03, (len(corners[name]), 2))
        outline = _join(*(_line(a, b, rng) for a, b in pairwise(points)))
        inside = rng.random()
        if inside < 0.3:  # a tick, that may leave the box
            tick = [(0.2, 0.5), (0.45, rng.uniform(0.7, 0.9)), (rng.uniform(0.8, 1.2), rng.uniform(-0.1, 0.3))]
            return [outline, _join(_line(tick[0], tick[1], rng), _line(tick[1], tick[2], rng))]
        if inside < 0.5:
            return [outline, _line((0.2, 0.2), (0.8, 0.8), rng), _line((0.8, 0.2), (0.2, 0.8), rng)]
        if name in ("triangle", "square", "diamond") and inside < 0.8:  # alone they pass for sloppy zeros
            return [outline, _arc((0.5, 0.55), (0.15, 0.15), 0, 360, rng)]
        return [outline]
    if name == "heart":
        half = np.array([(0.5, 0.25), (0.35, 0.02), (0.08, 0.05), (0, 0.35), (0.2, 0.65), (0.5, 1)])
        halves = [_curve(half, rng), _curve(half * (-1, 1) + (1, 0), rng)]
        return [stroke * (rng.uniform(0.8, 1.2), 1) for stroke in halves]
    if name == "smiley":
        eyes = rng.uniform(0.02, 0.08, 2)
        mouth = _arc((0.5, 0.55), (0.25, 0.22), rng.choice([0, 180]), 180, rng)
        return [
            _arc((0.5, 0.5), (0.5, 0.5), -90, 370, rng),
            *(_arc((x, 0.36), tuple(eyes), 0, 360, rng) for x in (0.33, 0.67)),
            mouth,
        ]
    if name == "arrow":
        head = rng.uniform(0.15, 0.4)
        strokes = [
            _line((0, 0.5), (1, 0.5), rng),
            _curve([(1 - head, 0.5 - head), (1, 0.5), (1 - head, 0.5 + head)], rng),
        ]
        towards = rng.choice([0, 90, 180, 270])
        return [_turned(stroke, towards) for stroke in strokes]
    if name == "spiral":
        angle = np.linspace(0, rng.uniform(12, 22), 60) * _direction(rng)
        return [np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.abs(angle)[:, np.newaxis]]
    if name == "wave":
        n = rng.integers(3, 7)
        points = np.stack([np.linspace(0, 1.2, 2 * n), np.arange(2 * n) % 2 * rng.uniform(0.15, 0.5)], axis=1)
        return [_curve(points, rng, 0.03)]
    if name == "lattice":
        lines = np.linspace(0.2, 0.8, rng.integers(2, 4))
        return [_line((x, 0), (x, 1), rng) for x in lines] + [_line((0, y), (1, y), rng) for y in lines]
    if name == "cross":
        return [_line((0, 0), (1, 1), rng), _line((1, 0), (0, 1), rng)]
    return [_arc((0.5, 0.5), (0.5, 0.5), 0, 365, rng), _line((0.5, 0), (0.5, 1), rng), _line((0, 0.5), (1, 0.5), rng)]


def _turned(stroke: np.ndarray, degrees: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    return stroke @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _two_digits(digits, _labels, rng: np.random.Generator) -> Strokes:
    # Side by side, at times touching, of much the same size.
    first, second = (digits[rng.integers(len(digits))] for _ in range(2))
    second = [stroke * rng.uniform(0.7, 1.1) for stroke in second]
    apart = max(s[:, 0].max() for s in first) - min(s[:, 0].min() for s in second) + rng.uniform(0.0, 0.4)
    return [*first, *(stroke + (apart, rng.normal(0, 0.08)) for stroke in second)]


def _digits_crossed(digits, _labels, rng: np.random.Generator) -> Strokes:
    # One over another, as when a mistake is written over.
    first, second = (digits[rng.integers(len(digits))] for _ in range(2))
    second = [_turned(stroke, rng.choice([0, 90, 180])) * rng.uniform(0.7, 1.2) for stroke in second]
    aside = np.deg2rad(rng.uniform(0, 360))
    aside = rng.uniform(0.15, 0.45) * np.array([np.cos(aside), np.sin(aside)])
    return [*first, *(stroke + aside for stroke in second)]


# What no longer is a digit (or hardly ever: a two in a mirror is a five's cousin, so it is not here).
_WRONG_WAY_ROUND = {
    "mirrored": (3, 4, 7, 9),
    "upside down": (4, 7),
    "lying": (2, 3, 4, 5, 7),
}


def _wrong_way_round(digits, labels, rng: np.random.Generator) -> Strokes:
    way = rng.choice([*_WRONG_WAY_ROUND])
    strokes = digits[rng.choice(np.flatnonzero(np.isin(labels, _WRONG_WAY_ROUND[way])))]
    if way == "lying":
        return [_turned(stroke, 90 * _direction(rng)) for stroke in strokes]
    return [stroke * ((-1, 1) if way == "mirrored" else (1, -1)) for stroke in strokes]


_NO_DIGITS = (_glyph, _grid_glyph, _scribble, _shape, _two_digits, _digits_crossed, _digit_and_more, _wrong_way_round)
_NO_DIGIT_SHARES = (0.3, 0.22, 0.08, 0.16, 0.08, 0.03, 0.04, 0.09)
