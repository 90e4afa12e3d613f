"""The drawing canvas with its controls.

The canvas component has a toolbar of its own, which cannot be switched off. It is invisible until a mouse is over it,
but it lies over the top right of the canvas, and a finger that begins a stroke there presses its buttons. So the
component is registered once more, with the toolbar hidden. Undo, redo and clear are buttons of our own, which work on
the versions of the drawing that the component has sent.
"""

from contextlib import suppress
from functools import partial

import streamlit as st
import streamlit_drawable_canvas
from streamlit.components.v2 import component

from utils.pictures.sketch import CANVAS_SIZE_PX, Sketch, Version

# The network learned from strokes of these widths, as shares of the canvas (`model.data.drawing`).
MIN_STROKE_WIDTH_PX = 7
FIRST_STROKE_WIDTH_PX = 20
MAX_STROKE_WIDTH_PX = 34

# With that of a number’s digits the only CSS of our own. A test fails when a new version of the component breaks it or
# makes it needless.
CANVAS_HTML = f"""
<style>
    .dc-toolbar {{ display: none !important; }}
    /* On a narrow phone the narrow canvas shrinks; of the wide one every screen shows as much as fits. */
    [style*="width: {CANVAS_SIZE_PX}px"], [style*="width: {CANVAS_SIZE_PX}px"] * {{
        width: min({CANVAS_SIZE_PX}px, 100vw - 2rem) !important;
        height: min({CANVAS_SIZE_PX}px, 100vw - 2rem) !important;
    }}
    .dc-scroll {{ overflow: hidden !important; max-width: calc(100vw - 2rem); }}
</style>
<div class="canvas-root" role="img" aria-label="Canvas: draw a digit or a number here with a mouse, a pen or a finger.
Those who cannot draw can upload a picture: Read a digit, Upload."></div>
"""
streamlit_drawable_canvas.out = component(
    "streamlit-drawable-canvas.streamlit_drawable_canvas", js="index-*.js", css="index-*.css", html=CANVAS_HTML
)


def get_sketch(key: str) -> Sketch:
    """Return this session's drawing, without what the canvas sends in this run of the page."""
    sketch: Sketch = st.session_state.setdefault(f"{key}_sketch", Sketch())
    return sketch


def show_canvas(key: str) -> Sketch:
    """Show the canvas, and return the drawing on it with its earlier versions."""
    sketch = get_sketch(key)
    if sketch.start != sketch.current and _canvas_key(key, sketch) not in st.session_state:
        sketch.restart()  # the canvas was not in the page's last run, so the browser has forgotten what was on it
    # The component does not check what the browser sends. A message that somebody made up is ignored.
    with suppress(AttributeError, KeyError, TypeError, ValueError):
        result = streamlit_drawable_canvas.st_canvas(
            stroke_width=st.session_state.get(f"{key}_stroke_width", FIRST_STROKE_WIDTH_PX),
            stroke_color="#000000",
            background_color="#ffffff",
            width=sketch.start.width,
            height=CANVAS_SIZE_PX,
            initial_drawing=sketch.start.drawing,
            return_image_data=True,
            key=_canvas_key(key, sketch),
        )
        sketch.record(Version(result.json_data, result.image_bytes, sketch.start.width))
    return sketch


def _canvas_key(key: str, sketch: Sketch) -> str:
    return f"{key}_canvas_{sketch.generation}"


def show_controls(sketch: Sketch, key: str, for_numbers: bool = False) -> None:
    """Show the buttons undo, redo and clear, for numbers also wider, and the slider for the stroke width."""
    controls = {
        "Undo": (sketch.position > 0, partial(sketch.go, -1)),
        "Redo": (sketch.position < len(sketch.versions) - 1, partial(sketch.go, 1)),
        "Clear": (sketch.current.has_strokes, sketch.clear),
    }
    if for_numbers:
        controls["Narrow" if sketch.is_wide else "Wider"] = (True, sketch.change_width)
    with st.container(horizontal=True, width=CANVAS_SIZE_PX, gap="xsmall"):
        for label, (possible, act) in controls.items():  # without icons: on a phone there is no room for four
            st.button(label, disabled=not possible, on_click=act, width="stretch", key=f"{key}_{label.lower()}")
    st.slider(
        "Stroke width",
        MIN_STROKE_WIDTH_PX,
        MAX_STROKE_WIDTH_PX,
        FIRST_STROKE_WIDTH_PX,
        format="%d px",
        width=CANVAS_SIZE_PX,
        persist_state="session",
        key=f"{key}_stroke_width",
    )
