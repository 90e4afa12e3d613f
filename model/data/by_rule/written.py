"""Digits written by rule, in the ways that people write them: for trainings without people's strokes.

Each function writes one digit, in a box from (0, 0) to about (1, 1), x right, y down, in a way chosen at random.
"""

import numpy as np

from model.data.by_rule.habits import bar, begin_inside, curl, flag, foot, serif, slash, tick
from model.data.drawing import Strokes, to_unit_box
from model.data.lines import arc, curve, direction, join, line


def write_digit(digit: int, rng: np.random.Generator) -> Strokes:
    """Write a digit in one of the ways that people write it.

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


def _zero(rng: np.random.Generator) -> Strokes:
    half = np.array([rng.uniform(0.22, 0.48), 0.5])
    if rng.random() < 0.12:  # wider than high
        half = half[::-1] + (0, 0.05)
    sweep = 360 * rng.uniform(0.93, 1.12)
    oval = arc((0.5, 0.5), tuple(half), rng.normal(-90, 35), direction(rng) * sweep, rng, 0.1)
    kind = rng.random()
    if kind < 0.3:
        return [oval, slash(np.array([0.5, 0.5]), half, rng)]
    if kind < 0.38:
        return [begin_inside(oval, (0.5, 0.5), rng)]
    return [oval]


def _one(rng: np.random.Generator) -> Strokes:
    top, bottom = np.array([0.5, 0.0]), np.array([0.5, 1.0])
    stem = line(top, bottom, rng)
    kind = rng.random()
    if kind < 0.35:
        return [stem]
    up = flag(top, rng)
    strokes = [join(up, stem)] if rng.random() < 0.8 else [up, stem]
    if kind > 0.96:
        return [*strokes, tick(bottom, rng)]
    return [*strokes, foot(bottom, rng)] if kind > 0.65 else strokes


def _two(rng: np.random.Generator) -> Strokes:
    width = rng.uniform(0.55, 0.9)
    low = rng.uniform(0.88, 0.98)
    arch = [(0, rng.uniform(0.12, 0.32)), (width * 0.2, 0.04), (width * 0.6, 0), (width * 0.95, 0.2)]
    down = [(width * 0.85, 0.45), (width * 0.4, 0.75)]
    if rng.random() < 0.08:  # the arch is a loop: it begins where it crosses itself
        arch = [(width * 0.8, rng.uniform(0.3, 0.45)), (width * rng.uniform(0, 0.4), 0.16), *arch[2:]]
    kind = rng.random()
    if kind < 0.45:  # a sharp corner and a base
        base = line((0, low), (width * rng.uniform(0.9, 1.25), low + rng.normal(0, 0.04)), rng)
        return [join(curve([*arch, *down, (0, low)], rng), base)]
    if kind < 0.85:  # a loop at the bottom left
        size = rng.uniform(0.05, 0.16)
        loop = [(size, low), (0, low - size * 0.3), (size * 0.9, low - size * 1.5), (width * 0.55, low - 0.02)]
        # The base goes on level, or up to the right, at times to half the height.
        rise = rng.uniform(-0.06, 0.1) if rng.random() < 0.7 else rng.uniform(0.1, 0.45)
        return [curve([*arch, *down, *loop, (width * rng.uniform(0.95, 1.2), low - rise)], rng)]
    return [curve([*arch, *down, (0.02, low), (width * 0.5, low - 0.03), (width * 1.1, low)], rng)]


def _three(rng: np.random.Generator) -> Strokes:
    width, waist = rng.uniform(0.5, 0.75), rng.uniform(0.4, 0.52)
    inward = rng.uniform(0.2, 0.55) * width
    bowl = [(width * 0.95, waist + 0.18), (width * 0.85, 0.9), (width * 0.4, 1.0), (0, rng.uniform(0.78, 0.95))]
    if rng.random() < 0.3:  # a flat top
        top = join(line((0, 0), (width * 0.9, 0), rng), line((width * 0.9, 0), (inward, waist), rng))
        return [join(top, curve([(inward, waist), (width * 0.7, waist), *bowl], rng))]
    arch = [(0.02, rng.uniform(0.08, 0.22)), (width * 0.4, 0), (width * 0.9, 0.14), (width * 0.7, waist - 0.08)]
    if rng.random() < 0.3:  # a loop at the waist
        middle = [(inward, waist), (inward - 0.06, waist - 0.05), (inward, waist - 0.08), (width * 0.6, waist + 0.02)]
        return [curve([*arch, *middle, *bowl], rng, 0.015)]
    return [join(curve([*arch, (inward, waist)], rng), curve([(inward, waist), (width * 0.7, waist), *bowl], rng))]


def _four(rng: np.random.Generator) -> Strokes:
    width, across = rng.uniform(0.6, 0.95), rng.uniform(0.5, 0.72)
    stem_x = width * rng.uniform(0.55, 0.85)
    bar_end = width * rng.uniform(1.0, 1.2)
    kind = rng.random()
    if kind < 0.5:  # open: an L or U, then the stem
        lean = rng.uniform(0.0, 0.3) * width
        bend = (0.0, across)
        left = (
            join(line((lean, rng.uniform(0, 0.12)), bend, rng), line(bend, (bar_end, across), rng))
            if rng.random() < 0.7
            else curve([(lean, 0), (lean * 0.4, across * 0.7), (0.1, across), (stem_x, across)], rng)
        )
        return [left, line((stem_x + rng.normal(0, 0.03), rng.uniform(0, 0.4)), (stem_x, 1), rng)]
    if kind < 0.8:  # closed, in two strokes
        top = np.array([stem_x, 0.0])
        left = join(line(top, (0, across), rng), line((0, across), (bar_end, across), rng))
        return [left, line(top + (0, rng.uniform(-0.03, 0.2)), (stem_x, 1), rng)]
    if kind < 0.87:  # in one, without a stem above the bar
        down = np.array([bar_end * 0.9, across])
        return [
            join(
                line((stem_x, 0), (0, across), rng),
                line((0, across), down, rng),
                line(down, (down[0] - rng.uniform(0.05, 0.3), 1), rng),
            )
        ]
    if kind < 0.93:  # closed, in one: up from the foot
        return [
            join(
                line((stem_x, 1), (stem_x, 0), rng),
                line((stem_x, 0), (0, across), rng),
                line((0, across), (bar_end, across), rng),
            )
        ]
    # three strokes that hardly touch
    return [
        line((stem_x * 0.5, 0), (0, across), rng),
        line((rng.uniform(0, 0.08), across), (bar_end, across), rng),
        line((stem_x, across - rng.uniform(0, 0.35)), (stem_x, 1), rng),
    ]


def _five(rng: np.random.Generator) -> Strokes:
    width, shoulder = rng.uniform(0.5, 0.8), rng.uniform(0.36, 0.5)
    left = rng.uniform(0, 0.15)
    bowl = [(left, shoulder), (width * 0.5, shoulder - rng.uniform(0, 0.1)), (width * 0.95, shoulder + 0.15)]
    bowl += [(width * 0.9, 0.88), (width * 0.45, 1.0), (0, rng.uniform(0.85, 0.98))]
    corner = np.array([left + rng.uniform(0, 0.08), rng.uniform(0, 0.05)])
    down = line(corner, (left, shoulder), rng)
    hat_end = corner + (width * rng.uniform(0.5, 1.0), rng.normal(-0.02, 0.06))
    kind = rng.random()
    if kind < 0.55:  # the hat by itself, where it should be or floating
        shift = np.array([rng.uniform(-0.06, 0.18), rng.uniform(-0.14, 0.05)])
        return [join(down, curve(bowl, rng)), line(corner, hat_end, rng) + shift]
    if kind < 0.85:
        return [join(line(hat_end, corner, rng), down, curve(bowl, rng))]
    return [curve([hat_end, corner + (width * 0.3, 0), (left, shoulder * 0.6), *bowl[1:]], rng)]  # like an S


def _six(rng: np.random.Generator) -> Strokes:
    width, loop_top = rng.uniform(0.45, 0.75), rng.uniform(0.42, 0.62)
    start = (width * rng.uniform(0.3, 1.05), 0)
    stem = [start, (width * rng.uniform(0.12, 0.4), 0.28), (0, 0.65)]
    if rng.random() < 0.06:  # the pen comes up from the left first
        stem = [(start[0] - width * rng.uniform(0.4, 0.8), rng.uniform(0.25, 0.5)), *stem]
    loop = [(width * 0.15, 0.93), (width * 0.55, 1.0), (width, 0.8), (width * 0.75, loop_top)]
    close = [(width * 0.35, loop_top + 0.05), (rng.uniform(-0.02, 0.2) * width, loop_top + rng.uniform(0.1, 0.25))]
    # Closed, nearly, or open like a u with a tall left side.
    return [curve([*stem, *loop, *close[: rng.choice([2, 1, 0], p=[0.72, 0.16, 0.12])]], rng)]


def _seven(rng: np.random.Generator) -> Strokes:
    width = rng.uniform(0.5, 0.85)
    corner = np.array([width, rng.uniform(-0.04, 0.04)])
    foot = np.array([width * rng.uniform(0.0, 0.65), 1.0])
    roof = line((0, rng.uniform(-0.02, 0.1)), corner, rng)
    bow = (corner + foot) / 2 + (rng.normal(-0.06, 0.05), 0)
    strokes = [join(roof, curve([corner, bow, foot], rng, 0.015))]
    start = rng.random()
    if start < 0.3:
        strokes[0] = join(serif(roof[0], rng), strokes[0])
    elif start < 0.4:
        strokes[0] = join(curl(roof[0], rng), strokes[0])
    if rng.random() < 0.45:
        share = rng.uniform(0.35, 0.65)
        strokes.append(bar(corner + (foot - corner) * share, rng))
    return strokes


def _eight(rng: np.random.Generator) -> Strokes:
    top, bottom = rng.uniform(0.2, 0.27), rng.uniform(0.24, 0.3)
    wide, wider = rng.uniform(0.16, 0.3), rng.uniform(0.2, 0.36)
    if rng.random() < 0.35:  # two circles, that may overlap or just miss
        gap = rng.uniform(-0.08, 0.05)
        below = (0.5 + rng.normal(0, 0.04), 2 * top + gap + bottom)
        return [
            arc((0.5, top), (wide, top), rng.normal(-90, 60), direction(rng) * rng.uniform(330, 400), rng),
            arc(below, (wider, bottom), rng.normal(-90, 60), rng.uniform(330, 400), rng),
        ]
    # one stroke, an S and back up; it may end short of where it began
    waist = 2 * top
    down = [(0.5 + wide * 0.9, top * 0.6), (0.5, 0), (0.5 - wide, top), (0.5, waist), (0.5 + wider, waist + bottom)]
    back = [(0.5, waist + 2 * bottom), (0.5 - wider, waist + bottom), (0.5 + wide * 0.2, waist - 0.02)]
    end = (0.5 + wide * rng.uniform(0.7, 1.1), top * rng.uniform(0.5, 1.4))
    stroke = curve([*down, *back, end], rng)
    return [stroke * (direction(rng), 1)] if rng.random() < 0.3 else [stroke]


def _nine(rng: np.random.Generator) -> Strokes:
    width, loop = rng.uniform(0.4, 0.65), rng.uniform(0.12, 0.3)
    if rng.random() < 0.12:  # a small head on a long stem
        width, loop = rng.uniform(0.18, 0.4), rng.uniform(0.1, 0.18)
    middle = (width / 2, loop)
    start = rng.uniform(-60, 10)
    ring = arc(middle, (width / 2, loop), start, -rng.uniform(300, 375), rng, 0.08)
    right = (width, loop * rng.uniform(0.6, 1.0))
    kind = rng.random()
    if kind < 0.15:  # from below the loop, out and back, like an eight that is open below
        start = (width * rng.uniform(0.3, 0.7), loop * 1.95)
        tail = curve([start, (width * 0.95, loop * 2 + 0.15), (width * 0.9, 0.85), (width * 0.4, 1)], rng)
    elif kind < 0.18:  # a ribbon: from the left, below where it crosses itself
        left = (width * rng.uniform(-0.1, 0.3), loop * rng.uniform(1.9, 2.4))
        around = [left, (width * 0.9, loop), (width * 0.6, 0), (width * 0.2, loop * 0.8), (width * 0.7, loop * 1.9)]
        return [curve([*around, (width * rng.uniform(0.1, 0.6), 1)], rng)]
    elif kind < 0.45:
        tail = line(right, (width * rng.uniform(0.5, 1.1), 1), rng)
    elif kind < 0.49:  # like a g
        back = [(width * 0.4, 1.0), (width * rng.uniform(-0.6, -0.1), rng.uniform(0.82, 0.93))]
        tail = curve([right, (width, 0.8), *back], rng)
    elif kind < 0.75:  # hooked
        tail = curve([right, (width, 0.7), (width * 0.7, 0.97), (width * rng.uniform(-0.1, 0.4), 0.93)], rng)
    else:  # bowed, like a six upside down
        tail = curve([right, (width * 0.9, 0.62), (width * rng.uniform(0.1, 0.6), 1)], rng)
    if kind > 0.92:
        ring = begin_inside(ring, middle, rng)
    return [join(ring, tail)] if rng.random() < 0.75 else [ring, tail]


_WRITERS = (_zero, _one, _two, _three, _four, _five, _six, _seven, _eight, _nine)
