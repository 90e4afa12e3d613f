"""Lines as a hand draws them. Digits by rule, and drawings that are no digit, are made of them.

All are float arrays (n, 2) of points, x right, y down.
"""

from collections.abc import Sequence

import numpy as np


def curve(points: Sequence[tuple[float, float]], rng: np.random.Generator, loose: float = 0.025) -> np.ndarray:
    """Draw a curve through points (n, 2), each moved at random by the standard deviation `loose`.

    It is a Catmull-Rom spline, float64 (8 n - 7, 2).
    """
    points = np.asarray(points, float) + rng.normal(0, loose, (len(points), 2))
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = (padded[i : len(padded) - 3 + i, np.newaxis] for i in range(4))
    t = np.linspace(0, 1, 8, endpoint=False)[:, np.newaxis]
    pieces = start + 0.5 * t * (
        end - before + t * (2 * before - 5 * start + 4 * end - after + t * (3 * (start - end) + after - before))
    )
    return np.concatenate([pieces.reshape(-1, 2), points[-1:]])


def line(start: tuple[float, float], end: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Draw a line from `start` to `end`, as straight as a hand can."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    across = np.array([start[1] - end[1], end[0] - start[0]])
    return curve([start, (start + end) / 2 + across * rng.normal(0, 0.04), end], rng, 0.012)


def arc(
    centre: tuple[float, float],
    radii: tuple[float, float],
    start_deg: float,
    sweep_deg: float,
    rng: np.random.Generator,
    drift: float = 0.06,
) -> np.ndarray:
    """Draw an arc of an ellipse from an angle on, clockwise for a positive sweep, as y points down.

    Its radius grows or shrinks by a share with the standard deviation `drift`, so the ends of a ring need not meet.
    """
    n = max(4, round(abs(sweep_deg) / 15))
    angle = np.deg2rad(start_deg + np.linspace(0, sweep_deg, n))
    radius = np.linspace(1, 1 + rng.normal(0, drift), n) + 0.04 * np.sin(2 * angle + rng.uniform(0, 6.3)) * rng.random()
    around = np.stack([np.cos(angle) * radii[0], np.sin(angle) * radii[1]], axis=1)
    return np.asarray(centre) + around * radius[:, np.newaxis]


def join(*strokes: np.ndarray) -> np.ndarray:
    """Draw one after the other without lifting the pen."""
    return np.concatenate(strokes)


def direction(rng: np.random.Generator) -> int:
    """Choose 1 or -1."""
    return 1 if rng.random() < 0.5 else -1
