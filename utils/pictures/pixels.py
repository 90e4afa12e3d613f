"""Images of few pixels, shown large: each pixel as a square, and tinted by what it speaks for."""

import base64

import cv2
import numpy as np

# PNG's filters suit photographs. Pictures of squares are written faster without, and take a third of the bytes.
PNG_OF_SQUARES = (cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE, cv2.IMWRITE_PNG_COMPRESSION, 3)
# What speaks for an answer and what against it: the charts' blue and orange, in OpenCV's order (blue first).
FOR_BGR = (237, 111, 47)
AGAINST_BGR = (43, 130, 217)


def to_data_url(image: np.ndarray, size_px: int) -> str:
    """Enlarge a small picture so that its pixels are seen as squares, and write it into a URL, to be shown.

    Parameters
    ----------
    image : ndarray of uint8 or of float from 0 to 1, shape (height, width) or, blue first, (height, width, 3)
        The picture.
    size_px : int
        The longer side of the result, at least: each pixel becomes a square of a whole number of pixels.

    Returns
    -------
    str
        ``data:image/png;base64,…``. The picture travels with the page, so no browser asks for one that is gone.
    """
    if image.dtype != np.uint8:
        image = (image * 255).round().astype(np.uint8)
    times = max(1, -(-size_px // max(image.shape)))
    png = cv2.imencode(".png", image.repeat(times, axis=0).repeat(times, axis=1), PNG_OF_SQUARES)[1]
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode()


def tint(image: np.ndarray, evidence: np.ndarray) -> np.ndarray:
    """Colour ink by what it speaks for: blue for the answer, orange against it, the stronger the deeper.

    Parameters
    ----------
    image : ndarray of float from 0 to 1, shape (height, width)
        Paper 0, ink up to 1.
    evidence : ndarray of float, shape (height, width)
        Above 0 where the ink speaks for the answer, below 0 where it speaks against it.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        Blue first, as OpenCV has it; paper is black, ink that does not matter white.
    """
    strength = np.abs(evidence) / max(float(np.abs(evidence).max()), 1e-6)
    color = np.where(evidence[..., np.newaxis] > 0, np.array(FOR_BGR), np.array(AGAINST_BGR))
    tinted: np.ndarray = image[..., np.newaxis] * (255 + strength[..., np.newaxis] * (color - 255))
    return tinted.round().astype(np.uint8)
