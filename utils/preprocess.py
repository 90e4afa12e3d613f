"""One digit of any size and place → the 28×28 image that MNIST's makers would have made of it.

The rule is that of LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998,
and of https://yann.lecun.com/exdb/mnist/: the ink's bounding box is scaled, aspect kept and anti-aliased, into 20×20,
and placed in 28×28 so that its centre of mass is at the centre.
"""

from dataclasses import dataclass

import cv2
import numpy as np

IMAGE_SIZE_PX = 28
BOX_SIZE_PX = 20

# From this level of 255 on a pixel belongs to the digit. It is low because MNIST's boxes hold the grey edges too.
INK_LEVEL = 16
# A patch of ink that nowhere reaches this level is a smudge.
STRONG_INK_LEVEL = 128
# A patch with less than this share of the largest one's area is a speck. The floating hat of a five has some 15 %.
SPECK_SHARE = 0.04

# If more than this share of the picture is ink, there is no digit to see.
SOLID_SHARE = 0.9
# A dot fills more than this share of its box (a disc: π/4), is shorter than so many times its width, and shorter than
# this share of the picture's longer side.
DOT_FILL = 0.55
DOT_ASPECT = 2.0
DOT_SIZE_SHARE = 0.15


class BlankError(ValueError):
    """There is no digit to read. The message says why, in a sentence."""


@dataclass(frozen=True)
class Steps:
    """The steps of one digit from ink to the network's input, for the network and to be shown.

    Attributes
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image without specks and smudges.
    box : tuple of int
        Where the digit is in `ink`: (x, y, width, height).
    fitted : ndarray of uint8, shape (fitted height, fitted width)
        What `fit_into_box` makes of the box's content: at most 20 a side.
    image : ndarray of float32, shape (28, 28)
        The MNIST-style image: `fitted`, placed by its centre of mass; 0 paper, 1 ink.
    """

    ink: np.ndarray
    box: tuple[int, int, int, int]
    fitted: np.ndarray
    image: np.ndarray

    @property
    def crop(self) -> np.ndarray:
        """The content of the box, uint8 (box height, box width)."""
        x, y, width, height = self.box
        return self.ink[y : y + height, x : x + width]


def normalize_digit(ink: np.ndarray) -> Steps:
    """Make the MNIST-style image of the digit in `ink`.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink 255, one digit.

    Returns
    -------
    Steps
        Its `image` is what the network reads.

    Raises
    ------
    BlankError
        If there is no digit to read: no ink, nothing but ink, a dot, or lines too thin to be seen.
    ValueError
        If the array is no ink image.
    """
    check_ink(ink)
    ink = _without_specks(ink)
    x, y, width, height = cv2.boundingRect((ink >= INK_LEVEL).view(np.uint8))
    box = x, y, width, height
    _check_not_blank(ink, box)
    fitted = fit_into_box(ink[y : y + height, x : x + width])
    if not fitted.size:
        raise BlankError("Its lines are too thin to be seen in 28×28 pixels.")
    return Steps(ink=ink, box=box, fitted=fitted, image=centre_by_mass(fitted) / np.float32(255))


def check_ink(ink: np.ndarray) -> None:
    """Raise a `ValueError` that says what was expected, if an array is no ink image."""
    if ink.ndim != 2 or ink.dtype != np.uint8 or not ink.size:
        raise ValueError(
            f"Expected an ink image, uint8 (height, width), paper 0 and ink 255; got {ink.dtype} {ink.shape}."
        )


def _check_not_blank(ink: np.ndarray, box: tuple[int, int, int, int]) -> None:
    strong = ink >= STRONG_INK_LEVEL
    if not strong.any():
        raise BlankError("Nothing stands out from the paper.")
    if strong.mean() > SOLID_SHARE:
        raise BlankError("All of it is ink, so no digit can be told from the paper.")
    x, y, width, height = box
    fill = strong[y : y + height, x : x + width].mean()
    longer, shorter = max(width, height), min(width, height)
    if longer < DOT_SIZE_SHARE * max(ink.shape) and longer < DOT_ASPECT * shorter and fill > DOT_FILL:
        raise BlankError("That is only a dot.")


def _without_specks(ink: np.ndarray) -> np.ndarray:
    count, patches, stats, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8), connectivity=8)
    if count <= 2:  # the paper, and at most one patch of ink
        return ink
    areas = stats[:, cv2.CC_STAT_AREA]
    strong = np.isin(np.arange(count), patches[ink >= STRONG_INK_LEVEL])
    strong[0] = False
    if not strong.any():
        return ink
    keep = strong & (areas >= SPECK_SHARE * areas[strong].max())
    keep[0] = True  # below INK_LEVEL: soft edges
    return np.where(keep[patches], ink, 0).astype(np.uint8)


def fit_into_box(crop: np.ndarray) -> np.ndarray:
    """Scale ink, aspect kept, so that its longer side is 20.

    Parameters
    ----------
    crop : ndarray of uint8, shape (height, width)
        The content of the ink's box: paper 0, ink 255.

    Returns
    -------
    ndarray of uint8, shape (fitted height, fitted width)
        At most 20 a side, without empty rows and columns at its edges.
    """
    # The crop is made square first, so that both axes are scaled exactly alike. Otherwise the width of a one would be
    # rounded to 4 or 5 pixels, and a hair's breadth more ink would change its shape by a quarter.
    height, width = crop.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    square = cv2.copyMakeBorder(crop, top, side - height - top, left, side - width - left, cv2.BORDER_CONSTANT, value=0)
    # INTER_AREA averages, which is anti-aliasing; it is for shrinking only.
    interpolation = cv2.INTER_AREA if side > BOX_SIZE_PX else cv2.INTER_LINEAR
    fitted = cv2.resize(square, (BOX_SIZE_PX, BOX_SIZE_PX), interpolation=interpolation)
    x, y, width, height = cv2.boundingRect(fitted)
    return fitted[y : y + height, x : x + width]


def centre_by_mass(fitted: np.ndarray) -> np.ndarray:
    """Place what `fit_into_box` made in 28×28, its centre of mass at the centre.

    Parameters
    ----------
    fitted : ndarray of uint8, shape (height, width)
        At most 20 a side; not empty.

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        Paper 0, ink up to 255.
    """
    moments = cv2.moments(fitted)
    image = np.zeros((IMAGE_SIZE_PX, IMAGE_SIZE_PX), np.uint8)
    # It is moved by whole pixels, as in MNIST, so that a digit of MNIST comes back unchanged.
    x = _start(moments["m10"] / moments["m00"], fitted.shape[1])
    y = _start(moments["m01"] / moments["m00"], fitted.shape[0])
    image[y : y + fitted.shape[0], x : x + fitted.shape[1]] = fitted
    return image


def _start(centre_of_mass: float, size: int) -> int:
    # MNIST's centres of mass lie in [13.5, 14.5). A lopsided shape is stopped at the edge, so that no ink is lost.
    return min(max(round(IMAGE_SIZE_PX / 2 - centre_of_mass), 0), IMAGE_SIZE_PX - size)
