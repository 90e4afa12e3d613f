"""From bytes, a file or a canvas to an ink image: uint8 (height, width), paper 0, ink 255, whatever the source was."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from utils.files import open_file
from utils.paper.frame import without_frame
from utils.paper.ink import MIN_PAGE_SIDE_PX, find_ink, is_one_sign, keep_signs
from utils.paper.page import find_page, straighten
from utils.paper.printed_grid import without_grid
from utils.paper.ruled_paper import without_rules

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
FORMATS_IN_WORDS = "PNG, JPEG, WebP, BMP or GIF"
FORMATS_SENTENCE = f"{FORMATS_IN_WORDS} can be read"
MAX_FILE_BYTES = 10 * 2**20  # the same as server.maxUploadSize in .streamlit/config.toml
MAX_PIXELS = 40_000_000  # a page scanned at 600 dpi
MAX_PIXELS_OF_WEBP = 13_000_000  # its decoder takes 16 bytes for each pixel
MAX_SCANS = 100  # a progressive JPEG has about ten; decoding each goes over the whole picture
MAX_SIDE_PX = 1600  # enough for a page of numbers, and quick to work on

# The size is checked here, by MAX_PIXELS, before anything is decoded. Pillow would print a warning to the terminal.
Image.MAX_IMAGE_PIXELS = None


def load_image(source: str | Path | bytes) -> np.ndarray:
    """Decode a picture and find the ink in it.

    Parameters
    ----------
    source : str, Path or bytes
        A file's path, or its content: PNG, JPEG (turned as its EXIF orientation says), WebP, BMP or GIF (first frame);
        grey, colour, palette, CMYK, 16 bit or transparent.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255; all 0 if there is no ink. It has at most `MAX_SIDE_PX` a side. If the
        picture is the photograph of a page, it is the page alone, straightened. Rules and printed grids are erased.

    Raises
    ------
    ValueError
        If it is no such picture, is damaged or too large. The sizes are checked before anything is decoded.
    """
    if not isinstance(source, bytes):
        try:
            with open_file(Path(source)) as file:
                size = os.fstat(file.fileno()).st_size
                if size > MAX_FILE_BYTES:
                    raise ValueError(_too_many_bytes(size))
                source = file.read()
        except OSError as error:
            raise ValueError(f"The file cannot be read: {error.strerror}.") from error
    return clean_ink(decode_page(source)[0])


def load_with_thumbnail(content: bytes, size_px: int) -> tuple[np.ndarray, Image.Image]:
    """Find the ink as `load_image` does, and make a thumbnail, decoding once; see there for what is raised.

    Parameters
    ----------
    content : bytes
        The file's content.
    size_px : int
        The thumbnail's longer side, at most.

    Returns
    -------
    ink : ndarray of uint8, shape (height, width)
        As `load_image`.
    thumbnail : Image
        The same as the ink in colour and smaller: the straightened page, if there is one. What is
        at x in the ink is at ``x * thumbnail.width / ink.shape[1]`` here; y likewise.
    """
    picture, _ = decode_page(content)
    ink = clean_ink(picture)
    picture.thumbnail((size_px, size_px))
    return ink, picture


def decode_page(content: bytes) -> tuple[Image.Image, np.ndarray]:
    """Decode a picture, and straighten the page in it, if there is one; see `load_image` for what is raised.

    Returns
    -------
    picture : Image
        In L, RGB or RGBA; at most `MAX_SIDE_PX` a side.
    to_page : ndarray of float, shape (3, 3)
        The homography to it from the picture as it was taken, upright and at most `MAX_SIDE_PX` a side.
    """
    picture = _decode(content)
    corners = None
    if max(picture.size) >= MIN_PAGE_SIDE_PX and picture.mode != "RGBA":
        corners = find_page(_grey(picture))
    if corners is None:
        return picture, np.eye(3)
    page, to_page = straighten(np.asarray(picture), corners)
    return Image.fromarray(page), to_page


def clean_ink(picture: Image.Image) -> np.ndarray:
    """Find the ink in a decoded picture, as `load_image` does: uint8 (height, width), paper 0, ink 255."""
    ink = without_frame(find_ink(_grey(picture)))
    if max(ink.shape) < MIN_PAGE_SIDE_PX:
        return without_rules(ink)
    page = without_grid(ink)
    if is_one_sign(page):  # a large digit, which hides many lines
        return without_rules(ink)
    if page is ink:  # few lines
        page = without_rules(ink)
    return page if is_one_sign(page) else keep_signs(page)


def decode_grey(content: bytes) -> np.ndarray:
    """Decode a picture to grey; see `load_image` for what is accepted and raised.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        0 black, 255 white; at most `MAX_SIDE_PX` a side.
    """
    return _grey(_decode(content))


def _grey(picture: Image.Image) -> np.ndarray:
    if picture.mode != "RGBA":
        return np.asarray(picture.convert("L"))
    grey_and_alpha = np.asarray(picture.convert("LA"), np.float32)
    grey, alpha = grey_and_alpha[..., 0], grey_and_alpha[..., 1] / 255
    if alpha.min() == 1:
        return grey.astype(np.uint8)
    opaque = grey[alpha > 0.5]
    if not opaque.size:
        return np.zeros(grey.shape, np.uint8)
    # Transparent pixels are paper. If the picture has only one tone, that is the ink, and the paper is of the opposite
    # tone; otherwise the picture has paper of its own, whose tone is its median.
    darkest, paper, lightest = np.percentile(opaque, (5, 50, 95))
    if lightest - darkest < 64:
        paper = 255 if paper < 128 else 0
    mixed: np.ndarray = grey * alpha + paper * (1 - alpha)
    return mixed.round().astype(np.uint8)


def _decode(content: bytes) -> Image.Image:
    """Decode to L, RGB or RGBA, upright, at most `MAX_SIDE_PX` a side."""
    if not content:
        raise ValueError(f"The file is empty. {FORMATS_SENTENCE}.")
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(_too_many_bytes(len(content)))
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)  # reads the header only
    except UnidentifiedImageError as error:
        raise ValueError(f"This is {_kind(content)}. {FORMATS_SENTENCE}: save it as one of them.") from error
    except Exception as error:
        raise ValueError(_damaged(error)) from error
    kind = "JPEG" if content.startswith(b"\xff\xd8") else picture.format  # some cameras' JPEGs are MPO for Pillow
    most = MAX_PIXELS_OF_WEBP if kind == "WEBP" else MAX_PIXELS
    if picture.width * picture.height > most:
        raise ValueError(
            f"The picture has {picture.width:,} × {picture.height:,} pixels; of {kind} at most "
            f"{most // 10**6} million can be read. Make it smaller."
        )
    scans = content.count(b"\xff\xda") if kind == "JPEG" else 1
    if scans > MAX_SCANS:
        raise ValueError(
            f"The JPEG is made of {scans:,} scans; at most {MAX_SCANS} can be read. Save it again as a plain JPEG."
        )
    try:
        picture.draft(None, (MAX_SIDE_PX, MAX_SIDE_PX))  # a large JPEG will be decoded at a fraction of its size
        return _made_plain(picture)
    except Exception as error:  # Pillow's decoders raise many kinds for files that are damaged
        raise ValueError(_damaged(error)) from error


def _made_plain(picture: Image.Image) -> Image.Image:
    factor = max(picture.size) // MAX_SIDE_PX
    if factor > 1:  # in bands, so that a large picture is never copied whole
        width, height = picture.size
        tops = range(0, height, 64 * factor)
        bands = (picture.crop((0, top, width, min(top + tops.step, height))) for top in tops)
        small = Image.fromarray(np.concatenate([np.asarray(_converted(band).reduce(factor)) for band in bands]))
        small.info = picture.info  # has the EXIF orientation
        picture = small
    picture = _converted(ImageOps.exif_transpose(picture))
    picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), Image.Resampling.BOX)
    return picture


def _converted(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bit: Pillow would clip the values at 255
        return Image.fromarray((np.asarray(picture) / np.float32(257)).round().clip(0, 255).astype(np.uint8))
    if picture.mode == "L" and not picture.has_transparency_data:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _damaged(error: Exception) -> str:
    return f"The picture is damaged or cut off and cannot be decoded ({error}). Save or download it again."


def ink_from_canvas(content: bytes) -> np.ndarray:
    """Turn what the canvas sends, a PNG of black strokes on white, into an ink image.

    Unlike in `find_ink`, the paper is known to be white: a canvas that is black all over is all ink.

    Parameters
    ----------
    content : bytes
        The PNG.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.

    Raises
    ------
    ValueError
        As `load_image`.
    """
    return 255 - decode_grey(content)


def _kind(content: bytes) -> str:
    """Say what a file is that people take for a picture, or send by mistake."""
    start = content[:256].lstrip().lower()
    if start.startswith((b"<svg", b"<?xml")):
        return "an SVG or XML file, not a picture of pixels"
    if start.startswith(b"%pdf"):
        return "a PDF file"
    if start[4:8] == b"ftyp":
        return "a HEIC or AVIF photo, or a film (an iPhone takes JPEG under Settings, Camera, Formats, Most Compatible)"
    if content.startswith((b"II*\0", b"MM\0*")):
        return "a TIFF picture"
    if content.startswith(b"\x93NUMPY"):
        return "a NumPy array (.npy), not a picture"
    return "not a picture in a known format"


def _too_many_bytes(size: int) -> str:
    return (
        f"The file has {size / 2**20:,.0f} MB; at most {MAX_FILE_BYTES // 2**20} MB can be read. "
        "Save the picture smaller, or crop it to the digit."
    )
