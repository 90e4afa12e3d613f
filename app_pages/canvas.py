"""The drawing canvas with its controls.

The canvas component has a toolbar with undo and redo, but shows it only under a mouse or the keyboard's focus; a finger
never finds it. So there are buttons, which work on the versions of the drawing that the component has sent.
"""

from dataclasses import dataclass, field

import streamlit as st
from streamlit_drawable_canvas import st_canvas

CANVAS_SIZE_PX = 280
STROKE_WIDTH_PX = (6, 18, 30)  # least, at first, most
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
    """The versions of one drawing, and which of them is on the canvas.

    Each undo, redo or clear starts a new canvas (`generation`) from a version (`start`): no message that is still on
    its way from the old canvas can answer for the new one.
    """

    versions: list[Version] = field(default_factory=lambda: [Version()])
    position: int = 0
    start: Version = Version()
    generation: int = 0

    @property
    def current(self) -> Version:
        """The version on the canvas."""
        return self.versions[self.position]

    def record(self, version: Version) -> None:
        """Take what the canvas sent; if it is new, what was undone before cannot be redone any more."""
        if version.picture is not None and version.picture != self.current.picture:
            self.versions = [*self.versions[: self.position + 1], version][-MAX_VERSIONS:]
            self.position = len(self.versions) - 1

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


def draw_digit(key: str) -> bytes | None:
    """Show the canvas with its controls.

    Returns
    -------
    bytes or None
        The drawing as a PNG, black on white; None while there is no stroke.
    """
    sketch: Sketch = st.session_state.setdefault(f"{key}_sketch", Sketch())
    st.space("small")  # the component's toolbar appears here
    canvas, buttons = st.container(), st.container(horizontal=True, width=CANVAS_SIZE_PX, gap="xsmall")
    least, first, most = STROKE_WIDTH_PX
    stroke_width = st.slider(
        "Stroke width", least, most, first, format="%d px", width=CANVAS_SIZE_PX, key=f"{key}_stroke_width"
    )
    with canvas:
        result = st_canvas(
            stroke_width=stroke_width,
            stroke_color="#000000",
            background_color="#ffffff",
            width=CANVAS_SIZE_PX,
            height=CANVAS_SIZE_PX,
            initial_drawing=sketch.start.drawing,
            return_image_data=True,
            key=f"{key}_canvas_{sketch.generation}",
        )
    sketch.record(Version(result.json_data, result.image_bytes))
    with buttons:
        st.button(
            "Undo",
            icon=":material/undo:",
            disabled=sketch.position == 0,
            on_click=sketch.go,
            args=(-1,),
            width="stretch",
            key=f"{key}_undo",
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            disabled=sketch.position == len(sketch.versions) - 1,
            on_click=sketch.go,
            args=(1,),
            width="stretch",
            key=f"{key}_redo",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            disabled=not sketch.current.has_strokes,
            on_click=sketch.clear,
            width="stretch",
            key=f"{key}_clear",
        )
    return sketch.current.picture if sketch.current.has_strokes else None
