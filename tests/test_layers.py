"""The networks' layers, as the page draws them."""

import numpy as np
import pytest

from model.architectures import NETWORKS
from model.layers import Layer, draw_shape, in_lines, in_steps, layers_of, read_layers


def test_the_file_says_what_keras_builds():
    assert read_layers() == {name: layers_of(build(10)) for name, build in NETWORKS.items()}, (
        "python -m model.layers writes it again"
    )
    for name, layers in read_layers().items():
        assert sum(layer.parameters for layer in layers) == NETWORKS[name](10).count_params()


def test_layers_are_described_as_people_write_them():
    first, second, *_ = read_layers()["light_reader"][1:]
    assert (first.kind, first.detail, first.size, first.parameters) == ("Conv2D", "5×5, stride 2", "14×14×24", 600)
    assert second == Layer("BatchNormalization", "", (14, 14, 24), 96)
    assert [layer.detail for layer in read_layers()["lenet5"][1:3]] == ["5×5, tanh", "2×2"]
    assert read_layers()["deep_dense"][3] == Layer("Dropout", "50 %", (256,), 0)
    assert read_layers()["dense"][1].size == "784 values"


def test_what_leaves_the_shape_alone_goes_with_the_layer_before():
    steps = in_steps(read_layers()["light_reader"])
    assert [step[0].kind for step in steps] == ["InputLayer", *["Conv2D"] * 4, "Flatten", "Dense"]
    for first, *others in steps:
        assert all(layer.shape == first.shape for layer in others)


def test_a_step_is_described_line_by_line():
    (_, first, *_), last = in_steps(read_layers()["light_reader"]), in_steps(read_layers()["cnn"])[-2]
    assert in_lines(first) == [
        *("**Conv2D** 5×5, stride 2", "14×14×24", "600 parameters"),
        *("BatchNormalization ", "96 parameters", "ReLU "),
    ]
    assert in_lines(last) == ["**Flatten** ", "1,600 values", "Dropout 50 %"]


@pytest.mark.parametrize("shape", [(28, 28, 1), (14, 14, 24), (1, 1, 120), (784,), (10,)])
def test_a_pixel_is_a_value(shape):
    drawing = draw_shape(shape)
    assert (drawing[..., 3] > 0).sum() == np.prod(shape)
    assert drawing[..., 3].any(axis=0)[[0, -1]].all()
    assert drawing[..., 3].any(axis=1)[[0, -1]].all()


def test_every_networks_drawing_fits_on_a_phone():
    for layers in read_layers().values():
        assert max(draw_shape(layer.shape).shape[1] for layer in layers) < 320
