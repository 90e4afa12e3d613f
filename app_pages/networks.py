"""Networks: draw one digit and see what several networks make of it; their accuracy, their layers, their digits."""

from itertools import chain

import streamlit as st

from app_pages.canvas import show_canvas, show_controls
from app_pages.dataset_browser import show_dataset
from app_pages.layers import show_layers
from app_pages.resources import get_predictor
from app_pages.search import show_searches
from app_pages.widgets import show_bars, show_blank, show_verdict
from model.checkpoint import CheckpointError
from model.trained import Trained, average_over_seeds, find_trained
from utils.charts import accuracy_over_size
from utils.image import ink_from_canvas
from utils.words import SET_TITLES, who_says_what

MOST_COMPARED = 6


# A stroke runs this part of the page only: no card is read and no chart is made for it.
@st.fragment
def compare(networks: dict[str, Trained]) -> None:
    """Let one choose networks and draw; show what each reads, and where they differ."""
    chosen = st.multiselect(
        "Compare",
        list(networks),
        default=list(networks)[:3],
        max_selections=MOST_COMPARED,
        placeholder="Choose up to six networks",
        key="networks_chosen",
    )
    sketch = show_canvas(key="networks")
    show_controls(sketch, key="networks")
    if sketch.picture is None:
        st.caption("Draw a digit, and see what each network makes of it.")
        return
    ink, readings = ink_from_canvas(sketch.picture), {}
    for name in chosen:
        try:
            reading = get_predictor(networks[name].folder).read(ink)
        except CheckpointError as error:
            st.error(str(error), title=name)
            continue
        if reading.blank:
            show_blank(reading)
            return
        readings[name] = reading
    groups = who_says_what(
        {
            name: str(of_it.prediction.label) if of_it.prediction.is_digit else "no digit"
            for name, of_it in readings.items()
        }
    )
    if len(groups) > 1:
        sentences = [f"**{answer}**: {'; '.join(names)}" for answer, names in groups.items()]
        st.warning("  \n".join(sentences), title="They disagree", icon=":material/compare_arrows:")
    with st.grid(3, min_column_width=260):
        for name in chain.from_iterable(groups.values()):  # those that few agree with first
            with st.container(border=True):
                st.markdown(f"**{name}**")
                st.caption(f"{networks[name].card.parameters:,} parameters")
                show_verdict(readings[name])
                show_bars(readings[name].prediction, key=f"networks_{networks[name].folder.name}")


def show_accuracies(networks: list[Trained]) -> None:
    """Show how well each network reads each test part, over its size."""
    st.subheader("Accuracy over size", anchor=False)
    rows = [row | {"set": SET_TITLES[row["set"]]} for row in average_over_seeds(networks)]
    st.altair_chart(accuracy_over_size(rows), alt="Each network’s accuracy on each test part over its parameters")
    st.caption(
        "Networks that differ by nothing but their seed are one point, their mean, with a bar of a standard deviation "
        "up and down. How far MNIST and drawings can be apart shows a network that learned MNIST *as it is* "
        "(*Retrain*, from scratch, under *More*)."
    )


st.header("Networks", anchor=False)
trained = find_trained()
if len(trained) == 1:
    st.info(
        "There is only the shipped network yet. *Retrain* in the sidebar trains others, from scratch: those of the "
        "well-known tutorials are below.",
        icon=":material/model_training:",
    )
compare({network.name: network for network in trained})
show_accuracies(trained)
show_layers()
show_dataset()

st.subheader("Search", anchor=False)
show_searches()
