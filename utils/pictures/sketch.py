"""The versions of a drawing, for undo and redo, and the paper that it is on."""

import json
import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import cv2
import numpy as np

from utils.image import decode_grey

CANVAS_SIZE_PX = 320  # the height of the paper, and the width while it is narrow
WIDE_CANVAS_PX = 704  # as wide as the page's text
MAX_VERSIONS = 200
MAX_BYTES = 8 * 2**20  # of all versions
MAX_VERSION_BYTES = 2 * 2**20  # enough for minutes of drawing without a stop


@dataclass(frozen=True)
class Version:
    """A drawing at one moment.

    Attributes
    ----------
    drawing : dict or None
        Its strokes, as the canvas component sends them: Fabric.js JSON with a list of ``objects``. None: blank paper.
    picture : bytes or None
        The same as a PNG, black on white. None: blank paper.
    width : int
        The width of its paper in pixels.
    first_stroke : bytes or None
        The picture as it was after the first stroke: it tells one drawing from the others. None: blank paper.
    """

    drawing: dict[str, Any] | None = None
    picture: bytes | None = None
    width: int = CANVAS_SIZE_PX
    first_stroke: bytes | None = field(default=None, compare=False)

    @property
    def has_strokes(self) -> bool:
        """Whether there is anything on the paper."""
        return bool(self.drawing and self.drawing.get("objects"))

    @cached_property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(json.dumps(self.drawing)) + len(self.picture or b"")

    def is_sound(self) -> bool:
        """Say whether a canvas can have sent it: a browser can send anything."""
        if self.drawing is None or self.picture is None:
            return False
        try:
            decode_grey(self.picture)
            return isinstance(self.drawing["objects"], list) and self.size <= MAX_VERSION_BYTES
        except (KeyError, TypeError, ValueError, RecursionError):
            return False

    def on_paper(self, width: int) -> Self:
        """Put the drawing on paper of another width. It stays where it is, or moves and shrinks until it fits."""
        if not self.has_strokes or self.drawing is None or self.picture is None:
            return type(self)(width=width)
        ink = 255 - decode_grey(self.picture)
        left, _, ink_width, _ = cv2.boundingRect(ink)
        scale = min(1.0, width / max(ink_width, 1))
        x, y = min(0.0, width - scale * (left + ink_width)), (1 - scale) * CANVAS_SIZE_PX / 2
        moved = cv2.warpAffine(ink, np.array([[scale, 0, x], [0, scale, y]]), (width, CANVAS_SIZE_PX))
        return type(self)(
            {**self.drawing, "objects": [_moved(stroke, scale, x, y) for stroke in self.drawing["objects"]]},
            cv2.imencode(".png", 255 - moved)[1].tobytes(),
            width,
            self.first_stroke,
        )


def _moved(stroke: dict[str, Any], scale: float, x: float, y: float) -> dict[str, Any]:
    """Scale and move a stroke as Fabric.js tells it: `left` and `top` are where it is, before it is scaled."""
    try:
        place = {"left": scale * stroke["left"] + x, "top": scale * stroke["top"] + y}
        return stroke | place | {name: scale * stroke[name] for name in ("scaleX", "scaleY")}
    except (KeyError, TypeError):  # made up: no canvas sends it
        return stroke


@dataclass
class Sketch:
    """The versions of one drawing, and which of them is on the canvas.

    Each undo, redo or clear starts a new canvas, so that a late message from the old one is not taken for its own. So
    does coming back from another page: the browser has dropped the old one.

    Attributes
    ----------
    versions : list of Version
        The oldest first; in the beginning, blank paper alone.
    position : int
        The index of the version on the canvas.
    start : Version
        What the present canvas began with.
    generation : int
        How many canvases there were before the present one.
    last_stroke : float
        When the last stroke came (`time.monotonic`).
    """

    versions: list[Version] = field(default_factory=lambda: [Version()])
    position: int = 0
    start: Version = Version()
    generation: int = 0
    last_stroke: float = 0.0

    @property
    def current(self) -> Version:
        """The version on the canvas."""
        return self.versions[self.position]

    @property
    def is_wide(self) -> bool:
        """Whether the paper is as wide as the page."""
        return self.current.width > CANVAS_SIZE_PX

    @property
    def picture(self) -> bytes | None:
        """What is on the canvas as a PNG, black on white; None while there is no stroke."""
        return self.current.picture if self.current.has_strokes else None

    def record(self, version: Version) -> None:
        """Take what the canvas sent, if it is new and sound. What was undone before cannot be redone any more."""
        if version.picture is not None and version.picture != self.current.picture and version.is_sound():
            first = self.current.first_stroke if self.current.has_strokes else version.picture
            self._add(replace(version, first_stroke=first))
            self.last_stroke = time.monotonic()

    def go(self, steps: int) -> None:
        """Undo (`steps` is −1) or redo (+1)."""
        self.position = min(max(self.position + steps, 0), len(self.versions) - 1)
        self.restart()

    def clear(self) -> None:
        """Start on blank paper; undo brings the drawing back."""
        self._add(Version(width=self.current.width))
        self.restart()

    def change_width(self) -> None:
        """Go on on wide paper, or on narrow paper again; undo brings the old one back."""
        self._add(self.current.on_paper(CANVAS_SIZE_PX if self.is_wide else WIDE_CANVAS_PX))
        self.restart()

    def bring_back(self, version: Version) -> None:
        """Put an earlier drawing on the canvas, instead of what is there; undo goes back to blank paper first."""
        self.clear()
        self._add(version)
        self.restart()

    def _add(self, version: Version) -> None:
        self.versions = [*self.versions[: self.position + 1], version][-MAX_VERSIONS:]
        while sum(version.size for version in self.versions) > MAX_BYTES:
            del self.versions[0]
        self.position = len(self.versions) - 1

    def restart(self) -> None:
        """Start a new canvas with what is on the present one."""
        self.start = self.current
        self.generation += 1
