"""Characters as pen strokes: reading them, finding them in pictures, and drawing them on a canvas as people do.

python -m model.strokes UNPACKED_UNIPEN OUT.npz    # make a file of pen strokes from the public UNIPEN archive
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from model.unipen import UnipenError, read_characters
from utils.arrays import load_arrays

CANVAS_SIZE_PX = 280
BRUSH_RANGE_PX = (6, 30)  # what the page's slider offers
SIZE_RANGE = (1 / 3, 0.95)  # of the canvas' side
ARRAYS = ("points", "stroke_start", "sample_start", "label", "writer")
HOW_TO_GIVE_STROKES = "Give a file with --strokes PATH or the environment variable STROKES_PATH."


@dataclass(frozen=True)
class Characters:
    """Characters that people wrote with a pen on a tablet.

    Attributes
    ----------
    strokes : list of list of ndarray
        For each character its strokes, each float32 (n, 2): points, x right, y down, in any unit.
    labels : ndarray of str
        What each character is.
    writers : ndarray of str
        Who wrote it, as "site/name".
    """

    strokes: list[list[np.ndarray]]
    labels: np.ndarray
    writers: np.ndarray

    @property
    def sites(self) -> np.ndarray:
        """The laboratory of each character."""
        return np.array([writer.split("/")[0] for writer in self.writers])

    def select(self, chosen: np.ndarray) -> "Characters":
        """Return those at the indices `chosen`."""
        return Characters([self.strokes[index] for index in chosen], self.labels[chosen], self.writers[chosen])


def load_strokes(path: str | Path | None = None) -> Characters:
    """Read characters from an ``.npz`` file.

    Parameters
    ----------
    path : str or Path, optional
        Default: the environment variable ``STROKES_PATH``. The file has ``points (n, 2)``; stroke *k* is
        ``points[stroke_start[k]:stroke_start[k + 1]]``; character *i* has the strokes from ``sample_start[i]`` up to
        ``sample_start[i + 1]`` (both lists end with the end); ``label`` and ``writer`` have an entry a character.

    Raises
    ------
    ValueError
        If there is no such file, or it is of another kind, with what to do about it.
    """
    path = path or os.environ.get("STROKES_PATH")
    if not path:
        raise ValueError(f"No file of pen strokes was given. {HOW_TO_GIVE_STROKES}")
    arrays = load_arrays(Path(path), ARRAYS, "file of pen strokes", HOW_TO_GIVE_STROKES)
    points = arrays["points"].astype(np.float32)
    strokes = [points[start:end] for start, end in pairwise(arrays["stroke_start"])]
    characters = [strokes[start:end] for start, end in pairwise(arrays["sample_start"])]
    labels, writers = arrays["label"].astype(str), arrays["writer"].astype(str)
    if not len(characters) == len(labels) == len(writers):
        raise ValueError(
            f"{path} has {len(characters):,} characters, {len(labels):,} labels and {len(writers):,} writers; expected "
            f"as many of each. {HOW_TO_GIVE_STROKES}"
        )
    return Characters(characters, labels, writers)


@dataclass(frozen=True)
class Drawing:
    """A drawing on the canvas, and how it was made.

    Attributes
    ----------
    ink : ndarray of uint8, shape (280, 280)
        The ink image: paper 0, ink 255.
    brush_px : int
    size : float
        The longer side, as a share of the canvas'.
    slant : float
        x moves by so much for each y.
    """

    ink: np.ndarray
    brush_px: int
    size: float
    slant: float


def draw_at_random(strokes: list[np.ndarray], rng: np.random.Generator, max_slant: float = 0.0) -> Drawing:
    """Draw a character on the canvas with a round brush: any place, size and stroke width that people choose.

    Parameters
    ----------
    strokes : list of ndarray, each (n, 2)
        Points, x right, y down, in any unit.
    rng : numpy.random.Generator
    max_slant : float
        The slant is uniform between minus this and this.
    """
    brush_px = int(rng.integers(BRUSH_RANGE_PX[0], BRUSH_RANGE_PX[1] + 1))
    size = float(rng.uniform(*SIZE_RANGE))
    slant = float(rng.uniform(-max_slant, max_slant))
    shear = np.array([[1, 0], [-slant, 1]], np.float32)
    strokes = [stroke @ shear for stroke in strokes]
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    # A dot has no extent; it stays one.
    scale = (size * CANVAS_SIZE_PX - brush_px) / max(float(extent.max()), 1e-6)
    room = CANVAS_SIZE_PX - brush_px - extent * scale
    corner = rng.uniform(0, np.maximum(room, 0)) + brush_px / 2
    ink = np.zeros((CANVAS_SIZE_PX, CANVAS_SIZE_PX), np.uint8)
    # Sixteenths of a pixel, and pixel centres at whole numbers. A path of one point would not be drawn.
    paths = [np.round(((stroke - low) * scale + corner - 0.5) * 16).astype(np.int32) for stroke in strokes]
    paths = [path.repeat(2, axis=0) if len(path) == 1 else path for path in paths]
    cv2.polylines(ink, paths, False, 255, brush_px, cv2.LINE_AA, shift=4)
    return Drawing(ink, brush_px, size, slant)


def centre_lines(image: np.ndarray, zoom: int = 4) -> list[np.ndarray]:
    """Find the lines that a pen would have gone along to write a digit.

    The picture is enlarged, its ink thinned to lines of one pixel, and each two neighbours on a line become a short
    stroke, smoothed. (Strokes' order and direction are not found, and not needed to draw the digit again.)

    Parameters
    ----------
    image : ndarray of uint8, shape (height, width)
        An MNIST-style image.
    zoom : int
        How many times it is enlarged.

    Returns
    -------
    list of ndarray of float32, each (2, 2)
        Pairs of points, x right, y down, in pixels of `image`. Never empty where there is ink.
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
        if dy and dx:  # not across a corner that has a pixel
            linked &= (index[y + 1 + dy, x + 1] < 0) & (index[y + 1, x + 1 + dx] < 0)
        pairs.append(np.stack([np.flatnonzero(linked), neighbour[linked]], axis=1))
    pairs = np.concatenate(pairs)
    points = np.stack([x, y], axis=1).astype(np.float32)
    if not len(pairs):
        return [points[[0, 0]] / zoom] if len(points) else []
    # Each point moves to the mean of itself and its neighbours, but for the ends of lines.
    degree = np.bincount(pairs.ravel(), minlength=len(points))
    inner = degree > 1
    for _ in range(zoom):
        total = points.copy()
        np.add.at(total, pairs[:, 0], points[pairs[:, 1]])
        np.add.at(total, pairs[:, 1], points[pairs[:, 0]])
        points = np.where(inner[:, np.newaxis], total / (degree[:, np.newaxis] + 1), points)
    return list(points[pairs] / zoom)


def thin(ink: np.ndarray) -> np.ndarray:
    """Thin shapes to lines of one pixel, by the method of Zhang and Suen, CACM 27(3), 1984.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)

    Returns
    -------
    ndarray of bool, shape (height, width)
    """
    line = np.pad(ink, 1)
    while True:
        before = line.sum()
        for step in (0, 1):
            # The eight neighbours, clockwise from the one above: P2 … P9 in the paper.
            p = [np.roll(line, shift, axis=(0, 1)) for shift in _TO_NEIGHBOURS]
            count = sum(neighbour.astype(np.int8) for neighbour in p)
            turns = sum((~p[i] & p[(i + 1) % 8]).astype(np.int8) for i in range(8))
            up, right, down, left = p[0], p[2], p[4], p[6]
            if step == 0:
                free = ~(up & right & down) & ~(right & down & left)
            else:
                free = ~(up & right & left) & ~(up & down & left)
            line = line & ~((count >= 2) & (count <= 6) & (turns == 1) & free)
        if line.sum() == before:
            return line[1:-1, 1:-1]


_TO_NEIGHBOURS = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]


