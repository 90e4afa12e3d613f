"""What every session shares, made once."""

import json

import numpy as np
import streamlit as st

from model.checkpoint import QUALITY_FILE, SHIPPED
from model.predictor import Predictor
from utils.charts import probability_chart


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
