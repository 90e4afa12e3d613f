"""What all sessions share, made once: networks, digits to compare with, decoded pictures."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from model.card import LITERT_FILE
from model.explain.activations import OpenNetwork
from model.explain.nearest import Bank, fill_bank
from model.litert import time_a_digit
from model.numbers.locate import get_locator
from model.predictor import Predictor
from model.runs.in_use import folder_in_use
from utils.image import load_with_thumbnail
from utils.pictures.charts import probability_chart

SHOWN_SIZE_PX = 1400  # a page of numbers is enlarged on a click
# One thread for all pictures: decoding a large one takes hundreds of megabytes, and the C library keeps some of that
# for each thread that decoded.
_DECODER = ThreadPoolExecutor(1)


def get_predictor(folder: Path | None = None) -> Predictor:
    """Return the network in a folder, by default the one in use, loaded once for all sessions."""
    return _load(folder or folder_in_use())


@st.cache_resource(show_spinner="Loading the network …", max_entries=8)
def _load(folder: Path) -> Predictor:
    # The first reading and the first chart are slow. They are made here, so that the first stroke is read at once.
    get_locator()
    predictor = Predictor(folder)
    probability_chart(predictor.predict(np.zeros((28, 28), np.float32))[0].probabilities)
    return predictor


@st.cache_resource(show_spinner=False, max_entries=8)
def get_open_network(folder: Path) -> OpenNetwork:
    """Return the network in `folder`, opened to watch its layers."""
    return OpenNetwork(folder)


@st.cache_resource(show_spinner="Writing 2,000 digits to compare with …", max_entries=1)  # a bank takes some 40 MB
def get_bank(folder: Path) -> Bank:
    """Return digits written by rule, with the features that the network in `folder` finds in them."""
    return fill_bank(get_open_network(folder))


@st.cache_data(max_entries=50, show_spinner=False)
def microseconds_a_digit(folder: Path) -> float:
    """Measure how long the network in `folder` takes to read a digit."""
    return time_a_digit(folder / LITERT_FILE)


def decode_picture(content: bytes) -> tuple[np.ndarray, Image.Image]:
    """Decode an uploaded picture, and keep it: each run of the page asks for it again.

    Returns
    -------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.
    shown : Image
        The same in colour, at most 1400 pixels a side.

    Raises
    ------
    ValueError
        As `load_image`. That is cached too: a picture that cannot be decoded is not tried again.
    """
    decoded = _decode(content)
    if isinstance(decoded, str):
        raise ValueError(decoded)
    return decoded


@st.cache_data(max_entries=16, show_spinner=False)
def _decode(content: bytes) -> tuple[np.ndarray, Image.Image] | str:
    try:
        return _DECODER.submit(load_with_thumbnail, content, SHOWN_SIZE_PX).result()
    except ValueError as error:
        return str(error)
