"""What the network that finds digits learns from: strips of writing, and which digit has its middle where.

Lengths without a unit are in heights of a digit, as in `model.numbers.compose`.
"""

from itertools import pairwise

import cv2
import keras
import numpy as np

from model.data.by_rule.habits import add_habit
from model.data.distortions import distort_strokes
from model.data.examples import Pool
from model.data.lines import curve
from model.data.mnist import to_unit_range
from model.litert import NO_DIGIT
from model.numbers.compose import Line, extent, with_marks, write_line
from model.numbers.locate import BLANK, COLUMN_PX, HEIGHT_PX
from model.options import Options

WIDTH_PX = 256
COLUMNS = WIDTH_PX // COLUMN_PX
UNASKED = 255  # nothing is asked of the network where a strip's end cuts a line
ZOOM = 3  # strips are drawn so much larger, then made smaller, as pictures are
INK_HEIGHT_RANGE_PX = (20, 29)  # from a line's highest ink to its lowest
PEN_RANGE = (0.02, 0.2)
# Where a line's digits come from, and by how much each is distorted; the line's own slant comes on top.
SHARES = {"pens": 0.6, "redrawn": 0.2, "written": 0.2}
STRENGTH = 0.4
MAX_DIGITS = 10
SINGLE, SAME_AGAIN, WITH_OTHERS, WITH_MARKS, WITH_LIGATURES = 0.2, 0.1, 0.12, 0.15, 0.1  # shares of the lines
OTHERS, MARKS, LIGATURES = 0.4, 0.3, 0.7  # in such a line, of its characters, or of the places between them
LONGEST_LIGATURE = 0.7
# How near digits come to each other, and the shares of the lines.
SPACINGS = {"overlapping": 0.38, "near": 0.27, "apart": 0.25, "wide": 0.1}


def random_gap(spacing: str, pen: float, rng: np.random.Generator) -> float:
    """Choose how much paper is left between two digits; below 0 they overlap."""
    overlapping = -1.1 * pen - 0.06, 0.3 * pen
    ranges = {"overlapping": overlapping, "near": (0, 0.15), "apart": (0.1, 0.6), "wide": (0.5, 2)}
    return float(rng.uniform(*ranges[spacing]))


class Writing:
    """Lines of digits to learn from, with other characters and marks among them.

    Parameters
    ----------
    pools : dict of str to Pool
        Characters, as `model.data.examples.make_sources` makes them.
    writers : ndarray of str, optional
        Who wrote each of the pool ``pens``: a line of them is by one writer.
    """

    def __init__(self, pools: dict[str, Pool], writers: np.ndarray | None = None):
        self.pools = pools
        self.writers = None if writers is None else np.unique(writers, return_inverse=True)[1]
        self.sources = [source for source in SHARES if source in pools]
        shares = np.array([SHARES[source] for source in self.sources])
        self.shares = shares / shares.sum()

    def choose(self, source: str, n: int, rng: np.random.Generator) -> np.ndarray:
        """Choose characters of a pool, int (n,): of the pens all by one writer."""
        chosen = rng.integers(len(self.pools[source].labels), size=n)
        if source == "pens" and self.writers is not None:
            chosen = rng.choice(np.flatnonzero(self.writers == self.writers[chosen[0]]), n)
        return chosen

    def write(self, rng: np.random.Generator) -> tuple[Line, np.ndarray]:
        """Write a line; return it with the class of each of its characters: a digit, 10 (no digit), or `BLANK`."""
        n = 1 if rng.random() < SINGLE else int(rng.integers(2, MAX_DIGITS + 1))
        source = str(rng.choice(self.sources, p=self.shares))
        pool = self.pools[source]
        chosen = self.choose(source, n, rng)
        if rng.random() < SAME_AGAIN:  # 00 and 11
            chosen[rng.random(n) < 0.6] = chosen[0]
        labels, characters = pool.labels[chosen], [pool.strokes[index] for index in chosen]
        if source != "written":  # those have habits already
            characters = [add_habit(label, strokes, rng) for label, strokes in zip(labels, characters, strict=True)]
        if rng.random() < WITH_OTHERS:
            others = self.pools["no digit"].strokes
            for place in np.flatnonzero(rng.random(n) < OTHERS):
                characters[place], labels[place] = others[rng.integers(len(others))], NO_DIGIT
        characters = distort_strokes(characters, rng, STRENGTH)
        pen = float(np.exp(rng.uniform(*np.log(PEN_RANGE))))
        spacing = str(rng.choice([*SPACINGS], p=[*SPACINGS.values()]))
        line = write_line(characters, [random_gap(spacing, pen, rng) for _ in characters], pen, rng)
        kind = rng.random()
        if kind < WITH_MARKS:
            return with_marks(line, labels, MARKS, rng)
        return _with_ligatures(line, labels, rng) if kind < WITH_MARKS + WITH_LIGATURES else (line, labels)


def _with_ligatures(line: Line, labels: np.ndarray, rng: np.random.Generator) -> tuple[Line, np.ndarray]:
    """Leave the pen on the paper between some characters, as in a hasty 00."""
    ligatures = []
    for before, after in pairwise(line.characters):
        start, end = before[-1][-1], after[0][0]
        length = np.hypot(*(end - start))
        if length < LONGEST_LIGATURE and rng.random() < LIGATURES:
            sag = (0, rng.uniform(-0.1, 0.3) * length)
            ligatures.append([curve([start, (start + end) / 2 + sag, end], rng, 0.01)])
    return Line([*line.characters, *ligatures], line.pen), np.append(labels, [BLANK] * len(ligatures)).astype(int)


