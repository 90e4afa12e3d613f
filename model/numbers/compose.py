"""Lines of writing, composed of single characters as people set them beside each other.

All lengths are in heights of a digit: a digit is about 1 high.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.data.drawing import Strokes
from model.data.lines import curve
from model.litert import NO_DIGIT
from model.numbers.locate import BLANK

SIZE_RANGE = (0.8, 1.2)  # how unequal the characters of a line are
MAX_ASPECT = 1.2  # what is wider is written lower instead: a bare line that lies
MAX_DRIFT = 0.08  # a character stands above or below the line by at most this
MAX_SLANT = 0.35  # of a line's characters together: x moves by so much for each y
MAX_SLOPE = 0.04  # of the line
ROW = 0.04  # how finely distances are measured
HARMLESS_MARKS = ".,"  # left in a digit's ink they do no harm; other marks have to be cut off


@dataclass(frozen=True)
class Line:
    """A line of writing: strokes, not yet drawn.

    Attributes
    ----------
    characters : list of list of ndarray, each (n, 2)
        The strokes of each character from left to right; x right, y down; the line is at about y = 0.
    pen : float
        How wide the strokes are.
    """

    characters: list[Strokes]
    pen: float


def write_line(characters: Sequence[Strokes], gaps: Sequence[float], pen: float, rng: np.random.Generator) -> Line:
    """Write characters beside each other: with one pen and one slant; each has its size, and the line drifts.

    Parameters
    ----------
    characters : sequence of list of ndarray, each (n, 2)
        The strokes of each, in any unit, x right, y down.
    gaps : sequence of float
        How much paper is left between the ink of a character and that before it. Below 0 they overlap: at -`pen` their
        centre lines touch, and below that they cross. The first gap is ignored.
    pen : float
        How wide the strokes are.
    rng : numpy.random.Generator
    """
    slant, slope = rng.uniform(-MAX_SLANT, MAX_SLANT), rng.uniform(-MAX_SLOPE, MAX_SLOPE)
    shear = np.array([[1, 0], [-slant, 1]])
    placed: list[Strokes] = []
    for strokes, gap in zip(characters, gaps, strict=True):
        strokes = _sized(strokes, rng.uniform(*SIZE_RANGE) - pen)
        drift = rng.uniform(-MAX_DRIFT, MAX_DRIFT)
        strokes = [stroke @ shear + (0, drift) for stroke in strokes]
        x = _beside(placed[-1], strokes, pen + gap) if placed else 0.0
        placed.append([stroke + (x, 0) for stroke in strokes])
    return Line([[stroke + stroke[:, :1] * (0, slope) for stroke in strokes] for strokes in placed], pen)


def draw_mark(rng: np.random.Generator) -> tuple[str, Strokes]:
    """Choose a mark as it stands in numbers, and draw it beside digits that stand on y = 0."""
    width, middle = rng.uniform(0.15, 0.6), rng.uniform(-0.6, -0.35)
    high, low = rng.uniform(-1.3, -0.8), rng.uniform(-0.05, 0.3)
    belly, lean = rng.uniform(0.12, 0.35), rng.uniform(0.4, 0.9)
    left = [(0, high), (-belly, high * 0.7 + low * 0.3), (-belly, high * 0.3 + low * 0.7), (0, low)]
    dash = [(0, middle), (width, middle)]
    marks = {
        ".": [[(0, 0), (0.02, 0.02)]],
        ",": [[(0, -0.03), (0.01, 0.06), (-0.06, 0.2)]],
        "-": [dash],
        ":": [[(0, -0.2), (0.01, -0.19)], [(0, -0.7), (0.01, -0.69)]],
        "(": [left],
        ")": [[(-x, y) for x, y in left]],
        "/": [[(0, low), (lean, high)]],
        "+": [dash, [(width / 2, middle - width / 2), (width / 2, middle + width / 2)]],
        "=": [dash, [(0, middle + 0.2), (width, middle + 0.2)]],
    }
    mark = str(rng.choice([*marks]))
    return mark, [curve(points, rng, 0.01) for points in marks[mark]]


def with_marks(line: Line, labels: np.ndarray, share: float, rng: np.random.Generator) -> tuple[Line, np.ndarray]:
    """Put marks into a share of the places before, between and after the characters.

    Returns
    -------
    line : Line
        The characters and marks from left to right.
    labels : ndarray of int, shape (n,)
        Those of the characters, 10 (no digit) for marks, and 11 (`BLANK`) for `HARMLESS_MARKS`.
    """
    characters: list[Strokes] = []
    classes: list[int] = []
    shift = 0.0
    (x, _), (_, bottom) = extent(line.characters[0])
    for strokes, label in zip([None, *line.characters], [None, *labels], strict=True):
        if strokes:  # else it is the place before the first
            characters.append([stroke + (shift, 0) for stroke in strokes])
            classes.append(label)
            _, (x, bottom) = extent(characters[-1])
        if rng.random() < share:
            mark, drawn = draw_mark(rng)
            (left, _), (right, _) = extent(drawn)
            before, after = line.pen + rng.uniform(0.02, 0.2, 2)
            characters.append([stroke + (x + before - left, bottom) for stroke in drawn])
            classes.append(BLANK if mark in HARMLESS_MARKS else NO_DIGIT)
            shift += before + right - left + after
    return Line(characters, line.pen), np.array(classes)


def extent(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest x and y."""
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def _sized(strokes: Strokes, height: float) -> Strokes:
    """Scale to the height, and place the box's lower left corner at (0, 0)."""
    low, high = extent(strokes)
    (width, tall), corner = high - low, (low[0], high[1])
    scale = height / max(tall, width / MAX_ASPECT, 1e-6)
    return [(stroke - corner) * scale for stroke in strokes]


def _beside(before: Strokes, strokes: Strokes, distance: float) -> float:
    """Find how far to the right strokes go: so that their centre lines come this near to those before."""
    old, new = _dense(before), _dense(strokes)
    reach = int(max(distance, 0) / ROW)
    top = min(old[:, 1].min(), new[:, 1].min()) - reach * ROW
    rows = int((max(old[:, 1].max(), new[:, 1].max()) - top) / ROW) + reach + 1
    right, left = np.full(rows, -np.inf), np.full(rows, np.inf)
    np.maximum.at(right, ((old[:, 1] - top) / ROW).astype(int), old[:, 0])
    np.minimum.at(left, ((new[:, 1] - top) / ROW).astype(int), new[:, 0])
    # No point is within the circle around another.
    farthest = max(
        (right[max(0, -up) : rows - max(0, up)] - left[max(0, up) : rows + min(0, up)]).max()
        + np.sqrt(max(distance, 0) ** 2 - (up * ROW) ** 2)
        for up in range(-reach, reach + 1)
    ) + min(distance, 0)
    # It stays on the right of the middle of the one before, however far that one hangs over.
    least = (old[:, 0].min() + old[:, 0].max()) / 2 - new[:, 0].min()
    return float(max(farthest, least))


def _dense(strokes: Strokes) -> np.ndarray:
    """Put points on paths so densely that no row is left out."""
    parts = []
    for stroke in strokes:
        steps = np.hypot(*np.diff(stroke, axis=0).T)
        along = np.concatenate([[0], np.cumsum(steps)])
        at = np.linspace(0, along[-1], int(along[-1] / ROW * 1.5) + 2)
        parts.append(np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], axis=1))
    return np.concatenate(parts)
