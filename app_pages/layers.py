"""Which networks there are: each one's history and its layers as a drawing, and a way to train it."""

import numpy as np
import streamlit as st

from app_pages.retrain import offer_training
from model.layers import Layer, draw_shape, in_lines, in_steps, read_layers
from model.presets import NETWORKS
from utils.image import to_data_url

MIN_STEP_WIDTH_PX = 134  # of its text
LARGEST_PX = 175  # so that a phone has room for it, and a desktop for four in a row
MARGIN_PX = 4  # the theme rounds the corners of pictures


@st.fragment
def show_layers() -> None:
    """Let one choose a network; show where it comes from, its layers, and offer to train it."""
    st.subheader("Which networks there are", anchor=False)
    name = st.pills("Network", list(NETWORKS), default=next(iter(NETWORKS)), required=True, key="networks_layers_of")
    layers = read_layers()[name]
    st.markdown(f"{NETWORKS[name].history} {sum(layer.parameters for layer in layers):,} parameters.")
    steps = in_steps(layers)
    scale = max(1, LARGEST_PX // max(max(draw_shape(layer.shape).shape) for layer in layers))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for step in steps:
            show_step(step, scale)
            if step is not steps[-1]:
                st.markdown(":gray[:material/arrow_forward:]", width="content")
    st.caption(
        "The blue areas are true to scale: they show how many values each layer passes on. A convolution gives a "
        "picture for each of its filters, a dense layer a value for each neuron. Drawn with ten outputs, the digits; a "
        f"network that learns what is no digit has an eleventh, and {layers[-1].parameters // 10:,} parameters more."
    )
    offer_training(name)


def show_step(step: list[Layer], scale: int) -> None:
    """Show a layer's output, so many pixels a value, and say what the layer is, and those that go with it."""
    shape = step[0].shape
    drawing = draw_shape(shape).repeat(scale, axis=0).repeat(scale, axis=1)
    drawing = np.pad(drawing, ((MARGIN_PX, MARGIN_PX), (MARGIN_PX, MARGIN_PX), (0, 0)))
    height, width, _ = drawing.shape
    with st.container(width=max(width, MIN_STEP_WIDTH_PX), gap="xsmall"):
        st.image(
            to_data_url(drawing, 2 * max(height, width)),  # for sharp screens
            width=width,
            alt=f"The output of {step[0].kind}, {step[0].size}, true to scale",
        )
        st.caption("  \n".join(in_lines(step)))
