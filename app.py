"""Digit Canvas: draw a digit and see what a neural network reads. Start it with ``streamlit run app.py``."""

from pathlib import Path

import streamlit as st

from app_pages.permission import ask_password, is_permitted
from app_pages.resources import get_predictor
from app_pages.retrain import show_retraining, show_ways_back
from model.checkpoint import SHIPPED, CheckpointError
from model.in_use import folder_in_use
from utils.words import accuracy_percent

SETS_HELP = {
    "strokes": (
        "{n:,} digits that people wrote with a pen on a tablet, drawn on this page’s canvas in any place, size and "
        "stroke width. The network learned from other people’s."
    ),
    "redrawn": (
        "The lines of {n:,} of MNIST’s test digits, drawn on this page’s canvas in any place, size and stroke width. "
        "None was trained on."
    ),
    "mnist": "MNIST’s {n:,} test digits, scanned from paper. None was trained on.",
}

# A file of ours: a named icon would be fetched from the network.
st.set_page_config(page_title="Digit Canvas", page_icon=Path(__file__).parent / "app_pages/pictures/icon.png")

page = st.navigation(
    [
        st.Page("app_pages/recognise.py", title="Read a digit", icon=":material/draw:"),
        st.Page("app_pages/quality.py", title="How good is it?", icon=":material/query_stats:"),
        st.Page("app_pages/networks.py", title="Networks", icon=":material/schema:"),
        st.Page("app_pages/training.py", title="Training", icon=":material/school:"),
    ]
)

try:
    card = get_predictor().card
except CheckpointError as error:
    st.error(str(error), icon=":material/error:", title="The network cannot be loaded")
    if folder_in_use() != SHIPPED:
        show_ways_back() if is_permitted() else ask_password()
    st.stop()

with st.sidebar:
    st.caption("Network in use")
    drawn = "strokes" if "strokes" in card.accuracy else "redrawn"
    for name, of_what in ((drawn, "people’s drawings"), ("mnist", "MNIST’s test digits")):
        st.markdown(
            f"**{accuracy_percent(card.accuracy[name])}** of {of_what} read right",
            help=SETS_HELP[name].format(n=card.images[name]),
        )
    st.caption(f"“{card.network}”, {card.parameters:,} parameters, trained on {card.date} for {card.epochs} epochs.")
    st.caption("What you draw or upload is read on the computer that runs this page. It is not stored or passed on.")

    st.divider()
    show_retraining()

page.run()
