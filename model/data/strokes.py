"""Characters as people wrote them with a pen on a tablet: their file, and which of them serve for what.

python -m model.data.strokes UNPACKED_UNIPEN OUT.npz    # make a file of pen strokes from the public UNIPEN archive
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

import numpy as np

from model.data.drawing import Strokes
from model.data.unipen import convert_unipen
from utils.files import load_arrays

# Letters and symbols that nobody takes for a digit. Left out as too like one: B(8) C(0, 6) D(0) G(6) I(1) J(1, 3) O(0)
# Q(0) S(5) U(0) Y(4, 9) Z(2) &(4, 8) >(7) {}()/|!,'`.(1, 3 or a dot).
CLEAR_LETTERS = [*'AEFHKLMNPRTVWX@#%*+="<^~-_:;?$[]']
# What this laboratory labelled @ is none: mostly the line or dot between two letters, and many look like a 1.
LIGATURES = "kai", "@"
VALIDATION_WRITERS, TEST_WRITERS = 0.1, 0.1  # shares of each site's writers
UNREADABLE = Path(__file__).parent / "unreadable.csv"
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
        Pen strokes of all sites.

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

    Of digits these are what nobody reads as their label; of clear letters and symbols, what anybody reads as a digit.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    with UNREADABLE.open(encoding="utf-8", newline="") as file:
        listed = {(int(row["place"]), row["label"], row["writer"]) for row in csv.DictReader(file)}
    # The label and the writer too: another file may have another order.
    keys = zip(characters.places.tolist(), characters.labels.tolist(), characters.writers.tolist(), strict=True)
    return np.array([key in listed for key in keys], bool)


def select_readable(characters: Characters) -> Characters:
    """Return the characters that somebody can read as their label: see `is_unreadable`."""
    return characters.select(np.flatnonzero(~is_unreadable(characters)))


def select_clear_letters(characters: Characters) -> Characters:
    """Return the characters that nobody takes for a digit."""
    site, label = LIGATURES
    ligatures = (characters.sites == site) & (characters.labels == label)
    return characters.select(np.flatnonzero(np.isin(characters.labels, CLEAR_LETTERS) & ~ligatures))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m model.data.strokes", description="Make a file of pen strokes from the public UNIPEN archive."
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
