"""Reading pen strokes in the UNIPEN 1.0 format.

Its source: Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", ICPR 1994.

What is understood: ``.INCLUDE file``, ``.COORD X Y …`` (which column is which), ``.WRITER_ID name``, ``.PEN_DOWN`` and
``.PEN_UP`` with their lines of coordinates, and ``.SEGMENT CHARACTER 260-261 ? "0"``. Components are numbered from 0;
a pen-up without coordinates has no number. A delineation is ``7``, ``3-5``, ``3:10-5:20`` (from point 10 of component 3
up to point 20 of component 5), or several with commas. In UNIPEN, y points up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_SEGMENT = re.compile(r'\.SEGMENT\s+CHARACTER\s+(?P<where>[\d:,\-]+)\s+\S+\s+"(?P<label>(?:\\.|[^"\\])*)"')
_RANGE = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")


class UnipenError(ValueError):
    """A file is not as the format says. The message begins with file and line."""


@dataclass
class Component:
    """One movement of the pen, down on the paper or up in the air."""

    pen_down: bool
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Segment:
    """A character: what it is, where its strokes are, and where it was said (for errors)."""

    label: str
    where: str
    said_at: str


def read_characters(path: Path, root: Path) -> Iterator[tuple[str, str, list[np.ndarray]]]:
    """Read the characters of one data file.

    Parameters
    ----------
    path : Path
    root : Path
        The unpacked archive: included files are looked for beside `path`, in `root`, and in its folder ``include``.

    Yields
    ------
    label : str
    writer : str
        The name in ``.WRITER_ID``, or the file's.
    strokes : list of ndarray of float32, each (n, 2)
        Points, x right, y **down**. Only where the pen was down; never empty.

    Raises
    ------
    UnipenError
        With file and line.
    """
    components: list[Component] = []
    segments: list[Segment] = []
    columns: tuple[int, int] | None = None
    writer = path.stem
    for line, at in _lines(path, root, including=()):
        if not line.startswith("."):
            if columns is None:
                raise UnipenError(
                    f"{at}: coordinates come before a .COORD line has said which column is x and which y."
                )
            if not components:
                raise UnipenError(f"{at}: coordinates come before .PEN_DOWN or .PEN_UP.")
            try:
                values = [float(value) for value in line.split()]
                components[-1].points.append((values[columns[0]], -values[columns[1]]))
            except (ValueError, IndexError) as error:
                raise UnipenError(f"{at}: {line!r} is no line of coordinates as .COORD announced.") from error
            continue
        keyword, _, rest = line.partition(" ")
        if keyword == ".COORD":
            names = rest.upper().split()
            if "X" not in names or "Y" not in names:
                raise UnipenError(f"{at}: .COORD names no X and Y: {rest!r}.")
            columns = names.index("X"), names.index("Y")
        elif keyword in (".PEN_DOWN", ".PEN_UP"):
            if components and not components[-1].pen_down and not components[-1].points:
                components.pop()
            components.append(Component(pen_down=keyword == ".PEN_DOWN"))
        elif keyword == ".WRITER_ID" and rest.strip():
            writer = rest.strip()
        elif match := _SEGMENT.match(line):
            segments.append(Segment(re.sub(r"\\(.)", r"\1", match["label"]), match["where"], at))
    for segment in segments:
        if strokes := _strokes(segment, components):
            yield segment.label, writer, strokes


def _lines(path: Path, root: Path, including: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """Go through a file and those it includes; give each line that holds something, and its file and number."""
    for number, line in enumerate(path.read_text(encoding="latin-1").splitlines(), start=1):
        line, at = line.strip(), f"{path}:{number}"
        if line.startswith(".INCLUDE"):
            name = line.removeprefix(".INCLUDE").strip()
            candidates = [folder / name for folder in (path.parent, root, root / "include")]
            included = next((candidate for candidate in candidates if candidate.is_file()), None)
            if included is None:
                raise UnipenError(f"{at}: the included file {name!r} is not there. Unpack the whole archive.")
            if included in (*including, path):
                raise UnipenError(f"{at}: {name!r} includes itself.")
            yield from _lines(included, root, (*including, path))
        elif line:
            yield line, at


def _strokes(segment: Segment, components: list[Component]) -> list[np.ndarray]:
    strokes = []
    for part in segment.where.split(","):
        match = _RANGE.fullmatch(part)
        if not match:
            raise UnipenError(f"{segment.said_at}: {segment.where!r} is no delineation such as 3-5 or 3:10-5:20.")
        first, first_point, last, last_point = (None if group is None else int(group) for group in match.groups())
        if last is None:
            last, last_point = first, first_point
        if last >= len(components):
            raise UnipenError(
                f"{segment.said_at}: component {last} is asked for, but there are only {len(components)}. "
                "Is the file cut off?"
            )
        for number in range(first, last + 1):
            start = first_point if number == first and first_point is not None else 0
            end = last_point + 1 if number == last and last_point is not None else None
            points = components[number].points[start:end]
            if components[number].pen_down and points:
                strokes.append(np.array(points, np.float32))
    return strokes


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
