"""Which networks there are: each one's history and its layers as a drawing, and a way to train it."""

import streamlit as st

from app_pages.sidebar.retrain import offer_training
from model.layers import draw_layers, read_layers
from model.options import NETWORKS
from model.tutorials import HISTORIES
from utils.charts import layers_chart

ROOM_FOR_SCROLLBAR_PX = 16


@st.fragment
def show_layers() -> None:
    """Let one choose a network; show where it comes from, its layers, and offer to train it."""
    st.header("Which networks there are", anchor=False)
    name = st.pills("Network", NETWORKS, default=NETWORKS[0], required=True, key="networks_layers_of")
    layers = read_layers()[name]
    parameters, an_output_more = sum(layer.parameters for layer in layers), layers[-1].parameters // 10
    st.markdown(
        f"{HISTORIES[name]} {parameters:,} parameters with ten outputs, the digits, as drawn here; "
        f"{parameters + an_output_more:,} with an eleventh, for what is no digit."
    )
    drawing = draw_layers(layers)
    # Of a fixed height, for only such a container scrolls sideways where the row is too long for the screen.
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
        "The values that each layer passes on to the next: pictures as a stack of sheets, a convolution’s one for each "
        "of its filters; single values as a bar, a dense layer’s one for each neuron. :blue[Blue] layers learn, grey "
        "ones do not; what has a + goes with the layer above it. The sides of the sheets are true to scale; their "
        "number, and the length of a bar, grow by a step with each doubling."
    )
    offer_training(name)
