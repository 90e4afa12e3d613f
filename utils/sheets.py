"""Many small pictures as one: white, blue and orange on dark, which looks right on a light page and on a dark one."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from utils.image import AGAINST_BGR, FOR_BGR

# A phone shows it at a third of this width, where the text can still be read. It holds 8, 16, 32 or 64 columns.
WIDTH_PX, GAP_PX, MARGIN_PX = 958, 2, 20
LINE_PX, TEXT_PX = 56, 32
GROUND = 48  # the grey between the pictures, so that black ones are seen too
WHITE_BGR = (255, 255, 255)


def draw_activations(maps: np.ndarray) -> np.ndarray:
    """Draw a layer's activations: the stronger the whiter; below zero orange.

    Parameters
    ----------
    maps : ndarray of float, shape (n, height, width)
        Square ones of up to 28×28; 1×1 for neurons.

    Returns
    -------
    ndarray of uint8, shape (sheet height, 958, 3)
        Blue first, as OpenCV has it. All maps share one scale.
    """
    n, side, _ = maps.shape
    columns = 64 if side == 1 else 32 if side <= 7 else 16 if n > 8 else 8
    weak_ones_too = np.sign(maps) * np.sqrt(np.abs(maps))
    return _tile(_shade(weak_ones_too, np.abs(weak_ones_too).max(), WHITE_BGR), columns)


def draw_weights(weights: np.ndarray) -> np.ndarray:
    """Draw what each neuron or convolution looks for: blue where ink excites it, orange where ink holds it back.

    Parameters
    ----------
    weights : ndarray of float, shape (n, height, width)

    Returns
    -------
    ndarray of uint8, shape (sheet height, 958, 3)
        Blue first. Each has a scale of its own.
    """
    strongest = np.abs(weights).max(axis=(1, 2), keepdims=True)
    return _tile(_shade(weights, strongest, FOR_BGR), columns=16 if len(weights) > 8 else 8)


def draw_images(images: np.ndarray) -> np.ndarray:
    """Draw MNIST-style images in a row of up to eight: float (n, 28, 28), paper 0, ink up to 1."""
    return _tile(_shade(images, 1.0, WHITE_BGR), columns=8)


def draw_shares(shares: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Draw a row of boxes, the greater the share the whiter, each with its name.

    Parameters
    ----------
    shares : ndarray of float from 0 to 1, shape (n,)
    names : sequence of str

    Returns
    -------
    ndarray of uint8, shape (56, 958, 3)
    """
    cell = (WIDTH_PX + GAP_PX) // len(names)
    row = Image.new("L", (WIDTH_PX, LINE_PX), GROUND)
    draw = ImageDraw.Draw(row)
    for place, (share, name) in enumerate(zip(shares.tolist(), names, strict=True)):
        left, color = place * cell, 0 if share > 0.4 else 255
        draw.rectangle((left, 0, left + cell - GAP_PX - 1, LINE_PX - 1), fill=round(255 * share))
        draw.text((left + cell / 2, LINE_PX / 2), name, fill=color, font=_font(), anchor="mm")
    return cv2.cvtColor(np.asarray(row), cv2.COLOR_GRAY2BGR)


def stack(titled: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """Put sheets below each other, each under its title, with a margin.

    Parameters
    ----------
    titled : sequence of (str, ndarray of uint8, shape (sheet height, 958, 3))

    Returns
    -------
    ndarray of uint8, shape (height, 998, 3)
    """
    parts = [part for title, sheet in titled for part in (_write(title), sheet)]
    margins = ((0, MARGIN_PX), (MARGIN_PX, MARGIN_PX), (0, 0))
    return np.pad(np.concatenate(parts), margins, constant_values=GROUND)


def _shade(values: np.ndarray, strongest: np.ndarray | float, above_bgr: tuple[int, int, int]) -> np.ndarray:
    # From black at 0 to one colour above and orange below.
    strength = np.abs(values) / np.maximum(strongest, np.finfo(np.float32).tiny)
    colors = np.where(values[..., np.newaxis] > 0, np.array(above_bgr), np.array(AGAINST_BGR))
    shaded: np.ndarray = strength[..., np.newaxis] * colors
    return shaded.round().astype(np.uint8)


def _tile(pictures: np.ndarray, columns: int) -> np.ndarray:
    # In rows, each enlarged as far as there is room by a whole number, so that its pixels are seen as squares.
    n, height, width, _ = pictures.shape
    cell = (WIDTH_PX + GAP_PX) // columns
    times = max(1, (cell - GAP_PX) // width)
    enlarged = pictures.repeat(times, axis=1).repeat(times, axis=2)
    row_height = height * times + GAP_PX
    sheet = np.full((-(-n // columns) * row_height, WIDTH_PX, 3), GROUND, np.uint8)
    for place, picture in enumerate(enlarged):
        top, left = place // columns * row_height, place % columns * cell
        sheet[top : top + height * times, left : left + width * times] = picture
    return sheet


@cache  # half of the time of drawing a network goes into its titles
def _write(text: str) -> np.ndarray:
    line = Image.new("L", (WIDTH_PX, LINE_PX), GROUND)
    ImageDraw.Draw(line).text((0, LINE_PX / 2), text, fill=220, font=_font(), anchor="lm")
    return cv2.cvtColor(np.asarray(line), cv2.COLOR_GRAY2BGR)


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(TEXT_PX)  # comes with Pillow