def convert_unipen(root: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """Collect the single characters of an unpacked UNIPEN archive.

    Parameters
    ----------
    root : Path
        The archive's folder: data files are all ``*.dat`` below its folder ``data``; a file's folder is its laboratory.

    Returns
    -------
    arrays : dict of str to ndarray
        As `load_strokes` reads them; each character scaled so that its longer side is 1000.
    problems : list of str
        What could not be read, each with file and line.
    """
    points, stroke_start, sample_start, labels, writers, problems = [], [0], [0], [], [], []
    for path in sorted((root / "data").rglob("*.dat")):
        try:
            characters = list(read_characters(path, root))
        except UnipenError as error:
            problems.append(str(error))
            continue
        for label, writer, strokes in characters:
            if len(label) != 1:
                continue
            together = np.concatenate(strokes)
            low, extent = together.min(axis=0), max(float(np.ptp(together, axis=0).max()), 1e-6)
            for stroke in strokes:
                points.append(np.round((stroke - low) * (1000 / extent)).astype(np.int16))
                stroke_start.append(stroke_start[-1] + len(stroke))
            sample_start.append(len(stroke_start) - 1)
            labels.append(label)
            writers.append(f"{path.parent.name}/{writer}")
    if not labels:
        raise ValueError(
            f"No characters were found in *.dat files below {root / 'data'}. Give the folder into which UNIPEN's "
            "archive was unpacked." + "".join(f"\n{problem}" for problem in problems)
        )
    arrays = {
        "points": np.concatenate(points),
        "stroke_start": np.array(stroke_start, np.int32),
        "sample_start": np.array(sample_start, np.int32),
        "label": np.array(labels),
        "writer": np.array(writers),
    }
    return arrays, problems


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m model.strokes", description="Make a file of pen strokes from the public UNIPEN archive."
    )
    parser.add_argument("unipen", type=Path, metavar="UNPACKED_UNIPEN", help="the folder with data/ and include/")
    parser.add_argument("output", type=Path, metavar="OUT.npz")
    arguments = parser.parse_args(argv)
    try:
        arrays, problems = convert_unipen(arguments.unipen)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    np.savez_compressed(arguments.output, **arrays)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(arrays['label']):,} characters by {len(set(arrays['writer']))} writers written to {arguments.output}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
