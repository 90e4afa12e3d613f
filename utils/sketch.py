"""The versions of a drawing, for undo and redo."""

import time
from dataclasses import dataclass, field

MAX_VERSIONS = 200


@dataclass(frozen=True)
class Version:
    """A drawing at one moment: its objects (Fabric.js JSON) and its picture (PNG, black on white)."""

    drawing: dict | None = None
    picture: bytes | None = None

    @property
    def has_strokes(self) -> bool:
        """Whether there is anything on the paper."""
        return bool(self.drawing and self.drawing.get("objects"))


@dataclass
class Sketch:
    """The versions of one drawing, and which of them is on the canvas; when the last stroke came (`time.monotonic`).

    Each undo, redo or clear starts a new canvas (`generation`) from a version (`start`): no message that is still on
    its way from the old canvas can answer for the new one.
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
    def picture(self) -> bytes | None:
        """What is on the canvas as a PNG, black on white; None while there is no stroke."""
        return self.current.picture if self.current.has_strokes else None

    def record(self, version: Version) -> None:
        """Take what the canvas sent; if it is new, what was undone before cannot be redone any more."""
        if version.picture is not None and version.picture != self.current.picture:
            self.versions = [*self.versions[: self.position + 1], version][-MAX_VERSIONS:]
            self.position = len(self.versions) - 1
            self.last_stroke = time.monotonic()

    def go(self, steps: int) -> None:
        """Undo (−1) or redo (+1)."""
        self.position = min(max(self.position + steps, 0), len(self.versions) - 1)
        self._restart()

    def clear(self) -> None:
        """Start on blank paper; undo brings the drawing back."""
        self.versions = [*self.versions[: self.position + 1], Version()]
        self.position += 1
        self._restart()

    def _restart(self) -> None:
        self.start = self.current
        self.generation += 1
