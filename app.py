"""Digit Canvas: draw a digit and see what a neural network reads. Start it with ``streamlit run app.py``."""

from pathlib import Path

import streamlit as st

from app_pages.parts.clock import local_now
from app_pages.parts.shared import get_predictor
from app_pages.sidebar.outcome import NOT_MEASURED_HELP
from app_pages.sidebar.permission import ask_password, is_permitted
from app_pages.sidebar.retrain import show_retraining
from app_pages.sidebar.switch import notice_changes, show_ways_back
from model.card import SHIPPED, CheckpointError
from model.runs.finished import name_runs
from model.runs.in_use import folder_in_use
from utils.words import NOT_MEASURED, SET_DESCRIPTIONS, SET_TITLES, accuracy_percent, as_markdown, counted

# A file of our own: an icon given by its name would be fetched from the internet.
st.set_page_config(page_title="Digit Canvas", page_icon=Path(__file__).parent / "app_pages/pictures/icon.png")

page = st.navigation(
    [
        st.Page("app_pages/recognise.py", title="Read a digit", icon=":material/draw:"),
        st.Page("app_pages/teach.py", title="Teach", icon=":material/gesture:"),
        st.Page("app_pages/corrections.py", title="Corrections", icon=":material/rule:"),
        st.Page("app_pages/quality.py", title="How good is it?", icon=":material/query_stats:"),
        st.Page("app_pages/networks.py", title="Networks", icon=":material/schema:"),
        st.Page("app_pages/training.py", title="Training", icon=":material/school:"),
    ]
)

notice_changes()  # before the rest of the page reads anything, so that no later change is missed
try:
    card = get_predictor().card
except CheckpointError as error:
    st.error(as_markdown(str(error)), icon=":material/error:", title="The network cannot be loaded")
    if folder_in_use() != SHIPPED:
        show_ways_back() if is_permitted() else ask_password()
    st.stop()

with st.sidebar:
    st.caption("Network in use")
    with st.container(gap="xxsmall"):
        st.markdown(
            f"**{as_markdown(name_runs(local_now()).get(folder_in_use(), card.network))}** reads right:",
            help=f"{card.parameters:,} parameters, {counted(card.epochs, 'epoch')}, trained on {card.date}.",
        )
        for name, title in SET_TITLES.items():
            if name in card.accuracy:
                help_text = f"{card.images[name]:,} digits. {SET_DESCRIPTIONS[name]}"
                st.markdown(f"{title}: **{accuracy_percent(card.accuracy[name])}**", help=help_text)
            else:
                st.markdown(f"{title}: {NOT_MEASURED}", help=NOT_MEASURED_HELP)
    show_retraining()
    st.caption(
        "What you draw or upload is read on the computer that runs this page, and not passed on. It is stored there "
        "only if you press *Right*, or say what *it was*: the picture, its label, what was read, by which network and "
        "when; no name, no address."
    )

page.run()
