"""Digit Canvas: draw a digit and see what a neural network reads. Start it with ``streamlit run app.py``."""

from pathlib import Path

import streamlit as st

from app_pages.resources import get_predictor
from model.checkpoint import CheckpointError

# A file of ours: a named icon would be fetched from the network.
st.set_page_config(page_title="Digit Canvas", page_icon=Path(__file__).parent / "app_pages/pictures/icon.png")

page = st.navigation([st.Page("app_pages/recognise.py", title="Digit Canvas")])

try:
    card = get_predictor().card
except CheckpointError as error:
    st.error(str(error), icon=":material/error:", title="The network cannot be loaded")
    st.stop()

with st.sidebar:
    st.caption("Network in use")
    st.header(f"{card.test_accuracy:.2%}".replace("%", " %"), anchor=False)
    st.markdown(
        f"of MNIST’s {card.test_images:,} test digits read right",
        help="Handwritten digits that the network had never seen. They chose nothing in its training.",
    )
    st.caption(f"“{card.network}”, {card.parameters:,} parameters, trained on {card.date} for {card.epochs} epochs.")
    st.caption("What you draw or upload is read on the computer that runs this page. It is not stored or passed on.")

page.run()
