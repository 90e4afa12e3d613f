"""Networks: draw one digit and see what several networks make of it; their accuracy over their size."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app_pages.canvas import draw_digit
from app_pages.resources import get_predictor
from app_pages.search import show_searches
from app_pages.widgets import show_answer, show_bars
from model.checkpoint import SHIPPED, Card, CheckpointError, read_card
from model.presets import NETWORKS
from utils.charts import accuracy_over_size
from utils.image import ink_from_canvas
from utils.jobs import list_runs
from utils.words import SET_TITLES, run_title, which_of

MOST_COMPARED = 6


@dataclass(frozen=True)
class Trained:
    """A trained network: where it is, and its card."""

    folder: Path
    card: Card

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.card.network}, {'shipped' if self.folder == SHIPPED else run_title(self.folder.name)}"


def find_networks() -> list[Trained]:
    """Find the shipped network and those of all finished runs, the newest first."""
    found = []
    for folder in (SHIPPED, *list_runs()):
        try:
            found.append(Trained(folder, read_card(folder)))
        except CheckpointError:
            continue  # not finished; the page Training says why
    return found


def show_networks(networks: list[Trained], drawing: bytes) -> None:
    """Show what each network reads, and whether they agree."""
    ink = ink_from_canvas(drawing)
    labels = set()
    with st.grid(3, min_column_width=260):
        for network in networks:
            with st.container(border=True):
                st.markdown(f"**{network.name}**")
                st.caption(f"{network.card.parameters:,} parameters")
                try:
                    reading = get_predictor(network.folder).read(ink)
                except CheckpointError as error:
                    st.error(str(error))
                    continue
                if reading.blank:
                    st.info(reading.blank)
                    continue
                labels.add(reading.prediction.label)
                show_answer(reading.prediction)
                show_bars(reading.prediction, key=f"networks_{network.folder.name}")
    if len(labels) > 1:
        st.warning(f"They disagree: {which_of(sorted(labels))}", icon=":material/compare_arrows:")


st.header("Networks", anchor=False)
found = {network.name: network for network in find_networks()}
if len(found) == 1:
    st.info(
        "There is only the shipped network yet. *Retrain* in the sidebar trains others, from scratch: under *More* are "
        "the networks of the well-known tutorials.",
        icon=":material/model_training:",
    )
chosen = st.multiselect(
    "Compare",
    list(found),
    default=list(found)[:3],
    max_selections=MOST_COMPARED,
    placeholder="Choose up to six networks",
    key="networks_chosen",
)
drawing = draw_digit(key="networks")
if drawing is None:
    st.caption("Draw a digit, and see what each network makes of it.")
else:
    show_networks([found[name] for name in chosen], drawing)

st.subheader("Accuracy over size", anchor=False)
rows = [
    {"name": network.name, "parameters": network.card.parameters, "set": SET_TITLES[name], "accuracy": accuracy}
    for network in found.values()
    for name, accuracy in network.card.accuracy.items()
]
st.altair_chart(accuracy_over_size(rows), alt="Each network’s accuracy on each test part over its parameters")
st.caption(
    "How far MNIST and drawings can be apart shows a network that learned MNIST *as it is* (*Retrain*, from scratch, "
    "under *More*)."
)
with st.expander("Which networks there are", icon=":material/schema:"):
    for name, network in NETWORKS.items():
        st.markdown(f"**{name}** – {network.history}")

st.subheader("Search", anchor=False)
show_searches()
