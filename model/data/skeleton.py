"""Finds in pictures of digits the lines that the pen went along, so that another pen can draw them again."""

import cv2
import numpy as np

from model.data.drawing import Strokes


def centre_lines(image: np.ndarray, zoom: int = 4) -> Strokes:
    """Find the lines that a pen would have gone along to write a digit.

    The picture is enlarged, its ink thinned to lines of one pixel, and these are followed from end or junction to
    end or junction, and smoothed. (The strokes' order is not found, and not needed to draw the digit again.)

    Parameters
    ----------
    image : ndarray of uint8, shape (height, width)
        An MNIST-style image.
    zoom : int
        How many times it is enlarged.

    Returns
    -------
    list of ndarray of float32, each (n, 2)
        Points, x right, y down, in pixels of `image`. Never empty where there is ink.
    """
    large = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    line = thin(large >= 128)
    y, x = np.nonzero(line)
    index = np.full(line.shape, -1)
    index[y, x] = np.arange(len(y))
    index = np.pad(index, 1, constant_values=-1)
    pairs = []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        neighbour = index[y + 1 + dy, x + 1 + dx]
        linked = neighbour >= 0
        if dy and dx:  # diagonal neighbours are linked only if no pixel beside both links them already
            linked &= (index[y + 1 + dy, x + 1] < 0) & (index[y + 1, x + 1 + dx] < 0)
        pairs.append(np.stack([np.flatnonzero(linked), neighbour[linked]], axis=1))
    pairs = np.concatenate(pairs)
    points = np.stack([x, y], axis=1).astype(np.float32)
    # Smoothing: each point moves to the mean of itself and its neighbours, except the ends of lines.
    degree = np.bincount(pairs.ravel(), minlength=len(points))
    inner = degree > 1
    for _ in range(zoom):
        total = points.copy()
        for side, other in ((0, 1), (1, 0)):
            for axis in (0, 1):
                total[:, axis] += np.bincount(pairs[:, side], points[pairs[:, other], axis], len(points))
        points = np.where(inner[:, np.newaxis], total / (degree[:, np.newaxis] + 1), points)
    return [points[path] / zoom for path in _paths(pairs, degree)]


def _paths(pairs: np.ndarray, degree: np.ndarray) -> list[list[int]]:
    # Walk along all links: first from the ends of lines and from junctions, then around the rings that are left.
    links: list[set[int]] = [set() for _ in degree]
    for a, b in pairs.tolist():
        links[a].add(b)
        links[b].add(a)
    paths = [[point] for point in np.flatnonzero(degree == 0).tolist()]
    for start in np.argsort(degree == 2, kind="stable").tolist():
        while links[start]:
            path = [start]
            while links[path[-1]] and (len(path) == 1 or degree[path[-1]] == 2):
                following = links[path[-1]].pop()
                links[following].discard(path[-1])
                path.append(following)
            paths.append(path)
    return paths


def thin(ink: np.ndarray) -> np.ndarray:
    """Thin shapes to lines of one pixel, by the method of Zhang and Suen, CACM 27(3), 1984.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)

    Returns
    -------
    ndarray of bool, shape (height, width)
    """
    line = ink.astype(np.uint8)
    while True:
        before = cv2.countNonZero(line)
        for stays in _STAYS:
            neighbours = cv2.filter2D(line, cv2.CV_8U, _NEIGHBOUR_BITS, borderType=cv2.BORDER_CONSTANT)
            line &= cv2.LUT(neighbours, stays)
        if cv2.countNonZero(line) == before:
            return line.astype(bool)


def _thinning_tables() -> tuple[np.ndarray, np.ndarray]:
    # Which pixels stay in the two steps of a round, by the code of their eight neighbours: a bit each, clockwise from
    # the one above (P2 … P9 in the paper).
    p = [(np.arange(256) >> bit) & 1 for bit in range(8)]
    up, right, down, left = p[0], p[2], p[4], p[6]
    turns = sum((1 - p[i]) * p[(i + 1) % 8] for i in range(8))
    edge = (sum(p) >= 2) & (sum(p) <= 6) & (turns == 1)
    first = edge & (up * right * down == 0) & (right * down * left == 0)
    second = edge & (up * right * left == 0) & (up * down * left == 0)
    return (~first).astype(np.uint8), (~second).astype(np.uint8)


_STAYS = _thinning_tables()
_NEIGHBOUR_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)
