"""The answer on a page: the digit, its probabilities as bars and as a table, the steps from ink to input."""

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app_pages.parts.why import show_why
from model.predictor import Prediction, Predictor, Reading
from utils.pictures.charts import probability_chart
from utils.pictures.pixels import to_data_url
from utils.pictures.sketch import CANVAS_SIZE_PX
from utils.preprocess import BOX_SIZE_PX, IMAGE_SIZE_PX, Steps
from utils.words import best_guess, in_words, percent, which_of

STEP_SIZE_PX = 140
# The same heights for every answer, so that nothing moves from stroke to stroke.
ANSWER_HEIGHT_PX = 240
BARS_HEIGHT_PX = 320


def two_columns(vertical_alignment: Literal["top", "center", "bottom"] = "top") -> DeltaGenerator:
    """Make a grid of two columns if the page has room for two that are as wide as the canvas, else of one."""
    return st.grid(2, min_column_width=CANVAS_SIZE_PX, gap="small", vertical_alignment=vertical_alignment)


def show_answer(reading: Reading, still_drawing: bool = False) -> None:
    """Show what was read, beside what the network saw; if the drawing is blank, why there is nothing to read.

    Parameters
    ----------
    reading : Reading
        What the network made of the drawing.
    still_drawing : bool
        Whether more strokes may come. Meanwhile the page does not say that the drawing is no digit.
    """
    if reading.blank:
        show_blank(reading)
        return
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        with st.container():
            show_verdict(reading, still_drawing)
        show_network_input(reading.steps)


def show_blank(reading: Reading) -> None:
    """Say why there is nothing to read."""
    st.info(f"{reading.blank} Nothing was guessed.", icon=":material/ink_eraser:")


def show_verdict(reading: Reading, still_drawing: bool = False) -> None:
    """Show the digit in large type; or close candidates as a question; or that it is no digit, with the best guess."""
    prediction = reading.prediction
    if prediction.is_digit:
        in_doubt = len(prediction.candidates) > 1
        st.metric(
            "The network reads",
            which_of(prediction.candidates),
            delta=f"{percent(prediction.confidence)} sure",
            delta_color="off" if in_doubt else "blue",
            delta_arrow="off",
        )
    elif still_drawing:
        st.metric("The network reads", "…", delta="Not a digit yet?", delta_color="off", delta_arrow="off")
    else:
        st.info(best_guess(prediction.label), title="This doesn’t look like a digit", icon=":material/question_mark:")


def show_bars(prediction: Prediction, key: str) -> None:
    """Show the ten probabilities as bars, and in a sentence."""
    sentence = in_words(prediction.probabilities)
    if not prediction.is_digit:
        sentence = f"If it were a digit: {sentence[0].lower()}{sentence[1:]}"
    text_color = "white" if st.context.theme.type == "dark" else "black"
    chart = probability_chart(prediction.probabilities, text_color, muted=not prediction.is_digit)
    st.vega_lite_chart(chart, alt=sentence, key=f"{key}_bars")
    if prediction.is_digit:
        st.info(sentence)  # in a box, which screen readers announce; for no digit `show_verdict` has one
    else:
        st.caption(sentence)


def show_network_input(steps: Steps) -> None:
    """Show the 28×28 picture, each pixel as a square."""
    st.image(
        to_data_url(steps.image, 4 * IMAGE_SIZE_PX),
        caption="What the network sees",
        alt="The digit as the network gets it: 28 by 28 pixels, white on black",
    )


def show_details(reading: Reading, predictor: Predictor, key: str) -> None:
    """Offer the figures as a table, the steps from ink to input, and why it is the answer.

    Each is made only when the user opens it: making them would be a third of the work that a stroke causes.
    """
    if reading.blank:
        return
    table, steps, why = (
        st.expander(title, icon=icon, key=f"{key}_{name}", on_change="rerun")
        for name, title, icon in (
            ("table", "The figures as a table", ":material/table_chart:"),
            ("steps", "From ink to what the network sees", ":material/footprint:"),
            ("why", "Why this answer?", ":material/lightbulb:"),
        )
    )
    if table.open:
        with table:
            show_table(reading.prediction)
    if steps.open:
        with steps:
            show_steps(reading.steps)
    if why.open:
        with why:
            show_why(reading, predictor, f"{key}_why")


def show_table(prediction: Prediction) -> None:
    """Show the ten probabilities as a table."""
    st.dataframe(
        {"Digit": list(range(10)), "Probability": [percent(value) for value in prediction.probabilities]},
        hide_index=True,
        height="content",
        width=280,
        alt="The probability of each digit",
    )


def show_steps(steps: Steps) -> None:
    """Show the pictures on the way from the ink to the network's input, a sentence each."""
    height, width = steps.ink.shape
    pictures = [
        (steps.ink, "Ink", f"{width}×{height}: paper is black, ink is white, specks are gone."),
        (steps.crop, "Crop", f"{steps.crop.shape[1]}×{steps.crop.shape[0]}: nothing but the digit."),
        (steps.fitted, "Fit", f"The longer side is {BOX_SIZE_PX} pixels, the shape is kept, the edges are soft."),
        (steps.image, "Centre", f"{IMAGE_SIZE_PX}×{IMAGE_SIZE_PX}: the centre of mass is in the middle, as in MNIST."),
    ]
    with st.grid(4, min_column_width=STEP_SIZE_PX):
        for picture, name, sentence in pictures:
            with st.container():
                height, width = picture.shape
                st.image(
                    to_data_url(picture, STEP_SIZE_PX),
                    width=max(1, round(STEP_SIZE_PX * width / max(height, width))),
                    alt=f"{name}: the picture after this step",
                )
                st.markdown(f"**{name}**")
                st.caption(sentence)
