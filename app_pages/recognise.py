"""The main page: draw digits, upload them or hold them to the camera, and see what the network reads."""

import time
from functools import partial

import streamlit as st

from app_pages.parts.answer import ANSWER_HEIGHT_PX, BARS_HEIGHT_PX, show_bars, show_details, two_columns
from app_pages.parts.canvas import get_sketch, show_canvas, show_controls
from app_pages.parts.correct import offer_correction
from app_pages.parts.number import CLICK_HINT, is_unfinished, show_reading
from app_pages.parts.shared import get_predictor
from app_pages.parts.uploads import upload
from app_pages.parts.uploads.camera import take_picture
from app_pages.parts.uploads.results import show_pictures
from app_pages.parts.visit import show_visit
from model.predictor import number_text
from utils.image import ink_from_canvas
from utils.pictures.sketch import CANVAS_SIZE_PX

# Within this time after a stroke another may come. Only after it does the page say that a drawing is no digit.
STROKE_PAUSE_S = 2.0


@st.fragment(run_every=STROKE_PAUSE_S)
def look_again(last_stroke: float) -> None:
    """Run the page once more when the pause after the last stroke (`time.monotonic`) is over."""
    if time.monotonic() - last_stroke > STROKE_PAUSE_S:
        st.rerun()


predictor = get_predictor()

st.title("Digit Canvas", anchor=False)
draw_tab, upload_tab, camera_tab = st.tabs(["Draw", "Upload", "Camera"], key="recognise_tabs", on_change="rerun")

with draw_tab:
    # Two grids of two, so that a phone shows the canvas, the answer, the controls and the bars in this order. The wide
    # canvas has a row to itself, and one grid is enough.
    is_wide = get_sketch(key="recognise").is_wide
    grid = two_columns(vertical_alignment="top" if is_wide else "center")
    with grid.cell(column_span="all" if is_wide else 1):
        sketch = show_canvas(key="recognise")
    digits = predictor.read_number(ink_from_canvas(sketch.picture)) if sketch.picture else []
    reading = None
    # Beside the canvas there is room for a number's digits.
    height = "content" if is_wide else CANVAS_SIZE_PX if len(digits) > 1 else ANSWER_HEIGHT_PX
    with grid.cell(), st.container(height=height, border=False):
        if not sketch.picture:
            st.info("Draw a digit from 0 to 9, or a whole number: anywhere, any size. It is read after each stroke.")
        else:
            still_drawing = time.monotonic() - sketch.last_stroke <= STROKE_PAUSE_S
            reading = show_reading(digits, "recognise_drawing", still_drawing)
            if reading and len(digits) == 1:
                offer_correction(reading, predictor, key="recognise_drawing")
            if still_drawing and is_unfinished(digits):
                look_again(sketch.last_stroke)
    grid = grid if is_wide else two_columns()
    with grid.cell():
        show_controls(sketch, key="recognise", for_numbers=True)
    with grid.cell(column_span="all" if is_wide else 1), st.container(height=BARS_HEIGHT_PX, border=False):
        if reading:
            show_bars(reading.prediction, key="recognise_drawing")
        elif number_text(digits):
            st.caption(CLICK_HINT)
    if reading and len(digits) > 1:
        offer_correction(reading, predictor, key="recognise_drawing")
    if reading:
        show_details(reading, predictor, key="recognise_drawing")
    show_visit(sketch, digits, key="recognise_visit")

with upload_tab:
    pictures = upload.choose_pictures(key="recognise")
    show_pictures(pictures, predictor, "recognise", remove_all=partial(upload.remove_all, "recognise"))

if camera_tab.open:  # else the browser would ask at once whether the page may use the camera
    with camera_tab:
        show_pictures(take_picture(key="recognise_camera"), predictor, key="recognise_camera")
