"""What every session shares, made once."""

import json

import numpy as np
import streamlit as st
from PIL import Image

from model.checkpoint import QUALITY_FILE, SHIPPED
from model.predictor import Predictor
from utils.charts import probability_chart
from utils.image import load_image, load_thumbnail

THUMBNAIL_SIZE_PX = 700  # twice what it is shown with, for sharp screens


@st.cache_resource(show_spinner="Loading the network …")
def get_predictor() -> Predictor:
    """Load the network, and do once what is slow the first time, so that the first stroke is read at once."""
    predictor = Predictor()
    probability_chart(predictor.predict(np.zeros((28, 28), np.float32))[0].probabilities)
    return predictor


@st.cache_data
def get_quality() -> dict:
    """Read the figures that `train.py` wrote beside the network: for each test set; empty if there are none."""
    try:
        return json.loads((SHIPPED / QUALITY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


@st.cache_data(max_entries=50, show_spinner=False)
def decode_picture(content: bytes) -> tuple[np.ndarray, Image.Image]:
    """Decode an uploaded picture once, though the page runs again for each stroke: its ink, and a thumbnail.

    Raises
    ------
    ValueError
        As `load_image`.
    """
    return load_image(content), load_thumbnail(content, THUMBNAIL_SIZE_PX)
