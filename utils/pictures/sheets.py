"""Sheets of many small pictures: white, blue and orange on dark grey, which suits a light page and a dark one."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from utils.pictures.pixels import AGAINST_BGR, FOR_BGR

# A phone shows a sheet at a third of this width, where its text can still be read. With their gaps, 8, 16, 32 or 64
# columns fill the width exactly.
WIDTH_PX = 958
GAP_PX = 2
MARGIN_PX = 20
LINE_PX = 56
TEXT_PX = 32
GROUND = 48  # the grey between the pictures, so that black ones are seen too
EMPTY = 128  # the grey of a contact sheet
CAPTION_LINE_PX = 26
WHITE_BGR = (255, 255, 255)


def draw_activations(maps: np.ndarray) -> np.ndarray:
    """Draw a layer's activations: the stronger, the whiter; those below zero orange.

    Parameters
    ----------
    maps : ndarray of float, shape (n, height, width)
        Square maps of up to 28×28; 1×1 for neurons.

    Returns
    -------
    ndarray of uint8, shape (sheet height, 958, 3)
        Blue first, as OpenCV has it. All maps share one scale.
    """
    n, side, _ = maps.shape
    columns = 64 if side == 1 else 32 if side <= 7 else 16 if n > 8 else 8
    roots = np.sign(maps) * np.sqrt(np.abs(maps))  # so that weak activations are seen too
    return _tile(_shade(roots, np.abs(roots).max(), WHITE_BGR), columns)


def draw_weights(weights: np.ndarray) -> np.ndarray:
    """Draw what each neuron or convolution looks for: blue where ink excites it, orange where ink holds it back.

    Parameters
    ----------
    weights : ndarray of float, shape (n, height, width)
        A picture for each.

    Returns
    -------
    ndarray of uint8, shape (sheet height, 958, 3)
        Blue first, as OpenCV has it. Each picture has a scale of its own.
    """
    strongest = np.abs(weights).max(axis=(1, 2), keepdims=True)
    return _tile(_shade(weights, strongest, FOR_BGR), columns=16 if len(weights) > 8 else 8)


def draw_images(images: np.ndarray) -> np.ndarray:
    """Draw MNIST-style images, float (n, 28, 28), paper 0, ink up to 1, in rows of eight; return as `draw_weights`."""
    return _tile(_shade(images, 1.0, WHITE_BGR), columns=8)


def draw_shares(shares: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Draw a row of boxes with names: the greater the share, the whiter the box.

    Parameters
    ----------
    shares : ndarray of float from 0 to 1, shape (n,)
        A box for each.
    names : sequence of str
        What is written in each box.

    Returns
    -------
    ndarray of uint8, shape (56, 958, 3)
        Blue first, as OpenCV has it.
    """
    cell = (WIDTH_PX + GAP_PX) // len(names)
    row = Image.new("L", (WIDTH_PX, LINE_PX), GROUND)
    draw = ImageDraw.Draw(row)
    for place, (share, name) in enumerate(zip(shares.tolist(), names, strict=True)):
        left, color = place * cell, 0 if share > 0.4 else 255
        draw.rectangle((left, 0, left + cell - GAP_PX - 1, LINE_PX - 1), fill=round(255 * share))
        draw.text((left + cell / 2, LINE_PX / 2), name, fill=color, font=_font(), anchor="mm")
    return cv2.cvtColor(np.asarray(row), cv2.COLOR_GRAY2BGR)


def contact_sheet(captioned: Sequence[tuple[np.ndarray, str]], size_px: tuple[int, int], columns: int) -> np.ndarray:
    """Lay out grey pictures in rows, with captions.

    Parameters
    ----------
    captioned : sequence of (ndarray of uint8, shape (height, width), str)
        Pictures of any size, and what to write below each, in as many lines as it has.
    size_px : tuple of int
        The width and height that each picture is fitted into.
    columns : int
        How many are beside each other.

    Returns
    -------
    ndarray of uint8, shape (sheet height, sheet width)
        One empty row if there are no pictures.
    """
    caption_px = CAPTION_LINE_PX * max((text.count("\n") + 1 for _, text in captioned), default=1)
    tiles = [_caption(picture, text, size_px, caption_px) for picture, text in captioned]
    rows = max(1, -(-len(tiles) // columns))
    width, height = size_px
    empty = np.full((height + caption_px + 2 * GAP_PX, width + 2 * GAP_PX), EMPTY, np.uint8)
    tiles += [empty] * (rows * columns - len(tiles))
    return np.vstack([np.hstack(tiles[row * columns : (row + 1) * columns]) for row in range(rows)])


def _caption(picture: np.ndarray, text: str, size_px: tuple[int, int], caption_px: int) -> np.ndarray:
    width, height = size_px
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    tile = np.zeros((height + caption_px, width), np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    tile[height:] = GROUND
    for number, line in enumerate(text.split("\n")):
        place = 4, height + 20 + CAPTION_LINE_PX * number
        cv2.putText(tile, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 1, cv2.LINE_AA)
    return np.pad(tile, GAP_PX, constant_values=EMPTY)


def stack(titled: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """Put sheets below each other, each under its title, with a margin.

    Parameters
    ----------
    titled : sequence of (str, ndarray of uint8, shape (sheet height, 958, 3))
        Titles and sheets, from top to bottom.

    Returns
    -------
    ndarray of uint8, shape (height, 998, 3)
        Blue first, as OpenCV has it.
    """
    parts = [part for title, sheet in titled for part in (_write(title), sheet)]
    margins = ((0, MARGIN_PX), (MARGIN_PX, MARGIN_PX), (0, 0))
    return np.pad(np.concatenate(parts), margins, constant_values=GROUND)


def _shade(values: np.ndarray, strongest: np.ndarray | float, above_bgr: tuple[int, int, int]) -> np.ndarray:
    # Black at 0, towards `above_bgr` above it, towards orange below it.
    strength = np.abs(values) / np.maximum(strongest, np.finfo(np.float32).tiny)
    colors = np.where(values[..., np.newaxis] > 0, np.array(above_bgr), np.array(AGAINST_BGR))
    shaded: np.ndarray = strength[..., np.newaxis] * colors
    return shaded.round().astype(np.uint8)


def _tile(pictures: np.ndarray, columns: int) -> np.ndarray:
    # Lay pictures out in rows, each enlarged by the largest whole number that fits, so that pixels stay square.
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


@cache  # writing the titles takes half of the time of drawing a network
def _write(text: str) -> np.ndarray:
    line = Image.new("L", (WIDTH_PX, LINE_PX), GROUND)
    ImageDraw.Draw(line).text((0, LINE_PX / 2), text, fill=220, font=_font(), anchor="lm")
    return cv2.cvtColor(np.asarray(line), cv2.COLOR_GRAY2BGR)


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(TEXT_PX)  # comes with Pillow
