"""Which networks there are: each one's history and its layers as a drawing, and a way to train it."""

import streamlit as st

from app_pages.sidebar.retrain import offer_training
from model.layers import draw_layers, read_layers
from model.options import NETWORKS
from model.tutorials import HISTORIES
from utils.pictures.charts import layers_chart

ROOM_FOR_SCROLLBAR_PX = 16


@st.fragment
def show_layers() -> None:
    """Let the user choose a network; show its history and its layers, and offer to train it."""
    st.header("Which networks there are", anchor=False)
    name = st.pills("Network", NETWORKS, default=NETWORKS[0], required=True, key="networks_layers_of")
    layers = read_layers()[name]
    parameters = sum(layer.parameters for layer in layers)
    parameters_of_an_output = layers[-1].parameters // 10
    st.markdown(
        f"{HISTORIES[name]} It has {parameters:,} parameters with the ten outputs drawn here, one for each digit, and "
        f"{parameters + parameters_of_an_output:,} with an eleventh for “no digit”."
    )
    drawing = draw_layers(layers)
    # Only a container of a fixed height scrolls sideways when the row is wider than the screen.
    with st.container(
        height=round(drawing["height"]) + ROOM_FOR_SCROLLBAR_PX, border=False, key="networks_row_of_layers"
    ):
        st.altair_chart(
            layers_chart(drawing, "white" if st.context.theme.type == "dark" else "black"),
            width="content",
            alt=f"The layers of {name}, from the picture to the digits",
            key=f"networks_layers_{name}",
        )
    st.caption(
        "What each layer passes on to the next. Pictures are drawn as a stack of sheets (a convolution makes one for "
        "each of its filters), single values as a bar (a dense layer has one for each neuron). :blue[Blue] layers "
        "learn, grey ones do not; a line with a + belongs to the layer above it. The sheets are drawn to scale; their "
        "number, and the length of a bar, grow by one step with each doubling."
    )
    offer_training(name)
