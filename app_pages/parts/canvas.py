"""The drawing canvas with its controls.

The canvas component has a toolbar of its own, which cannot be switched off. It is unseen until a mouse comes, but lies
over the canvas' top right: a finger that begins a stroke there presses its buttons. So the component is registered once
more, without the toolbar; undo, redo and clear are ours, and work on the versions of the drawing that it has sent.
"""

from contextlib import suppress
from functools import partial

import streamlit as st
import streamlit_drawable_canvas
from streamlit.components.v2 import component

from utils.sketch import Sketch, Version

CANVAS_SIZE_PX = 320  # as wide as a phone allows; on narrower screens it shrinks
# Least, at first, most: as shares of the canvas, those that the network learned from (`model.data.drawing`).
STROKE_WIDTH_PX = (7, 20, 34)

# The one place with CSS of ours. A test fails once a version of the component makes it needless or breaks it.
CANVAS_HTML = f"""
<style>
    .dc-toolbar {{ display: none !important; }}
    .dc-container, .dc-container * {{
        width: min({CANVAS_SIZE_PX}px, 100vw - 2rem) !important;
        height: min({CANVAS_SIZE_PX}px, 100vw - 2rem) !important;
    }}
</style>
<div class="canvas-root" role="img" aria-label="Canvas: draw a digit here with a mouse, a pen or a finger. Those who
cannot draw can upload a picture: Read a digit, Upload."></div>
"""
streamlit_drawable_canvas.out = component(
    "streamlit-drawable-canvas.streamlit_drawable_canvas", js="index-*.js", css="index-*.css", html=CANVAS_HTML
)


def show_canvas(key: str) -> Sketch:
    """Show the canvas, and return the drawing on it with its former versions."""
    sketch: Sketch = st.session_state.setdefault(f"{key}_sketch", Sketch())
    # The component takes a message apart without a look at it: one that somebody has made up is left alone.
    with suppress(AttributeError, KeyError, TypeError, ValueError):
        result = streamlit_drawable_canvas.st_canvas(
            stroke_width=st.session_state.get(f"{key}_stroke_width", STROKE_WIDTH_PX[1]),
            stroke_color="#000000",
            background_color="#ffffff",
            width=CANVAS_SIZE_PX,
            height=CANVAS_SIZE_PX,
            initial_drawing=sketch.start.drawing,
            return_image_data=True,
            key=f"{key}_canvas_{sketch.generation}",
        )
        sketch.record(Version(result.json_data, result.image_bytes))
    return sketch


def show_controls(sketch: Sketch, key: str) -> None:
    """Show what changes the drawing and the pen: undo, redo, clear, the stroke width."""
    controls = (
        ("Undo", ":material/undo:", sketch.position > 0, partial(sketch.go, -1)),
        ("Redo", ":material/redo:", sketch.position < len(sketch.versions) - 1, partial(sketch.go, 1)),
        ("Clear", ":material/delete:", sketch.current.has_strokes, sketch.clear),
    )
    with st.container(horizontal=True, width=CANVAS_SIZE_PX, gap="xsmall"):
        for label, icon, possible, act in controls:
            st.button(
                label, icon=icon, disabled=not possible, on_click=act, width="stretch", key=f"{key}_{label.lower()}"
            )
    least, first, most = STROKE_WIDTH_PX
    st.slider("Stroke width", least, most, first, format="%d px", width=CANVAS_SIZE_PX, key=f"{key}_stroke_width")
