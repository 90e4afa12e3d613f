"""Why this answer: which ink speaks for it, what happens inside the network, what would change it."""

from pathlib import Path

import numpy as np
import streamlit as st

from app_pages.parts.shared import get_bank, get_open_network
from model.card import CheckpointError
from model.explain.activations import draw_inside
from model.explain.occlusion import find_evidence
from model.litert import DIGITS
from model.predictor import Predictor, Reading
from utils.pictures.pixels import tint, to_data_url
from utils.pictures.sheets import WIDTH_PX, draw_images, draw_weights, stack
from utils.words import a_digit, as_markdown

PICTURE_SIZE_PX = 196
MIN_PICTURE_SIZE_PX = 84  # three fit beside each other on a phone
MAX_PATTERNS = 128
NEAREST = 8  # as many as a sheet has in a row


def show_why(reading: Reading, predictor: Predictor, key: str) -> None:
    """Let the user choose an explanation of the answer, and show it."""
    explanation = st.pills(
        "Show",
        list(EXPLANATIONS),
        default="What speaks for it",
        required=True,
        label_visibility="collapsed",
        key=f"{key}_explanation",
    )
    try:
        EXPLANATIONS[explanation](reading, predictor, key)
    except CheckpointError as error:  # the network's folder was deleted after it had been loaded
        st.error(as_markdown(str(error)))


def show_evidence(reading: Reading, predictor: Predictor, key: str) -> None:
    """Show which ink speaks for the answer and for the runner-up."""
    image, prediction = reading.steps.image, reading.prediction
    with st.grid(2, min_column_width=PICTURE_SIZE_PX):
        for digit in (prediction.label, prediction.runner_up):
            show_picture(
                tint(image, find_evidence(predictor, image, digit)),
                f"**What speaks for {a_digit(digit)}**",
                alt=f"The digit, with the ink coloured by whether it speaks for {a_digit(digit)}",
            )
    st.caption(
        ":blue[Blue] ink speaks for the digit, :orange[orange] against it; white hardly matters. Each patch of 4×4 "
        "pixels was wiped away in turn, and the network asked again: blue is where it then believed less in the digit."
    )


def show_inside(reading: Reading, predictor: Predictor, key: str) -> None:
    """Show two pictures: what each layer makes of the drawing, and what the first layer looks for."""
    image = reading.steps.image
    inside = get_open_network(predictor.folder).look_inside(image)
    titles = "; ".join(layer.title for layer in inside.layers[:-1])
    st.image(
        to_data_url(draw_inside(image, inside, predictor.card.temperature), WIDTH_PX),
        width="stretch",
        alt=f"What each layer makes of the drawing, from the pixels to the answer. {titles}",
    )
    st.caption(
        "From top to bottom, each layer looks at what the one above it found. White is where it found what it looks "
        "for, black where there is nothing, :orange[orange] the opposite of it. It is drawn anew after each stroke."
    )

    count, height, width = inside.patterns.shape
    st.image(
        _draw_patterns(predictor.folder, inside.patterns),
        width="stretch",
        alt="The weights of the first layer, a picture for each of its patterns or neurons",
    )
    how_many = f"{count}" if count <= MAX_PATTERNS else f"The first {MAX_PATTERNS} of {count:,}"
    if inside.layers[0].is_convolution:
        what = f"patterns of {height}×{width} pixels. Each is laid on every place of the drawing, which makes its map."
    else:
        what = "neurons. Each has a weight for every pixel of the drawing."
    st.caption(f"{how_many} {what} :blue[Blue]: ink there excites it. :orange[Orange]: ink there holds it back.")


@st.cache_data(max_entries=8, show_spinner=False)
def _draw_patterns(folder: Path, _patterns: np.ndarray) -> str:
    # Once for each network, found by its folder: a stroke does not change the patterns.
    return to_data_url(stack([("What the first layer looks for", draw_weights(_patterns[:MAX_PATTERNS]))]), WIDTH_PX)


def show_change(reading: Reading, predictor: Predictor, key: str) -> None:
    """Show the nearest images of another digit and of the one read, and which ink to add and remove for the other."""
    image, label = reading.steps.image, reading.prediction.label
    other = st.pills(
        "What would make it …",
        [digit for digit in range(DIGITS) if digit != label],
        format_func=lambda digit: f"{a_digit(digit)}?",
        default=reading.prediction.runner_up,
        required=True,
        key=f"{key}_other_than_{label}",
    )
    bank = get_bank(predictor.folder)
    features = get_open_network(predictor.folder).look_inside(image).features
    nearest = {digit: bank.find_nearest(features, digit, NEAREST) for digit in (other, label)}
    for digit, images in nearest.items():
        if not len(images):
            st.info(f"The network reads none of the digits here as {a_digit(digit)}: it has learned too little yet.")
            return
    goal = nearest[other][0]
    with st.grid(3, min_column_width=MIN_PICTURE_SIZE_PX):
        show_picture(image, "**Your drawing**", alt="The drawing as the network sees it")
        show_picture(
            tint(np.maximum(image, goal), goal - image),
            "**:blue[Add], :orange[remove]**",
            alt=f"The ink to add and to remove to make it {a_digit(other)}",
        )
        show_picture(goal, f"**The nearest {other}**", alt=f"The nearest {other}")
    st.image(
        to_data_url(
            stack([(f"The nearest {digit}s", draw_images(images)) for digit, images in nearest.items()]), WIDTH_PX
        ),
        width="stretch",
        alt=f"The nearest {other}s, and below them the nearest {label}s, the nearest first",
    )
    st.caption(
        f"These are chosen from {len(bank.labels):,} digits written by rule: those that look most like the drawing to "
        "the network, the nearest first. It compares not the pixels but the values that its last layer decides by."
    )


def show_picture(picture: np.ndarray, title: str, alt: str) -> None:
    """Show a picture of 28×28 pixels, enlarged, above its title."""
    with st.container():
        st.image(to_data_url(picture, PICTURE_SIZE_PX), width=PICTURE_SIZE_PX, alt=alt)
        st.markdown(title)


EXPLANATIONS = {
    "What speaks for it": show_evidence,
    "Inside the network": show_inside,
    "What would change it": show_change,
}
