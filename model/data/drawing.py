"""Drawing strokes with a round brush: on the canvas, as people do on the page, and small, for training."""

from dataclasses import dataclass

import cv2
import numpy as np

from utils.preprocess import BOX_SIZE_PX, centre_by_mass, fit_into_box

Strokes = list[np.ndarray]  # each (n, 2): points, x right, y down

CANVAS_SIZE_PX = 280
BRUSH_RANGE_PX = (6, 30)  # on this canvas; as shares of it, about what the page's slider offers
SIZE_RANGE = (1 / 3, 0.95)  # of the canvas' side
DRAW_SMALL_ZOOM = 6  # a larger zoom comes no nearer to what normalize_digit makes


@dataclass(frozen=True)
class Drawing:
    """A drawing on the canvas, and how it was made.

    Attributes
    ----------
    ink : ndarray of uint8, shape (280, 280)
        The ink image: paper 0, ink 255.
    brush_px : int
        The brush's diameter.
    size : float
        The drawing's longer side, as a share of the canvas' side.
    slant : float
        x moves by so much for each y.
    """

    ink: np.ndarray
    brush_px: int
    size: float
    slant: float


def draw_strokes(
    strokes: Strokes, brush_px: int, size: tuple[int, int] = (CANVAS_SIZE_PX, CANVAS_SIZE_PX)
) -> np.ndarray:
    """Draw strokes on the canvas with a round brush.

    Parameters
    ----------
    strokes : list of ndarray, each (n, 2)
        Points in the canvas' pixels, x right, y down, from its corner.
    brush_px : int
        The brush's diameter.
    size : tuple of int
        The canvas' width and height.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink 255.
    """
    ink = np.zeros(size[::-1], np.uint8)
    # OpenCV takes sixteenths of a pixel, and has pixel centres at whole numbers. It does not draw a path of one point.
    paths = [np.round((stroke - 0.5) * 16).astype(np.int32) for stroke in strokes]
    paths = [path.repeat(2, axis=0) if len(path) == 1 else path for path in paths]
    cv2.polylines(ink, paths, False, 255, brush_px, cv2.LINE_AA, shift=4)
    return ink


def draw_at_random(strokes: Strokes, rng: np.random.Generator, max_slant: float = 0.0) -> Drawing:
    """Draw a character on the canvas with a round brush, in any place, size and stroke width that people choose.

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
    # A dot has no extent, and stays a dot.
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
    # A dot has no extent, and stays a dot.
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
