"""Characters as pen strokes: reading them, finding them in pictures, and drawing them on a canvas as people do.

python -m model.strokes UNPACKED_UNIPEN OUT.npz    # make a file of pen strokes from the public UNIPEN archive
"""

import argparse
import csv
import hashlib
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
from utils.preprocess import BOX_SIZE_PX, centre_by_mass, fit_into_box

CANVAS_SIZE_PX = 280
BRUSH_RANGE_PX = (6, 30)  # what the page's slider offers
DRAW_SMALL_ZOOM = 6  # finer is no nearer to what normalize_digit makes
SIZE_RANGE = (1 / 3, 0.95)  # of the canvas' side
# Letters and symbols that nobody takes for a digit. Left out as too like one: B(8) C(0, 6) D(0) G(6) I(1) J(1, 3) O(0)
# Q(0) S(5) U(0) Y(4, 9) Z(2) ?(2, 7) &(8) $(5, 8) >(7) {}()[]/|!,'`.(1, 3 or a dot).
CLEAR_LETTERS = [*'AEFHKLMNPRTVWX@#%*+="<^~-_:;']
VALIDATION_WRITERS, TEST_WRITERS = 0.1, 0.1  # shares of each site's writers
UNREADABLE = Path(__file__).parent / "unreadable.csv"
ARRAYS = ("points", "stroke_start", "sample_start", "label", "writer")
Strokes = list[np.ndarray]  # each (n, 2): points, x right, y down
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
    places : ndarray of int
        Where it is in its file, from 0.
    """

    strokes: list[Strokes]
    labels: np.ndarray
    writers: np.ndarray
    places: np.ndarray

    @property
    def sites(self) -> np.ndarray:
        """The laboratory of each character."""
        return np.array([writer.split("/")[0] for writer in self.writers])

    def select(self, chosen: np.ndarray) -> "Characters":
        """Return those at the indices `chosen`."""
        return Characters(
            [self.strokes[index] for index in chosen], self.labels[chosen], self.writers[chosen], self.places[chosen]
        )


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
    return Characters(characters, labels, writers, np.arange(len(labels)))


def select_digits(characters: Characters) -> Characters:
    """Return the characters that are digits."""
    return characters.select(np.flatnonzero(np.isin(characters.labels, [*"0123456789"])))


def split_writers(characters: Characters) -> dict[str, Characters]:
    """Split characters by who wrote them, always alike: a tenth of each site's writers to validate, a tenth to test.

    Parameters
    ----------
    characters : Characters

    Returns
    -------
    dict of str to Characters
        ``train``, ``validation`` and ``test``; no writer is in two of them.
    """
    part_of = {}
    for site in np.unique(characters.sites):
        writers = np.unique(characters.writers[characters.sites == site]).tolist()
        # An order that has nothing to do with the names, and does not change when others are added elsewhere.
        writers.sort(key=lambda writer: hashlib.sha256(writer.encode()).digest())
        test = round(len(writers) * TEST_WRITERS)
        validation = test + round(len(writers) * VALIDATION_WRITERS)
        for place, writer in enumerate(writers):
            part_of[writer] = "test" if place < test else "validation" if place < validation else "train"
    parts = np.array([part_of[writer] for writer in characters.writers])
    return {part: characters.select(np.flatnonzero(parts == part)) for part in ("train", "validation", "test")}


def is_unreadable(characters: Characters) -> np.ndarray:
    """Say which characters nobody can read, or are labelled wrong, as found by eye and listed in ``unreadable.csv``.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    with UNREADABLE.open(encoding="utf-8", newline="") as file:
        listed = {(int(row["place"]), row["label"], row["writer"]) for row in csv.DictReader(file)}
    # The label and the writer too: another file may have another order.
    keys = zip(characters.places.tolist(), characters.labels.tolist(), characters.writers.tolist(), strict=True)
    return np.array([key in listed for key in keys], bool)


def select_clear_letters(characters: Characters) -> Characters:
    """Return the characters that nobody takes for a digit."""
    return characters.select(np.flatnonzero(np.isin(characters.labels, CLEAR_LETTERS)))


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


def draw_strokes(strokes: Strokes, brush_px: int) -> np.ndarray:
    """Draw strokes on the canvas with a round brush.

    Parameters
    ----------
    strokes : list of ndarray, each (n, 2)
        Points in the canvas' pixels, x right, y down, from its corner.
    brush_px : int

    Returns
    -------
    ndarray of uint8, shape (280, 280)
        The ink image: paper 0, ink 255.
    """
    ink = np.zeros((CANVAS_SIZE_PX, CANVAS_SIZE_PX), np.uint8)
    # Sixteenths of a pixel, and pixel centres at whole numbers. A path of one point would not be drawn.
    paths = [np.round((stroke - 0.5) * 16).astype(np.int32) for stroke in strokes]
    paths = [path.repeat(2, axis=0) if len(path) == 1 else path for path in paths]
    cv2.polylines(ink, paths, False, 255, brush_px, cv2.LINE_AA, shift=4)
    return ink


def draw_at_random(strokes: Strokes, rng: np.random.Generator, max_slant: float = 0.0) -> Drawing:
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
    ink = draw_strokes([(stroke - low) * scale + corner for stroke in strokes], brush_px)
    return Drawing(ink, brush_px, size, slant)


def to_unit_box(strokes: Strokes) -> Strokes:
    """Move the middle of the character's box to (0, 0) and scale the box's longer side to 1.

    Parameters
    ----------
    strokes : list of ndarray of float, each (n, 2)
        Points, x right, y down, in any unit.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    # A dot has no extent; it stays one.
    scale = 1 / max(float((high - low).max()), 1e-6)
    return [((stroke - (low + high) / 2) * scale).astype(np.float32) for stroke in strokes]


def draw_small(strokes: Strokes, pen: float) -> np.ndarray:
    """Draw a character as the MNIST-style image that ``normalize_digit`` would make of it, in a tenth of the time.

    Parameters
    ----------
    strokes : list of ndarray, each (n, 2)
        Points, x right, y down, in any unit.
    pen : float
        The pen's width as a share of the longer side of all the ink, below 1.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        Paper 0, ink 255.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    side = BOX_SIZE_PX * DRAW_SMALL_ZOOM
    pen_px = max(1, round(pen * side))
    scale = (side - pen_px) / max(float((high - low).max()), 1e-6)
    offset = (side - 1) / 2 - (low + high) / 2 * scale
    ends = np.cumsum([len(stroke) for stroke in strokes])[:-1]
    large = np.zeros((side, side), np.uint8)
    paths = np.split(np.round((points * scale + offset) * 16).astype(np.int32), ends)
    paths = [path.repeat(2, axis=0) if len(path) == 1 else path for path in paths]
    cv2.polylines(large, paths, False, 255, pen_px, cv2.LINE_8, shift=4)
    return centre_by_mass(fit_into_box(large))


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
