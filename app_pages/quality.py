"""How good is it? What the network in use read right and wrong of the test digits."""

import streamlit as st

from app_pages.parts.networks.download import offer_download
from app_pages.parts.networks.figures import show_quality
from app_pages.parts.shared import get_predictor
from model.runs.in_use import folder_in_use

st.title("How good is it?", anchor=False)
st.markdown(get_predictor().card.test_told)
with st.container(width=230):
    offer_download(folder_in_use(), key="quality")
show_quality(folder_in_use())
