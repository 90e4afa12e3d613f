"""Erase the many lines of a photographed page from an ink image: of tables, printed grids, ruled and squared paper.

`ruled_paper` is for a digit on ruled paper, whose lines go from side to side of the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from utils.paper.ruled_paper import MIN_INK, MIN_SIDE_PX, Rule, best_paths, find_ridges, measure, powers, rows_around
from utils.preprocess import INK_LEVEL

# Lines are looked for in a small copy of the picture: in strips of about so many columns, but at least so many strips,
# at most so many rows high.
STRIP_PX = 8
MIN_STRIPS = 32
MAX_ROWS = 800
# A line is as thin, and has as much ink, as a rule of `ruled_paper`. Besides:
HIDING_INK = 32  # so much ink, of 255, may hide it
MAX_SLOPE = 0.35  # it climbs no more than this (19°)
MAX_OFF_ROWS = 1.0  # it lies within so many of the copy's rows of a parabola
MIN_LENGTH = 0.25  # it is seen over this share of the picture's width
# What a path gains in a strip where the line is seen, what it loses where other ink hides it and where there is only
# paper, and for each row up or down.
GAIN, LOSS_HIDDEN, LOSS, TURN_COST = 8, 1, 12, 2
MAX_PATHS = 400
# A line goes from side to side if it comes so near to both, as a share of the picture's width.
NEAR_SIDE = 0.1
# A line has at most so many times the thickness and the ink of one that is like it.
LIKENESS = 1.5
# Lines in a grid cross at least so many others, or this share of all. They cross also where one ends so near another,
# because thick lines hide the ends of thin ones.
MIN_CROSSED = 4
CROSSED_SHARE = 0.8
NEAR_PX = 3 * STRIP_PX
# Lines beside each other, as on ruled paper, are at least so many.
MIN_ALIKE = 4
# What is left of a line so near to it is its soft edge.
SOFT_EDGE_PX = 2
# Lines shorter than this share of the median are taken for parts of lines that are hidden, if others tell where.
LONG_SHARE = 0.9
# Evenly spaced lines are so by this share of their distance. Their places are compared in the middle of the picture.
MAX_UNEVEN = 0.15
MIDDLE = np.array([0.25, 0.5, 1])


@dataclass(frozen=True, eq=False)
class _Line(Rule):
    """A line that is nearly level, and may begin and end anywhere. Nearly upright ones are of the transposed picture.

    Attributes
    ----------
    start : int
        The column where it begins, and its rows with it.
    side_to_side : bool
        Whether it goes from one side of the picture to the other.
    """

    start: int
    side_to_side: bool

    @property
    def end(self) -> int:
        """One past its last column."""
        return self.start + len(self.rows)

    def row_at(self, column: int) -> int:
        """Return its row in a column, or at the end that is nearest to it."""
        return int(self.rows[min(max(column - self.start, 0), len(self.rows) - 1)])

    def is_near(self, column: int) -> bool:
        """Say whether it comes near a column."""
        return self.start - NEAR_PX <= column < self.end + NEAR_PX

    def places(self, height: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows and the columns of its pixels, int (2 reach + 1, length) each."""
        rows = rows_around(self.rows, self.reach, height)
        return rows, np.broadcast_to(np.arange(self.start, self.end), rows.shape)


def without_grid(ink: np.ndarray) -> np.ndarray:
    """Erase the lines of grids and of ruled paper; the digits stay whole.

    A line is thin, straight or a little bent, level or upright within 19°, and at least a quarter as long as the
    picture. It crosses many others, or lies beside others of its kind.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image without lines; `ink` itself if it has none.
    """
    if min(ink.shape) < MIN_SIDE_PX:
        return ink
    families = _which_are_many(_find_lines(ink), _find_lines(ink.T))
    lines = [line for lines in families for line in lines]
    if not lines:
        return ink
    return _without_rests(*_erase(ink, families), widest=2 * max(line.reach for line in lines) + 1)


