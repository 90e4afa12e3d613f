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


def draw_number(text: str, gap: float = 0.25, brush_px: int = 12, slope: float = 0.0, height: int = 120) -> np.ndarray:
    """Write a number as an ink image: paper between its digits in heights, the line falling by `slope`."""
    x, placed = 60.0, []
    for digit in map(int, text):
        points = strokes(digit, 0, 0, 0.6 * height, height)
        left, right = (bound(np.concatenate(points)[:, 0]) for bound in (np.min, np.max))
        placed += [stroke + (x - left, slope * x) for stroke in points]
        x += right - left + brush_px + gap * height
    top = 60 - min(stroke[:, 1].min() for stroke in placed)
    bottom = max(stroke[:, 1].max() for stroke in placed)
    ink = np.zeros((round(top + bottom) + 60, round(x) + 60), np.uint8)
    for stroke in placed:
        cv2.polylines(
            ink, [np.round((stroke + (0, top)) * 16).astype(np.int32)], False, 255, brush_px, cv2.LINE_AA, shift=4
        )
    return ink


def write_numbers(*lines: str, brush_px: int = 7) -> np.ndarray:
    """Write numbers below each other; return an ink image: paper 0, ink 255."""
    ink = np.zeros((170 * len(lines) + 40, 80 * max(map(len, lines)) + 40), np.uint8)
    for row, line in enumerate(lines):
        for place, digit in enumerate(line):
            for points in strokes(int(digit), 40 + 80 * place, 50 + 170 * row, 14 if digit == "1" else 50, 100):
                cv2.polylines(ink, [np.round(points * 16).astype(np.int32)], False, 255, brush_px, cv2.LINE_AA, shift=4)
    return ink


def photograph(ink: np.ndarray) -> bytes:
    """Photograph a sheet as phones do, slightly from the side, with a shadow, noise and blur: the bytes of a JPEG."""
    rng, (height, width) = np.random.default_rng(0), ink.shape
    sheet = cv2.resize(ink, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    size = np.array([2 * width, 2 * height], np.float32)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * size
    seen = np.array([[0.02, 0.01], [0.97, 0], [1, 1], [0, 0.98]], np.float32) * size
    slanted = cv2.warpPerspective(sheet, cv2.getPerspectiveTransform(corners, seen), (2 * width, 2 * height))
    shadow = np.linspace(225, 140, 2 * width) * np.linspace(1, 0.85, 2 * height)[:, np.newaxis]
    grey = shadow * (1 - 0.75 * slanted / 255)
    noisy = cv2.GaussianBlur(grey, (0, 0), 1.5) + rng.normal(0, 4, grey.shape)
    colored = np.stack([0.9 * noisy, 0.97 * noisy, noisy], axis=2).clip(0, 255).astype(np.uint8)  # by lamplight
    return cv2.imencode(".jpg", colored, (cv2.IMWRITE_JPEG_QUALITY, 80))[1].tobytes()


def _round(points: np.ndarray) -> np.ndarray:
    # Chaikin's corner cutting; the ends stay.
    for _ in range(3 if len(points) > 3 else 0):
        quarter, three_quarters = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
        points = np.concatenate([points[:1], np.stack([quarter, three_quarters], axis=1).reshape(-1, 2), points[-1:]])
    return points
