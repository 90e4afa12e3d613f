"""Which networks there are: each one's history and its layers as a drawing, and a way to train it."""

import streamlit as st

from app_pages.retrain import offer_training
from model.layers import Layer, draw_shape, in_steps, read_layers
from model.presets import NETWORKS
from utils.image import to_data_url

MIN_STEP_WIDTH_PX = 120  # of its text


@st.fragment
def show_layers() -> None:
    """Let one choose a network; show where it comes from, its layers, and offer to train it."""
    st.subheader("Which networks there are", anchor=False)
    name = st.pills("Network", list(NETWORKS), default=next(iter(NETWORKS)), required=True, key="networks_layers_of")
    layers = read_layers()[name]
    st.markdown(f"{NETWORKS[name].history} {sum(layer.parameters for layer in layers):,} parameters.")
    steps = in_steps(layers)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for step in steps:
            show_step(step)
            if step is not steps[-1]:
                st.markdown(":gray[:material/arrow_forward:]", width="content")
    st.caption(
        "One blue pixel is one value, so the areas can be compared: a convolution gives a picture for each of its "
        "filters, a dense layer a value for each neuron. Drawn with ten outputs, the digits. A network that learns "
        f"what is no digit has an eleventh, and {layers[-1].parameters // 10:,} parameters more."
    )
    offer_training(name)


def show_step(step: list[Layer]) -> None:
    """Show a layer's output true to scale, what the layer is, and those after it that leave the shape alone."""
    first, *others = step
    drawing = draw_shape(first.shape)
    height, width, _ = drawing.shape
    lines = [f"**{first.kind}** {first.detail}", first.size]
    lines += [f"{first.parameters:,} parameters"] * bool(first.parameters)
    for layer in others:
        lines.append(f"+ {layer.kind} {layer.detail}" + f" ({layer.parameters:,})" * bool(layer.parameters))
    with st.container(width=max(width, MIN_STEP_WIDTH_PX), gap="xsmall"):
        st.image(
            to_data_url(drawing, 2 * max(height, width)),  # for sharp screens
            width=width,
            alt=f"The output of {first.kind}, {first.size}, true to scale",
        )
        st.caption("  \n".join(lines))