def _find_lines(ink: np.ndarray) -> list[_Line]:
    """Find thin lines that are nearly level; those of the transposed picture are nearly upright."""
    height, width = ink.shape
    strips, rows = max(MIN_STRIPS, width // STRIP_PX), height // -(-height // MAX_ROWS)
    small, ridge = find_ridges(ink, strips, rows)
    if ridge.any(axis=1).mean() < MIN_LENGTH:
        return []
    step = int(np.ceil(MAX_SLOPE * width / strips * rows / height))
    strip_powers = powers(np.arange(strips), strips)
    found: list[tuple[int, int, np.ndarray]] = []  # first strip, the one behind the last, parabola in rows
    gains = np.where(ridge, GAIN, np.where(small >= HIDING_INK, -LOSS_HIDDEN, -LOSS)).astype(np.int16)
    for path in _follow(gains, step):
        first, end, curve = _fit(path, gains, strip_powers)
        on_strips = strip_powers[first:end] @ curve
        # Several paths lead along the same line.
        if end - first >= MIN_LENGTH * strips and not any(
            min(end, other_end) - max(first, other_first) > (end - first) / 2
            and np.abs(strip_powers[first:end] @ other - on_strips).mean() <= 3
            for other_first, other_end, other in found
        ):
            found.append((first, end, curve))
    lines = []
    for first, end, curve in _with_hidden(found):
        columns = np.arange(
            max(round(first * width / strips) - STRIP_PX, 0), min(round(end * width / strips) + STRIP_PX, width)
        )
        rows_there = (powers(columns, width) @ curve + 0.5) * height / rows - 0.5
        side_to_side = first <= NEAR_SIDE * strips and end >= (1 - NEAR_SIDE) * strips
        lines.append(_measure(ink, int(columns[0]), rows_there.round().astype(int), side_to_side))
    return lines


def _with_hidden(found: list[tuple[int, int, np.ndarray]]) -> list[tuple[int, int, np.ndarray]]:
    """Add lines that digits hide, wholly or partly: where lines lie evenly, but for a gap.

    Each is its first strip, the one behind its last, and its parabola.
    """
    least = LONG_SHARE * float(np.median([end - first for first, end, _ in found] or [0]))
    long = [(first, end, curve) for first, end, curve in found if end - first >= least]
    if len(long) < MIN_ALIKE:
        return found
    long.sort(key=lambda line: float(MIDDLE @ line[2]))
    gaps = np.diff([float(MIDDLE @ curve) for _, _, curve in long])
    spacing = float(np.median(gaps))
    hidden = []
    for (first, end, above), (other_first, other_end, below), gap in zip(long, long[1:], gaps, strict=False):
        steps = round(gap / spacing)
        if abs(gap / spacing - steps) <= MAX_UNEVEN * steps:
            hidden += [
                (min(first, other_first), max(end, other_end), above + (below - above) * step / steps)
                for step in range(1, steps)
            ]
    whole = long + hidden
    short = [(first, end, curve) for first, end, curve in found if end - first < least]
    places = np.array([float(MIDDLE @ curve) for _, _, curve in whole])
    return whole + [line for line in short if np.abs(places - float(MIDDLE @ line[2])).min() > spacing / 4]


def _follow(gains: np.ndarray, step: int) -> np.ndarray:
    """Find the paths from strip to strip along ridges, the longest first: int (n, strips), rows, −1 where it is not."""
    strips, rows = gains.shape
    best = best_paths(gains, step, TURN_COST)
    gained = np.ascontiguousarray(best[:, step : step + rows])
    around = np.ones((strips // 12 | 1, 5))  # a few ends of each line are enough
    peaks = (gains == GAIN) & (gained >= GAIN * MIN_LENGTH * strips * 0.7) & (gained == cv2.dilate(gained, around))
    last_strips, last_rows = np.nonzero(peaks)
    order = np.argsort(-gained[last_strips, last_rows], kind="stable")[:MAX_PATHS]
    last_strips, last_rows = last_strips[order], last_rows[order]
    paths = np.full((len(order), strips), -1)
    paths[np.arange(len(order)), last_strips] = last_rows
    shifts = np.array(sorted(range(-step, step + 1), key=abs))
    for strip in range(strips - 1, 0, -1):
        # Those that are here, and did not begin here.
        going = np.flatnonzero(paths[:, strip] >= 0)
        here = paths[going, strip]
        on = gained[strip, here] > gains[strip, here].clip(0)
        going, here = going[on], here[on]
        choice = (best[strip - 1].take(np.add.outer(here, shifts + step)) - TURN_COST * np.abs(shifts)).argmax(axis=1)
        paths[going, strip - 1] = here + shifts[choice]
    return paths


def _fit(path: np.ndarray, gains: np.ndarray, on_strips: np.ndarray) -> tuple[int, int, np.ndarray]:
    """Fit a parabola to a path; return the first strip where it is seen, the one behind the last, and the curve."""
    strips = np.flatnonzero(path >= 0)
    rows, on_strips = path[strips], on_strips[strips]
    seen = gains[strips, rows] == GAIN
    on_line, curve = seen, np.zeros(3)
    for off in (8, 4, 2, 1, 1):  # what lies farther off the line is a digit's, and does not count in the next fit
        if np.count_nonzero(on_line) < 3:
            return 0, 0, curve
        curve = np.linalg.lstsq(on_strips[on_line], rows[on_line], rcond=None)[0]
        on_line = seen & (np.abs(on_strips @ curve - rows) <= off * MAX_OFF_ROWS)
    # The stretch where it is seen most: an end may belong to something else.
    total = np.concatenate([[0], np.cumsum(np.where(seen & ~on_line, -LOSS, gains[strips, rows]))])
    end = int((total - np.minimum.accumulate(total)).argmax())
    first = int(total[: end + 1].argmin())
    return int(strips[0]) + first, int(strips[0]) + end, curve


def _measure(ink: np.ndarray, start: int, rows: np.ndarray, side_to_side: bool) -> _Line:
    reach, thickness, level, darkest = measure(ink[:, start:], rows, MAX_ROWS)
    return _Line(rows, int(reach), float(thickness), float(level), float(darkest), start, side_to_side)


def _which_are_many(level: list[_Line], upright: list[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Choose the lines that cross many others, or lie beside others of their kind."""
    crossed = np.array([_cross(one, other) for one in level for other in upright], int)
    crossed = crossed.reshape(len(level), len(upright))
    chosen = []
    for lines, others, counts in ((level, upright, crossed.sum(axis=1)), (upright, level, crossed.sum(axis=0))):
        alike = np.array([sum(_alike(one, other) for other in lines) for one in lines], int)  # each is like itself
        many = (counts >= MIN_CROSSED) & ((counts >= CROSSED_SHARE * len(others)) | (alike >= MIN_ALIKE - 1))
        # Uprights that cross nothing may be ones: 1111.
        many |= (alike >= MIN_ALIKE) & np.array([line.side_to_side or lines is level for line in lines], bool)
        chosen.append([line for line, is_one in zip(lines, many, strict=True) if is_one])
    return chosen[0], chosen[1]


def _cross(level: _Line, upright: _Line) -> bool:
    """Say whether two lines cross each other, or nearly."""
    row = level.row_at((level.start + level.end) // 2)
    for _ in range(3):  # each line is nearly straight, so that this comes close to where they cross
        column = upright.row_at(row)
        row = level.row_at(column)
    return upright.is_near(row) and level.is_near(column)


def _alike(one: _Line, other: _Line) -> bool:
    """Say whether two lines are about as thick, dark and long."""
    pairs = (one.thickness, other.thickness), (one.level, other.level), (len(one.rows), len(other.rows))
    return all(max(pair) <= LIKENESS * min(pair) + 1 for pair in pairs)


def _erase(ink: np.ndarray, families: tuple[list[_Line], list[_Line]]) -> tuple[np.ndarray, np.ndarray]:
    """Erase the level and the upright lines, but not the strokes that cross or touch them.

    Returns
    -------
    erased : ndarray of uint8, shape (height, width)
        The ink image without lines.
    under : ndarray of uint8, shape (height, width)
        1 where a line was.
    """
    erased, level, upright = ink.copy(), np.zeros(ink.shape, np.uint8), np.zeros(ink.shape, np.uint8)
    # Views: what is written into the transposed arrays is written into the arrays.
    views = [(ink, erased, level), (ink.T, erased.T, upright.T)]
    for lines, (before, after, under) in zip(families, views, strict=True):
        for line in lines:
            places = line.places(len(before))
            after[places] = np.where(before[places] > line.darkest, after[places], 0)
            under[places] = 1
    erased[(level & upright) > 0] = 0  # where two lines cross, they are darker than one
    # Put back the strokes that cross or touch a line.
    left = (erased >= 2 * INK_LEVEL).view(np.uint8)
    for lines, (before, after, _), strokes in zip(families, views, (left, left.T), strict=True):
        for line in lines:
            columns = np.arange(line.start, line.end)
            # What touches the line from above or below goes on to its middle; what is left of its soft edges does not.
            beside = rows_around(line.rows, line.reach + SOFT_EDGE_PX, len(before))[[0, -1]]
            touching = cv2.dilate(strokes[beside, columns], np.ones((1, 2 * (line.reach // 2) + 1), np.uint8)) > 0
            near = np.repeat(touching, line.reach + 1, axis=0)
            near = np.delete(near, line.reach, axis=0)
            near[line.reach] |= touching[0]
            places = line.places(len(before))
            after[places] = np.where(near, before[places], after[places])
    return erased, level | upright


def _without_rests(erased: np.ndarray, under: np.ndarray, widest: int) -> np.ndarray:
    """Erase patches of ink that lie mostly where lines were, and are no wider than the widest line."""
    count, patches, boxes, _ = cv2.connectedComponentsWithStats((erased >= MIN_INK).view(np.uint8))
    near = cv2.dilate(under, np.ones((5, 5), np.uint8)) > 0  # soft edges of lines may reach farther
    on_lines = np.bincount(patches.ravel(), near.ravel(), count)
    # On densely squared paper, much of any digit lies near lines.
    rests = on_lines > (1 + near.mean()) / 2 * boxes[:, cv2.CC_STAT_AREA]
    rests &= boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].min(axis=1) <= widest
    rests[0] = False
    return np.where(rests[patches], 0, erased).astype(np.uint8)
