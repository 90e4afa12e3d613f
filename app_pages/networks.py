"""Networks: draw one digit and see what several networks make of it; their accuracy, their layers, their digits."""

import numpy as np
import streamlit as st

from app_pages.parts.answer import show_bars, show_blank, two_columns
from app_pages.parts.canvas import show_canvas, show_controls
from app_pages.parts.clock import local_now
from app_pages.parts.dataset import show_dataset
from app_pages.parts.layers import show_layers
from app_pages.parts.search import show_searches
from app_pages.parts.shared import get_predictor
from model.card import CheckpointError
from model.options import NETWORKS
from model.predictor import Reading
from model.presets import PRESETS, expected_seconds
from model.runs.finished import Trained, average_over_seeds, find_trained
from utils.charts import accuracy_over_size
from utils.image import ink_from_canvas
from utils.words import SET_TITLES, as_markdown, duration, percent, which_of, who_says_what

MOST_COMPARED = 6


# A stroke runs this part of the page only: no card is read and no chart is made for it.
@st.fragment
def compare(networks: dict[str, Trained]) -> None:
    """Let one choose networks and draw; show what each reads, and where they differ."""
    # Pills and no multiselect: that writes white on the primary colour, too pale for it in dark.
    chosen = st.pills(
        "Compare",
        list(networks),
        selection_mode="multi",
        default=list(networks)[:3],
        format_func=as_markdown,
        key="networks_chosen",
    )
    if len(chosen) > MOST_COMPARED:
        st.caption(f"The {MOST_COMPARED} that were chosen first are compared.")
        chosen = chosen[:MOST_COMPARED]
    canvas_and_answers = two_columns()
    with canvas_and_answers.cell():
        sketch = show_canvas(key="networks")
    readings = {}
    with canvas_and_answers.cell():
        if sketch.picture is None:
            st.info("Draw a digit, and see what each network makes of it.")
        elif not chosen:
            st.info("Choose at least one network.")
        else:
            readings = read_with([networks[name] for name in chosen], ink_from_canvas(sketch.picture))
            show_answers(readings)
    show_controls(sketch, key="networks")
    with st.grid(3, min_column_width=260):
        for name, reading in readings.items():
            with st.container(border=True):
                st.markdown(f"**{as_markdown(name)}**")
                st.caption(f"{networks[name].card.parameters:,} parameters")
                show_bars(reading.prediction, key=f"networks_{networks[name].folder.name}")


def read_with(networks: list[Trained], ink: np.ndarray) -> dict[str, Reading]:
    """Read a drawing with each network that can be loaded; with none if there is nothing to read. Say so then."""
    readings = {}
    for network in networks:
        try:
            reading = get_predictor(network.folder).read(ink)
        except CheckpointError as error:
            st.error(as_markdown(str(error)), title=as_markdown(network.name))
            continue
        if reading.blank:
            show_blank(reading)
            return {}
        readings[network.name] = reading
    return readings


def show_answers(readings: dict[str, Reading]) -> None:
    """Show what each network reads and how sure it is, a line each; below, who says what where they differ."""
    if not readings:  # each has said why it reads nothing
        return
    st.table(
        [{"Network": as_markdown(name), **answer_and_confidence(reading)} for name, reading in readings.items()],
        border="horizontal",
        alt="What each network reads",
    )
    groups = who_says_what(
        {
            name: str(reading.prediction.label) if reading.prediction.is_digit else "no digit"
            for name, reading in readings.items()
        }
    )
    if len(groups) > 1:
        sentences = [f"**{answer}**: {as_markdown('; '.join(names))}" for answer, names in groups.items()]
        st.warning("  \n".join(sentences), title="They disagree", icon=":material/compare_arrows:")


def answer_and_confidence(reading: Reading) -> dict[str, str]:
    """Say in Markdown what is read and how sure it is; close candidates as a question."""
    prediction = reading.prediction
    if not prediction.is_digit:
        return {"Reads": "several digits" if reading.several else "no digit", "Sure": "–"}
    sure = percent(prediction.confidence).replace(">", "\\>")  # at a line's start it would be a quotation
    return {"Reads": f"**{which_of(prediction.candidates)}**", "Sure": sure}


def show_accuracies(networks: list[Trained]) -> None:
    """Show how well each network reads each test part, over its size."""
    st.header("Accuracy over size", anchor=False)
    rows = [row | {"set": SET_TITLES[row["set"]]} for row in average_over_seeds(networks)]
    st.altair_chart(accuracy_over_size(rows), alt="Each network’s accuracy on each test part over its parameters")
    st.caption(
        "Networks that differ by nothing but their seed are one point, their mean, with a bar of a standard deviation "
        "up and down. How far MNIST and drawings can be apart shows a network that learned MNIST *as it is* "
        "(*Retrain*, from scratch, under *More*)."
    )


st.title("Networks", anchor=False)
trained = find_trained(local_now())
if len(trained) == 1:
    each = [preset.options(name) for preset in PRESETS.values() for name in NETWORKS]
    seconds = [sum(expected_seconds(options).values()) for options in each]
    st.info(
        "There is only the shipped network yet. *Retrain* in the sidebar trains others, from scratch: those of the "
        f"well-known tutorials are below. It takes from {duration(min(seconds))} to {duration(max(seconds))} on a "
        "machine with two cores, and you can go on drawing meanwhile.",
        icon=":material/model_training:",
    )
compare({network.name: network for network in trained})
show_accuracies(trained)
show_layers()
show_dataset()

st.header("Search", anchor=False)
show_searches()
