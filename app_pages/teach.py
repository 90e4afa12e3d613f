"""Teach: a guided round in which a person draws each digit five times, for a network to learn their hand."""

import streamlit as st

from app_pages.parts.answer import two_columns
from app_pages.parts.canvas import show_canvas, show_controls
from app_pages.parts.correct import WHAT_IS_STORED, in_words, store_label, take_back
from app_pages.parts.shared import get_predictor
from app_pages.sidebar.retrain import offer_training
from model.litert import DIGITS
from model.predictor import Predictor, Reading
from utils.image import ink_from_canvas
from utils.pictures.sketch import Sketch
from utils.words import a_digit

ROUNDS = 5
IN_ALL = ROUNDS * DIGITS


def store_and_go_on(reading: Reading, predictor: Predictor, digit: int) -> None:
    """Store the drawing, and lay out fresh paper for the next digit."""
    if store_label(reading, predictor, digit):
        stored.append(reading)
        lay_out_paper()


def go_back() -> None:
    """Delete the last drawing, and ask for its digit again."""
    if take_back(stored[-1]):
        stored.pop()
        lay_out_paper()


def lay_out_paper() -> None:
    """Begin a new drawing, from which no undo leads back to the one before."""
    st.session_state["teach_sketch"] = Sketch(generation=st.session_state["teach_sketch"].generation + 1)


predictor = get_predictor()
stored: list[Reading] = st.session_state.setdefault("teach_stored", [])
digit = len(stored) % DIGITS

st.title("Teach", anchor=False)
st.markdown(
    "Draw each digit five times, as you always write it. Then a network can learn your hand.", help=WHAT_IS_STORED
)
st.progress(len(stored) / IN_ALL, f"{len(stored)} of {IN_ALL} stored")
if len(stored) == IN_ALL:
    st.success("Thank you: these were all. Shall a network learn from them now?", icon=":material/check:")
    with st.container(horizontal=True):
        offer_training()
        st.button("Another round", on_click=stored.clear, key="teach_again")
    st.stop()

canvas_and_next = two_columns()
with canvas_and_next.cell():
    st.subheader(f"Draw {a_digit(digit)}", anchor=False)
    sketch = show_canvas(key="teach")
reading = predictor.read(ink_from_canvas(sketch.picture)) if sketch.picture else None
is_drawn = bool(reading and reading.prediction)
with canvas_and_next.cell():
    with st.container(horizontal=True):
        st.button(
            "Next",
            disabled=not is_drawn,
            on_click=store_and_go_on,
            args=(reading, predictor, digit),
            key="teach_next",
        )
        st.button("Back", disabled=not stored, on_click=go_back, key="teach_back")
    st.caption(f"The network reads: {in_words(reading.prediction)}" if is_drawn else "The network reads: nothing yet")
    show_controls(sketch, key="teach")