def draw_line(line: Line, height_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw a line so high that its ink, made `ZOOM` times smaller, has that height.

    Returns
    -------
    ink : ndarray of uint8, shape (height, width)
        Paper 0, ink 255.
    middles : ndarray of float, shape (n,)
        Where each character has its middle, in pixels of `ink` from the left.
    """
    low, high = extent([stroke for strokes in line.characters for stroke in strokes])
    scale = height_px * ZOOM / (high[1] - low[1] + line.pen)
    pen_px = max(1, round(line.pen * scale))
    width, height = np.ceil((high - low) * scale + pen_px).astype(int) + 1
    ink = np.zeros((height, width), np.uint8)
    middles = []
    for strokes in line.characters:
        paths = [np.round(((stroke - low) * scale + pen_px / 2) * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(ink, [path.repeat(2, axis=0) for path in paths], False, 255, pen_px, cv2.LINE_8, shift=4)
        left, right = extent(strokes)
        middles.append(((left + right)[0] / 2 - low[0]) * scale + pen_px / 2)
    return ink, np.array(middles)


def make_strip(writing: Writing, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Fill a strip with lines of writing, one after the other.

    Returns
    -------
    strip : ndarray of uint8, shape (32, 256)
        Paper 0, ink up to 255.
    classes : ndarray of uint8, shape (128,)
        For each column which digit has its middle there; 10 for what is no digit, 11 (`BLANK`) for nothing, and 255
        (`UNASKED`) where nothing is asked.
    """
    large = np.zeros((HEIGHT_PX * ZOOM, WIDTH_PX * ZOOM), np.uint8)
    classes = np.full(COLUMNS, BLANK, np.uint8)
    x = rng.uniform(1, 12)
    while x < WIDTH_PX - 24:
        line, labels = writing.write(rng)
        height = rng.uniform(*INK_HEIGHT_RANGE_PX)
        ink, middles = draw_line(line, height)
        top = round(np.clip(rng.normal((HEIGHT_PX - height) / 2, 1), 0, HEIGHT_PX - height) * ZOOM)
        part = large[top : top + len(ink), round(x * ZOOM) : round(x * ZOOM) + ink.shape[1]]
        np.maximum(part, ink[: len(part), : part.shape[1]], out=part)
        columns = ((x + middles / ZOOM) / COLUMN_PX).astype(int)
        shown = (labels != BLANK) & (columns < COLUMNS)
        classes[columns[shown]] = labels[shown]
        x += ink.shape[1] / ZOOM
        if x > WIDTH_PX:
            classes[-10:] = UNASKED
        x += rng.uniform(10, 40) if rng.random() < 0.7 else rng.uniform(40, 120)
    strip = cv2.resize(_spoil(large, rng), (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return _soften(strip, rng), classes


def _spoil(large: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw into a quarter of the strips what else is on paper; make some rough, as scans of it are."""
    height, width = large.shape
    x, y = rng.integers(0, width, 8).tolist(), rng.integers(0, height, 8).tolist()
    kind = rng.random()
    if kind < 0.08:  # what is left of a ruled line
        for start, length in zip(x, rng.integers(5, 200, 8).tolist(), strict=True):
            cv2.line(large, (start, y[0]), (start + length, y[0]), int(rng.integers(60, 256)), int(rng.integers(1, 4)))
    elif kind < 0.16:  # bits of the lines above and below
        edge = 0 if rng.random() < 0.5 else height - 1
        for centre in x:
            radii, angle = rng.integers(3, 16, 2).tolist(), float(rng.uniform(0, 180))
            cv2.ellipse(large, (centre, edge), radii, angle, 0, 360, 255, int(rng.integers(2, 6)))
    elif kind < 0.24:  # specks
        for centre in zip(x, y, strict=True):
            cv2.circle(large, centre, int(rng.integers(1, 4)), int(rng.integers(80, 256)), cv2.FILLED)
    if rng.random() < 0.12:
        grain = cv2.resize(rng.normal(0, 60, (height // 2, width // 2)), (width, height))
        large = np.where(cv2.GaussianBlur(large, (0, 0), 2) + grain > 110, 255, 0).astype(np.uint8)
    return large


def _soften(strip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Make a quarter of the strips fainter and another quarter softer, as pencils and cameras do."""
    kind = rng.integers(4)
    if kind == 0:
        return (strip * rng.uniform(0.5, 1)).astype(np.uint8)
    return cv2.GaussianBlur(strip, (5, 5), rng.uniform(0.3, 0.9)) if kind == 1 else strip


class Strips(keras.utils.PyDataset):
    """The batches of an epoch, which are new in each; the same seed gives the same batches.

    A batch is ``(n, 32, 256, 1) float32`` strips in [0, 1] and ``(n, 128) uint8`` classes (see `make_strip`).

    Parameters
    ----------
    writing : Writing
        What the strips show.
    options : Options
        The strips of an epoch (``images``) and of a batch, and the seed.

    Attributes
    ----------
    epoch : int
        The present epoch, from 1. `model.training.fit` sets it.
    """

    def __init__(self, writing: Writing, options: Options):
        super().__init__()
        self.writing, self.batch_size, self.seed = writing, options.batch_size, options.seed
        self.batches = options.images // options.batch_size
        self.epoch = 1

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng((self.seed, self.epoch, index))
        strips, classes = zip(*(make_strip(self.writing, rng) for _ in range(self.batch_size)), strict=True)
        return to_unit_range(np.stack(strips))[..., np.newaxis], np.stack(classes)
