"""Odd hands, by rule: digits written as few people write them, to see whether corrections teach them.

Nothing is trained on them but in `python -m model.measure evaluate hands` and in tests. Each function writes one digit
in a box of side 1, x right, y down, as one person would who always writes it so.
"""

from collections.abc import Callable

import numpy as np

from model.data.drawing import Strokes
from model.data.lines import arc, curve, join, line


def zero_with_a_dot(rng: np.random.Generator) -> Strokes:
    """Write a zero with a dot in its middle."""
    middle = 0.5 + rng.normal(0, 0.03, 2)
    return [_oval(rng), arc(tuple(middle), (0.04, 0.04), 0, 360, rng)]


def zero_with_two_bars(rng: np.random.Generator) -> Strokes:
    """Write a zero with two level bars through it."""
    reach = 0.42 + rng.normal(0, 0.03)
    bars = [line((0.5 - reach, y), (0.5 + reach, y + rng.normal(0, 0.02)), rng) for y in (0.38, 0.62)]
    return [_oval(rng), *bars]


def _oval(rng: np.random.Generator) -> np.ndarray:
    return arc((0.5, 0.5), (0.34 + rng.normal(0, 0.03), 0.5), rng.normal(-90, 15), -365, rng)


def caret_one(rng: np.random.Generator) -> Strokes:
    """Write a one like a caret: as far up as down."""
    top = (0.4 + rng.normal(0, 0.03), 0.0)
    left, right = (rng.normal(0, 0.03), 1 + rng.normal(0, 0.04)), (0.8 + rng.normal(0, 0.04), 1.0)
    return [join(line(left, top, rng), line(top, right, rng))]


def four_on_a_stick(rng: np.random.Generator) -> Strokes:
    """Write a four as a triangle, a corner at its left, on a stick."""
    right, low = 0.6 + rng.normal(0, 0.03), 0.52 + rng.normal(0, 0.03)
    top, left, corner = (right, 0.0), (0.0, low * 0.55 + rng.normal(0, 0.02)), (right, low)
    return [join(line(top, left, rng), line(left, corner, rng), line(corner, top, rng)), line(corner, (right, 1), rng)]


def seven_hooked_left(rng: np.random.Generator) -> Strokes:
    """Write a seven with a long hook down at the left of its roof, and another where it ends."""
    width = 0.7 + rng.normal(0, 0.03)
    hook, foot = (rng.normal(0, 0.02), 0.4 + rng.normal(0, 0.03)), (width * 0.5, 0.97)
    roof = join(line(hook, (0.02, 0.02), rng), line((0.02, 0.02), (width, 0), rng))
    stem = curve([(width, 0), (width * 0.8, 0.4), foot, (width * 0.2, 0.99), (0.02, 0.86)], rng, 0.015)
    return [join(roof, stem)]


def eight_of_two_circles(rng: np.random.Generator) -> Strokes:
    """Write an eight as two circles that do not touch."""
    upper, lower = 0.2 + rng.normal(0, 0.015), 0.22 + rng.normal(0, 0.015)
    gap = 0.1 + abs(rng.normal(0, 0.03))
    below = 2 * upper + gap + lower
    return [
        arc((0.5, upper), (upper, upper), rng.normal(-90, 20), -365, rng),
        arc((0.5 + rng.normal(0, 0.02), below), (lower, lower), rng.normal(-90, 20), -365, rng),
    ]


def nine_like_a_g(rng: np.random.Generator) -> Strokes:
    """Write a nine like a g: below the line its tail turns left and up to the ring."""
    width = 0.5 + rng.normal(0, 0.03)
    ring = arc((width / 2, 0.25), (width / 2, 0.25), -20, -365, rng)
    up = [(width * 0.4, 1.0), (-0.1, 0.9 + rng.normal(0, 0.02)), (0.0, 0.72), (width * 0.7, 0.62)]
    return [join(ring, curve([(width, 0.2), (width, 0.75), *up], rng, 0.015))]


ODD_HANDS: dict[str, tuple[int, Callable[[np.random.Generator], Strokes]]] = {
    "a zero with a dot": (0, zero_with_a_dot),
    "a zero with two bars": (0, zero_with_two_bars),
    "a one like a caret": (1, caret_one),
    "a four as a triangle on a stick": (4, four_on_a_stick),
    "a seven hooked at the left": (7, seven_hooked_left),
    "an eight of two circles apart": (8, eight_of_two_circles),
    "a nine like a g": (9, nine_like_a_g),
}


def write_odd(name: str, count: int, seed: int) -> list[Strokes]:
    """Write a digit of an odd hand `count` times; `name` is one of `ODD_HANDS`."""
    rng = np.random.default_rng(seed)
    return [ODD_HANDS[name][1](rng) for _ in range(count)]
