"""The drawing canvas with its controls.

The canvas component has a toolbar with undo and redo, but shows it only under a mouse or the keyboard's focus; a finger
never finds it. So there are buttons, which work on the versions of the drawing that the component has sent.
"""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from utils.sketch import Sketch, Version

CANVAS_SIZE_PX = 280
STROKE_WIDTH_PX = (6, 18, 30)  # least, at first, most


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
