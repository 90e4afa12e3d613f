"""What is no digit, drawn by rule: a network has to see other things to know that not everything is a digit.

Following Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR 2019: what training
shows need not be what people will draw, but has to vary. Strokes are lists of arrays (n, 2), x right, y down.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from model.data.by_rule.signs import SIGNS, draw_sign
from model.data.drawing import Strokes, to_unit_box
from model.data.lines import arc, curve, direction, join, line


def draw_no_digit(digits: Sequence[Strokes], labels: np.ndarray, rng: np.random.Generator) -> Strokes:
    """Draw something that is no digit.

    Parameters
    ----------
    digits : sequence of list of ndarray
        Digits to turn, mirror and put side by side; each in a box of side 1 about (0, 0).
    labels : ndarray of int, shape (n,)
        Which digit each is.
    rng : numpy.random.Generator

    Returns
    -------
    list of ndarray
        In a box of side 1 about (0, 0).
    """
    draw = _NO_DIGITS[rng.choice(len(_NO_DIGITS), p=_NO_DIGIT_SHARES)]
    return to_unit_box(draw(digits, labels, rng))


def _glyph(_digits, _labels, rng: np.random.Generator) -> Strokes:
    # Letters of scripts that do not exist: lines, arcs, rings and hooks, most of them joined to each other.
    strokes, joints = [], [rng.uniform(0, 1, 2)]
    for _ in range(rng.integers(3, 7)):
        start = joints[rng.integers(len(joints))] if rng.random() < 0.7 else rng.uniform(0, 1, 2)
        reach = rng.uniform(0.25, 0.9)
        angle = np.deg2rad(rng.choice([0, 45, 90, 135, 180, 225, 270, 315]) + rng.normal(0, 8))
        end = start + reach * np.array([np.cos(angle), np.sin(angle)])
        kind = rng.random()
        if kind < 0.45:
            stroke = line(start, end, rng)
        elif kind < 0.7:
            across = np.array([start[1] - end[1], end[0] - start[0]])
            stroke = curve([start, (start + end) / 2 + across * rng.uniform(-0.6, 0.6), end], rng)
        elif kind < 0.85:
            radius = rng.uniform(0.08, 0.3)
            stroke = arc(start, (radius, radius * rng.uniform(0.7, 1.3)), rng.uniform(0, 360), 360, rng)
        else:
            side = rng.uniform(0, 1, (2, 2)) * 0.5 - 0.25
            stroke = curve([start, end, end + side[0], end + side[0] + side[1]], rng)
        strokes.append(stroke)
        joints += [stroke[-1], stroke[len(stroke) // 2]]
    return strokes


def _grid_glyph(_digits, _labels, rng: np.random.Generator) -> Strokes:
    # Horizontal, vertical and diagonal lines on a grid, as in many scripts, some with a corner, some rings.
    xs, ys = np.sort(rng.uniform(0, 1, (2, 3)), axis=1)
    if rng.random() < 0.7:
        xs, ys = np.linspace(0, rng.uniform(0.5, 1.1), 3), np.linspace(0, 1, 3)
    strokes = []
    for _ in range(rng.integers(3, 6)):
        (x, x_to), (y, y_to) = rng.choice(xs, 2, replace=False), rng.choice(ys, 2, replace=False)
        kind = rng.random()
        if kind < 0.35:
            strokes.append(line((x, y), (x_to, y), rng))
        elif kind < 0.7:
            strokes.append(line((x, y), (x, y_to), rng))
        elif kind < 0.85:
            strokes.append(join(line((x, y), (x_to, y), rng), line((x_to, y), (x_to, y_to), rng)))
        elif kind < 0.93:
            strokes.append(line((x, y), (x_to, y_to), rng))
        else:
            radius = rng.uniform(0.12, 0.3)
            strokes.append(arc((x, y), (radius, radius), -90, 365, rng))
    return strokes


def _scribble(_digits, _labels, rng: np.random.Generator) -> Strokes:
    if rng.random() < 0.4:  # to and fro
        n = rng.integers(6, 16)
        points = np.stack([np.linspace(0, rng.uniform(0.3, 1), n), np.arange(n) % 2 * rng.uniform(0.4, 1)], axis=1)
        points = points + rng.normal(0, 0.08, (n, 2))
        return [curve(points[:, :: direction(rng)], rng)]
    return [curve(rng.uniform(0, 1, (rng.integers(6, 15), 2)), rng) for _ in range(rng.integers(1, 3))]


def _shape(_digits, _labels, rng: np.random.Generator) -> Strokes:
    name = rng.choice([*_OUTLINES, *_SHAPES])
    return _outline(name, rng) if name in _OUTLINES else _SHAPES[name](rng)


_OUTLINES = {
    "triangle": [(0.5, 0), (1, 0.9), (0, 0.9), (0.5, 0)],
    "square": [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)],
    "star": [(0.5, 0), (0.8, 1), (0, 0.38), (1, 0.38), (0.2, 1), (0.5, 0)],
    "house": [(0, 1), (0, 0.45), (0.5, 0), (1, 0.45), (1, 1), (0, 1)],
    "diamond": [(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (0.5, 0)],
    "hourglass": [(0, 0), (1, 0), (0, 1), (1, 1), (0, 0)],
}


def _outline(name: str, rng: np.random.Generator) -> Strokes:
    corners = _OUTLINES[name]
    points = np.array(corners) * (rng.uniform(0.6, 1.3), 1) + rng.normal(0, 0.03, (len(corners), 2))
    outline = join(*(line(a, b, rng) for a, b in pairwise(points)))
    inside = rng.random()
    if inside < 0.3:  # a tick, that may leave the box
        tick = [(0.2, 0.5), (0.45, rng.uniform(0.7, 0.9)), (rng.uniform(0.8, 1.2), rng.uniform(-0.1, 0.3))]
        return [outline, join(line(tick[0], tick[1], rng), line(tick[1], tick[2], rng))]
    if inside < 0.5:
        return [outline, line((0.2, 0.2), (0.8, 0.8), rng), line((0.8, 0.2), (0.2, 0.8), rng)]
    if name in ("triangle", "square", "diamond") and inside < 0.8:  # alone they pass for sloppy zeros
        return [outline, arc((0.5, 0.55), (0.15, 0.15), 0, 360, rng)]
    return [outline]


def _heart(rng: np.random.Generator) -> Strokes:
    half = np.array([(0.5, 0.25), (0.35, 0.02), (0.08, 0.05), (0, 0.35), (0.2, 0.65), (0.5, 1)])
    halves = [curve(half, rng), curve(half * (-1, 1) + (1, 0), rng)]
    return [stroke * (rng.uniform(0.8, 1.2), 1) for stroke in halves]


def _smiley(rng: np.random.Generator) -> Strokes:
    eyes = rng.uniform(0.02, 0.08, 2)
    mouth = arc((0.5, 0.55), (0.25, 0.22), rng.choice([0, 180]), 180, rng)
    face = arc((0.5, 0.5), (0.5, 0.5), -90, 370, rng)
    return [face, *(arc((x, 0.36), tuple(eyes), 0, 360, rng) for x in (0.33, 0.67)), mouth]


def _arrow(rng: np.random.Generator) -> Strokes:
    head = rng.uniform(0.15, 0.4)
    strokes = [line((0, 0.5), (1, 0.5), rng), curve([(1 - head, 0.5 - head), (1, 0.5), (1 - head, 0.5 + head)], rng)]
    towards = rng.choice([0, 90, 180, 270])
    return [_turned(stroke, towards) for stroke in strokes]


def _spiral(rng: np.random.Generator) -> Strokes:
    angle = np.linspace(0, rng.uniform(12, 22), 60) * direction(rng)
    return [np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.abs(angle)[:, np.newaxis]]


def _wave(rng: np.random.Generator) -> Strokes:
    n = rng.integers(3, 7)
    points = np.stack([np.linspace(0, 1.2, 2 * n), np.arange(2 * n) % 2 * rng.uniform(0.15, 0.5)], axis=1)
    return [curve(points, rng, 0.03)]


def _lattice(rng: np.random.Generator) -> Strokes:
    lines = np.linspace(0.2, 0.8, rng.integers(2, 4))
    return [line((x, 0), (x, 1), rng) for x in lines] + [line((0, y), (1, y), rng) for y in lines]


def _cross(rng: np.random.Generator) -> Strokes:
    return [line((0, 0), (1, 1), rng), line((1, 0), (0, 1), rng)]


def _wheel(rng: np.random.Generator) -> Strokes:
    return [arc((0.5, 0.5), (0.5, 0.5), 0, 365, rng), line((0.5, 0), (0.5, 1), rng), line((0, 0.5), (1, 0.5), rng)]


_SHAPES = {
    "heart": _heart,
    "smiley": _smiley,
    "arrow": _arrow,
    "spiral": _spiral,
    "wave": _wave,
    "lattice": _lattice,
    "cross": _cross,
    "wheel": _wheel,
}


def _turned(stroke: np.ndarray, degrees: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    return stroke @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _two_digits(digits, _labels, rng: np.random.Generator) -> Strokes:
    # Side by side, at times touching, of much the same size.
    first, second = (digits[rng.integers(len(digits))] for _ in range(2))
    second = [stroke * rng.uniform(0.7, 1.1) for stroke in second]
    apart = max(s[:, 0].max() for s in first) - min(s[:, 0].min() for s in second) + rng.uniform(0.0, 0.4)
    return [*first, *(stroke + (apart, rng.normal(0, 0.08)) for stroke in second)]


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
        return [_turned(stroke, 90 * direction(rng)) for stroke in strokes]
    return [stroke * ((-1, 1) if way == "mirrored" else (1, -1)) for stroke in strokes]


def _sign(_digits, _labels, rng: np.random.Generator) -> Strokes:
    return draw_sign(rng.choice([*SIGNS]), rng)


_NO_DIGITS = (_sign, _glyph, _grid_glyph, _scribble, _shape, _two_digits, _wrong_way_round)
_NO_DIGIT_SHARES = (0.25, 0.22, 0.16, 0.07, 0.13, 0.09, 0.08)
