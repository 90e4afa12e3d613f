"""The main page: draw or upload a digit, see what the network reads."""

import time

import streamlit as st

from app_pages.parts import answer as widgets
from app_pages.parts import upload
from app_pages.parts.canvas import show_canvas, show_controls
from app_pages.parts.correct import in_words, offer_correction
from app_pages.parts.shared import get_predictor
from app_pages.parts.visit import show_visit
from utils.image import ink_from_canvas

# Within this time after a stroke another may come. Only after it does the page say that a drawing is no digit.
STROKE_PAUSE_S = 2.0


@st.fragment(run_every=STROKE_PAUSE_S)
def look_again(last_stroke: float) -> None:
    """Run the page once more when the pause after the last stroke (`time.monotonic`) is over."""
    if time.monotonic() - last_stroke > STROKE_PAUSE_S:
        st.rerun()


predictor = get_predictor()

st.title("Digit Canvas", anchor=False)
draw_tab, upload_tab = st.tabs(["Draw", "Upload"], key="recognise_tabs")

with draw_tab:
    # Two grids of two, so that a phone shows the canvas, the answer, the controls and the bars in this order.
    canvas_and_answer = widgets.two_columns(vertical_alignment="center")
    with canvas_and_answer.cell():
        sketch = show_canvas(key="recognise")
    reading = predictor.read(ink_from_canvas(sketch.picture)) if sketch.picture else None
    with canvas_and_answer.cell(), st.container(height=widgets.ANSWER_HEIGHT_PX, border=False):
        if reading is None:
            st.info("Draw a digit from 0 to 9 on the white square: anywhere, any size. It is read after each stroke.")
        else:
            still_drawing = time.monotonic() - sketch.last_stroke <= STROKE_PAUSE_S
            widgets.show_answer(reading, still_drawing)
            offer_correction(reading, predictor, key="recognise_drawing")
            if still_drawing and reading.prediction and not reading.prediction.is_digit:
                look_again(sketch.last_stroke)
    controls_and_bars = widgets.two_columns()
    with controls_and_bars.cell():
        show_controls(sketch, key="recognise")
    with controls_and_bars.cell(), st.container(height=widgets.BARS_HEIGHT_PX, border=False):
        if reading and reading.prediction:
            widgets.show_bars(reading.prediction, key="recognise_drawing")
    if reading:
        widgets.show_details(reading, predictor, key="recognise_drawing")
    read = in_words(reading.prediction) if reading and reading.prediction else ""
    show_visit(sketch, read, key="recognise_visit")

with upload_tab:
    upload.show_pictures(upload.choose_pictures(key="recognise"), predictor, key="recognise")
