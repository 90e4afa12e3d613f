"""Ten digits of our own as pen strokes, and a brush to draw them with: the tests need no data set for these."""

import cv2
import numpy as np

# Control points of each stroke in a unit square, x right, y down. Corner cutting makes them round.
STROKES: dict[int, list[list[tuple[float, float]]]] = {
    0: [[(0.5, 0), (0.1, 0.08), (0, 0.5), (0.12, 0.95), (0.5, 1), (0.85, 0.92), (0.95, 0.5), (0.85, 0.06), (0.46, 0)]],
    1: [[(0.28, 0.22), (0.5, 0), (0.5, 1)]],
    2: [[(0.08, 0.25), (0.15, 0), (0.75, -0.04), (0.88, 0.35), (0.4, 0.72), (0.02, 1)], [(0.02, 1), (0.95, 0.98)]],
    3: [
        [(0.1, 0.1), (0.45, -0.06), (0.85, 0.08), (0.8, 0.42), (0.35, 0.48)],
        [(0.35, 0.48), (0.95, 0.5), (0.95, 0.95), (0.4, 1.06), (0.05, 0.88)],
    ],
    4: [[(0.55, 0), (0.02, 0.66)], [(0.02, 0.66), (0.98, 0.66)], [(0.68, 0.35), (0.68, 1)]],
    5: [
        [(0.88, 0), (0.18, 0)],
        [(0.18, 0), (0.12, 0.44)],
        [(0.12, 0.44), (0.55, 0.3), (0.98, 0.5), (0.92, 0.95), (0.4, 1.06), (0.04, 0.9)],
    ],
    6: [
        [(0.72, 0), (0.25, 0.25), (0, 0.7), (0.15, 1), (0.6, 1.04), (0.88, 0.8), (0.68, 0.5), (0.3, 0.52), (0.06, 0.75)]
    ],
    7: [[(0.02, 0.02), (0.95, 0)], [(0.95, 0), (0.6, 0.5), (0.4, 1)]],
    8: [
        [(0.82, 0.15), (0.5, -0.06), (0.1, 0.12), (0.25, 0.42), (0.8, 0.58), (0.95, 0.9), (0.5, 1.06)],
        [(0.5, 1.045), (0.04, 1.06), (0, 0.7), (0.75, 0.4), (0.82, 0.15)],
    ],
    9: [
        [(0.88, 0.2), (0.55, -0.06), (0.1, 0.1), (0.12, 0.5), (0.55, 0.55), (0.9, 0.22)],
        [(0.9, 0.2), (0.86, 0.6), (0.75, 1)],
    ],
}


def strokes(digit: int, x: float, y: float, width: float, height: float) -> list[np.ndarray]:
    """Place a digit's strokes with its box's corner at (x, y): a list of float (n, 2) arrays of points in pixels."""
    return [_round(np.array(points)) * (width, height) + (x, y) for points in STROKES[digit]]


def draw(digit: int, canvas_px: int = 280, brush_px: int = 18, box: tuple[float, float, float, float] | None = None):
    """Draw a digit as the canvas would: an ink image, uint8 (canvas, canvas), paper 0, ink 255."""
    ink = np.zeros((canvas_px, canvas_px), np.uint8)
    box = box or tuple(share * canvas_px for share in (0.3, 0.2, 0.4, 0.6))
    for points in strokes(digit, *box):
        # Sixteenths of a pixel.
        cv2.polylines(ink, [np.round(points * 16).astype(np.int32)], False, 255, brush_px, cv2.LINE_AA, shift=4)
    return ink


def _round(points: np.ndarray) -> np.ndarray:
    # Chaikin's corner cutting; the ends stay.
    for _ in range(3 if len(points) > 3 else 0):
        quarter, three_quarters = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
        points = np.concatenate([points[:1], np.stack([quarter, three_quarters], axis=1).reshape(-1, 2), points[-1:]])
    return points
