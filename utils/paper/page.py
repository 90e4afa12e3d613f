"""Find the page in a photograph, and straighten it."""

import cv2
import numpy as np

SMALL_SIDE_PX = 320  # the page is looked for in a small copy
MAX_ASPECT = 4  # a picture that is longer shows no page
# Writing is thinner than this share of the longer side, and goes.
WRITING_SHARE = 1 / 30
# The page takes at least this share of the picture, and is lighter than what is around it by so many levels of 255.
MIN_AREA = 0.2
MIN_LIGHTER = 30
# Its outline lies off a quadrilateral by at most this share of its length, and leaves this share of that empty.
MAX_OFF = 0.02
MAX_EMPTY = 0.06
# An edge is at most so many times as long as that opposite; otherwise a shadow's edge was taken for one of the page's.
MAX_PERSPECTIVE = 1.6
# The outermost share of the page is cut off: its edges are no writing.
CUT = 0.01


def find_page(grey: np.ndarray) -> np.ndarray | None:
    """Find a light page that lies whole on something darker.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        0 black, 255 white.

    Returns
    -------
    ndarray of float32, shape (4, 2), or None
        The corners in pixels, x right, y down: top left, top right, bottom right, bottom left. None if there is no such
        page, as where the picture shows nothing else, or only a part of the page.
    """
    if max(grey.shape) > MAX_ASPECT * min(grey.shape):
        return None
    scale = min(1.0, SMALL_SIDE_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    without = _without_writing(small)
    between = _otsu(without)
    # In a shadow, the page can be darker than the level that parts light from dark. Then the level that parts page from
    # table is lower, so it is tried first.
    for threshold in (_otsu(without[without <= between]), between):
        corners = _find_quadrilateral(without, threshold)
        if corners is not None:
            found: np.ndarray = ((corners + 0.5) / scale).astype(np.float32)
            return found
    return None


def _without_writing(small: np.ndarray) -> np.ndarray:
    width = _writing_px(small)
    # Wider than it is, or a narrow strip of table beside the page would be taken for a stroke.
    wider = cv2.copyMakeBorder(cv2.medianBlur(small, 3), width, width, width, width, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(wider, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    return closed[width:-width, width:-width]


def _writing_px(small: np.ndarray) -> int:
    return max(3, int(WRITING_SHARE * max(small.shape)) | 1)


def _otsu(levels: np.ndarray) -> float:
    """Find the level that best parts dark from light (Otsu 1979)."""
    return cv2.threshold(levels.reshape(-1, 1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0]


def _find_quadrilateral(small: np.ndarray, threshold: float) -> np.ndarray | None:
    """Find the corners of a page, int (4, 2), clockwise from the top left, as what is lighter than a threshold."""
    width = _writing_px(small)
    light = cv2.morphologyEx((small > threshold).view(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = cv2.convexHull(max(outlines, key=cv2.contourArea))
    corners = cv2.approxPolyDP(outline, MAX_OFF * cv2.arcLength(outline, True), True)[:, 0]
    if len(corners) != 4 or cv2.contourArea(corners) < MIN_AREA * small.size:
        return None
    if corners.min() < 2 or (corners > np.array(small.shape[::-1]) - 3).any():
        return None
    inside = cv2.fillConvexPoly(np.zeros_like(small), corners, 255) > 0
    if (light[inside] == 0).mean() > MAX_EMPTY or small[inside].mean() < small[~inside].mean() + MIN_LIGHTER:
        return None
    around = np.arctan2(*(corners - corners.mean(axis=0)).T[::-1])  # clockwise, since y goes down, from the left
    corners = corners[np.argsort(around)]
    edges = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    opposite = np.maximum(edges[:2] / edges[2:], edges[2:] / edges[:2])
    return corners if opposite.max() <= MAX_PERSPECTIVE else None


def straighten(picture: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Make the page an upright rectangle.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, channels)
        The photograph.
    corners : ndarray of float32, shape (4, 2)
        As `find_page` returns them.

    Returns
    -------
    page : ndarray of uint8, shape (page height, page width) or (page height, page width, channels)
        The page alone; as wide and as high as the longer of its two opposite edges.
    to_page : ndarray of float, shape (3, 3)
        The homography from the photograph's pixels to the page's.
    """
    edges = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = max(edges[0], edges[2]), max(edges[1], edges[3])
    low, high = CUT * np.array([width, height]), (1 - CUT) * np.array([width, height])
    rectangle = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - low
    to_page = cv2.getPerspectiveTransform(corners, rectangle.astype(np.float32))
    size = tuple(np.round(high - low).astype(int).tolist())
    return cv2.warpPerspective(picture, to_page, size, flags=cv2.INTER_LINEAR), to_page
