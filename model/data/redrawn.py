"""Sets of characters, drawn on the canvas at random: each is drawn once, then kept in the state folder.

Drawing ten thousand digits and preparing them takes some twenty seconds of a core; reading the kept file, far less.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from model.data import drawing, skeleton
from model.data.drawing import Strokes, draw_at_random
from model.data.mnist import to_unit_range
from model.data.skeleton import centre_lines
from model.runs.jobs import state_dir
from utils import preprocess
from utils.files import load_arrays, write_atomically
from utils.preprocess import IMAGE_SIZE_PX, BlankError, normalize_digit

ARRAYS = ("images", "blank", "brush_px", "size", "slant", "encoded", "ends")
SETS_KEPT = 8  # a set of 10,000 digits takes 25 MB


class Inks(Sequence):
    """Ink images ``(280, 280) uint8``, kept as PNG files in memory: ten thousand arrays would fill 784 MB.

    Parameters
    ----------
    encoded : ndarray of uint8
        The PNG files one after the other.
    ends : ndarray of int, shape (n,)
        Where each of them ends.
    """

    def __init__(self, encoded: np.ndarray, ends: np.ndarray):
        self.encoded, self.ends = encoded, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> np.ndarray:
        start = self.ends[index - 1] if index else 0
        return cv2.imdecode(self.encoded[start : self.ends[index]], cv2.IMREAD_GRAYSCALE)


@dataclass(frozen=True)
class Drawn:
    """A set of characters, drawn.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        The network's input for each character: paper 0, ink 255. All 0 if it counts as blank.
    blank : ndarray of bool, shape (n,)
        Whether it counts as blank.
    brush_px, size, slant : ndarray, shape (n,)
        How each was drawn: see `model.data.drawing.Drawing`.
    inks : Sequence of ndarray of uint8, each (280, 280)
        The ink images, paper 0, ink 255.
    """

    images: np.ndarray
    blank: np.ndarray
    brush_px: np.ndarray
    size: np.ndarray
    slant: np.ndarray
    inks: Inks

    def to_read(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Leave out what counts as blank: return images ``(m, 28, 28) float32`` from 0 to 1, and their `labels`."""
        return to_unit_range(self.images[~self.blank]), labels[~self.blank]


def draw(characters: Iterable[Strokes], seed: int, max_slant: float = 0.0) -> Drawn:
    """Draw characters on the canvas at random, and turn each into the network's input, as the page does.

    Parameters
    ----------
    characters : iterable of list of ndarray
        The strokes of each character.
    seed : int
        Decides place, size, slant and stroke width.
    max_slant : float
        The slant is uniform between minus this and this: x moves by so much for each y.
    """
    rng = np.random.default_rng(seed)
    images, blank, how, encoded = [], [], [], []
    for strokes in characters:
        drawn = draw_at_random(strokes, rng, max_slant)
        try:
            image = normalize_digit(drawn.ink).image
        except BlankError:
            image = None
        blank.append(image is None)
        images.append(np.zeros((IMAGE_SIZE_PX, IMAGE_SIZE_PX)) if image is None else image)
        how.append((drawn.brush_px, drawn.size, drawn.slant))
        encoded.append(cv2.imencode(".png", drawn.ink, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])
    brush_px, size, slant = np.array(how).T
    inks = Inks(np.concatenate(encoded), np.cumsum([len(file) for file in encoded]))
    return Drawn(np.round(np.stack(images) * 255).astype(np.uint8), np.array(blank), brush_px, size, slant, inks)


def draw_kept(characters: Sequence[Strokes], seed: int, max_slant: float = 0.0) -> Drawn:
    """Do the same as `draw`, or read what it drew before."""
    strokes = [stroke for character in characters for stroke in character]
    counts = np.array([len(character) for character in characters]), np.array([len(stroke) for stroke in strokes])
    path = _path([*counts, *strokes], seed, max_slant)
    return _keep(path, lambda: draw(characters, seed, max_slant))


def redraw_kept(images: np.ndarray, seed: int, max_slant: float = 0.0) -> Drawn:
    """Draw MNIST-style images ``(n, 28, 28) uint8`` again, along their centre lines, or read what was drawn before."""
    path = _path([images], seed, max_slant)
    return _keep(path, lambda: draw(map(centre_lines, images), seed, max_slant))


def is_kept(images: np.ndarray, seed: int, max_slant: float = 0.0) -> bool:
    """Say whether `redraw_kept` has drawn these images before."""
    return _path([images], seed, max_slant).exists()


def has_drawn() -> bool:
    """Say whether any drawings are kept. If so, those of the next training mostly are, too."""
    return any(_folder().glob("*.npz"))


def _folder() -> Path:
    return state_dir() / "drawn"


def _path(arrays: Iterable[np.ndarray], seed: int, max_slant: float) -> Path:
    # The name is a checksum of the data and of the code that draws: if either changes, a new file is made.
    digest = hashlib.sha256(repr((seed, max_slant, cv2.__version__, np.__version__)).encode())
    for file in (skeleton.__file__, drawing.__file__, preprocess.__file__, __file__):
        digest.update(Path(file).read_bytes())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return _folder() / f"{digest.hexdigest()}.npz"


def _keep(path: Path, make: Callable[[], Drawn]) -> Drawn:
    with suppress(ValueError):  # the file is missing or damaged, and is made again below
        arrays = load_arrays(path, ARRAYS, "file of drawings", "")
        with suppress(OSError):
            path.touch()
        *values, encoded, ends = arrays.values()
        return Drawn(*values, Inks(encoded, ends))
    made = make()
    values = (made.images, made.blank, made.brush_px, made.size, made.slant, made.inks.encoded, made.inks.ends)
    with suppress(OSError):  # the disk may be full or read-only; then each training draws again
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda temporary: np.savez(temporary, **dict(zip(ARRAYS, values, strict=True))))
        for old in sorted(path.parent.glob("*.npz"), key=lambda file: -file.stat().st_mtime)[SETS_KEPT:]:
            old.unlink()
    return made
