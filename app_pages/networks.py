"""Networks: draw one digit and see what several networks read; their accuracy, their layers, and MNIST's digits."""

import numpy as np
import streamlit as st

from app_pages.parts.answer import show_bars, show_blank, two_columns
from app_pages.parts.canvas import show_canvas, show_controls
from app_pages.parts.clock import local_now
from app_pages.parts.networks.dataset import show_dataset
from app_pages.parts.networks.layers import show_layers
from app_pages.parts.networks.search import show_searches
from app_pages.parts.shared import get_predictor
from model.card import SHIPPED, CheckpointError
from model.predictor import Reading
from model.runs.finished import Trained, average_over_seeds, find_trained
from utils.image import ink_from_canvas
from utils.pictures.charts import accuracy_over_size
from utils.words import SET_TITLES, as_markdown, percent, which_of, who_says_what

FIRST_COMPARED, MAX_COMPARED = 4, 6
WHY_THE_READER_DIFFERS = (
    "**Why the reader differs**: the tutorials’ networks learned from MNIST as it is. The reader also learned from "
    "people’s strokes, from odd forms such as slashed zeros, and from what is no digit."
)


# A fragment: a stroke runs only this part of the page again, without the cards and charts of the rest.
@st.fragment
def compare(networks: dict[str, Trained]) -> None:
    """Let the user choose networks and draw; show what each network reads, and where they differ."""
    # Pills, not a multiselect: it writes white on the primary colour, which is hard to read in dark mode.
    chosen = st.pills(
        "Compare",
        list(networks),
        selection_mode="multi",
        default=list(networks)[:FIRST_COMPARED],
        format_func=as_markdown,
        key="networks_chosen",
    )
    note = st.container()  # always there: if it came and went, the canvas below would begin anew
    if len(chosen) > MAX_COMPARED:
        note.caption(f"The {MAX_COMPARED} that were chosen first are compared.")
        chosen = chosen[:MAX_COMPARED]
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
    controls_and_reason = two_columns()
    with controls_and_reason.cell():
        show_controls(sketch, key="networks")
    if differs_by_its_lessons(readings, networks):
        controls_and_reason.cell().markdown(WHY_THE_READER_DIFFERS)
    with st.grid(3, min_column_width=260):
        for name, reading in readings.items():
            with st.container(border=True):
                st.markdown(f"**{as_markdown(name)}**")
                st.caption(f"{networks[name].card.parameters:,} parameters")
                show_bars(reading.prediction, key=f"networks_{name}")


def read_with(networks: list[Trained], ink: np.ndarray) -> dict[str, Reading]:
    """Read a drawing with each network; return the readings by the networks' names.

    A network that cannot be loaded is left out, and its error shown. If the drawing is blank, this says so and returns
    no reading.
    """
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
    """Show what each network reads and how sure it is, in a line each; if they disagree, list below who reads what."""
    if not readings:  # `read_with` has shown why
        return
    st.table(
        [{"Network": as_markdown(name), **answer_and_confidence(reading)} for name, reading in readings.items()],
        border="horizontal",
        alt="What each network reads",
    )
    groups = who_says_what({name: in_short(reading) for name, reading in readings.items()})
    if len(groups) > 1:
        sentences = [f"**{answer}**: {as_markdown('; '.join(names))}" for answer, names in groups.items()]
        st.warning("  \n".join(sentences), title="They disagree", icon=":material/compare_arrows:")


def in_short(reading: Reading) -> str:
    """Say in a word what is read."""
    return str(reading.prediction.label) if reading.prediction.is_digit else "no digit"


def differs_by_its_lessons(readings: dict[str, Reading], networks: dict[str, Trained]) -> bool:
    """Say whether the shipped network's answer is another than that of one that learned MNIST as it is."""
    shipped, plain = set(), set()
    for name, reading in readings.items():
        how = networks[name].card.how_trained
        if networks[name].folder == SHIPPED:
            shipped.add(in_short(reading))
        elif how and how.as_it_is:
            plain.add(in_short(reading))
    return bool(shipped and plain - shipped)


def answer_and_confidence(reading: Reading) -> dict[str, str]:
    """Return what is read and how sure the network is, in Markdown; close candidates become a question."""
    prediction = reading.prediction
    if not prediction.is_digit:
        return {"Reads": "no digit", "Sure": "–"}
    sure = percent(prediction.confidence).replace(">", "\\>")  # Markdown takes > at the start of a line for a quotation
    return {"Reads": f"**{which_of(prediction.candidates)}**", "Sure": sure}


def show_accuracies(networks: list[Trained]) -> None:
    """Show how well each network reads each test part, over the number of its parameters."""
    st.header("Accuracy over size", anchor=False)
    rows = [row | {"set": SET_TITLES[row["set"]]} for row in average_over_seeds(networks)]
    st.altair_chart(accuracy_over_size(rows), alt="Each network’s accuracy on each test part over its parameters")
    st.caption(
        "Networks that differ only in their seed are one point, their mean, with an error bar of one standard "
        "deviation. The tutorials’ networks learned MNIST *as it is*, and show how far apart MNIST and people’s "
        "drawings can be. *Retrain* can do the same: from scratch, under *More*."
    )


st.title("Networks", anchor=False)
trained = find_trained(local_now())
compare({network.name: network for network in trained})
show_accuracies(trained)
show_layers()
show_dataset()

st.header("Search", anchor=False)
show_searches()
