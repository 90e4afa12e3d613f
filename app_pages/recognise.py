"""The main page: draw or upload a digit, see what the network reads."""

import streamlit as st

from app_pages import widgets
from app_pages.canvas import draw_digit
from app_pages.resources import get_predictor
from utils.image import ink_from_canvas

predictor = get_predictor()

st.header("Digit Canvas", anchor=False)
draw_tab, upload_tab = st.tabs(["Draw", "Upload"], key="recognise_tabs")

with draw_tab:
    canvas_and_answer = widgets.two_columns()
    with canvas_and_answer.cell():
        drawing = draw_digit(key="recognise")
    with canvas_and_answer.cell():
        if drawing is None:
            st.info("Draw a digit from 0 to 9 on the white square: anywhere, any size. It is read after each stroke.")
        else:
            reading = predictor.read(ink_from_canvas(drawing))
            widgets.show_reading(reading, key="recognise_drawing")
    if drawing is not None:
        widgets.show_details(reading, predictor, key="recognise_drawing")

with upload_tab:
    widgets.show_pictures(widgets.choose_pictures(key="recognise"), predictor)
