"""The networks' layers, as the page draws them."""

import pytest

from model.layers import DRAWING_PX, STEP_PX, Layer, draw_layers, in_lines, in_steps, layers_of, read_layers
from model.networks import NETWORKS


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
    (_, first, *_), flatten = in_steps(read_layers()["light_reader"]), in_steps(read_layers()["cnn"])[-2]
    assert in_lines(first) == [
        *("Conv2D", "5×5, stride 2", "14×14×24", "600", "parameters"),
        *("+ Batch", "Normalization", "96 parameters", "+ ReLU"),
    ]
    assert in_lines(flatten) == ["Flatten", "", "1,600 values", "+ Dropout 50 %"]


def deep(hidden: int) -> list[Layer]:
    return [Layer("InputLayer", "", (28, 28, 1), 0), *[Layer("Dense", "relu", (4096,), 9)] * hidden]


@pytest.mark.parametrize("layers", [*read_layers().values(), deep(1), deep(40)], ids=[*read_layers(), "1", "40"])
def test_a_network_is_drawn_in_one_row_each_step_within_its_own_column(layers):
    drawing = draw_layers(layers)
    assert drawing["width"] == STEP_PX * len(in_steps(layers))
    for area in drawing["areas"]:
        left, right = area["x"] // STEP_PX, area["x2"] // STEP_PX
        assert left == right
        assert 0 <= area["y"] < area["y2"] <= DRAWING_PX
        assert min(area["x2"] - area["x"], area["y2"] - area["y"]) >= 6  # nothing is a speck
    assert all(text["y"] < drawing["height"] for text in drawing["texts"])


def test_the_longest_shipped_network_is_no_wider_than_the_page():
    assert max(draw_layers(layers)["width"] for layers in read_layers().values()) <= 704


def test_more_maps_are_more_sheets_and_more_values_a_longer_bar_within_limits():
    def areas(*shape):
        return draw_layers([Layer("", "", shape, 0)])["areas"]

    def bar_px(values):
        (bar,) = areas(values)
        return bar["y2"] - bar["y"]

    assert [len(areas(28, 28, maps)) for maps in (1, 6, 32, 96)] == [1, 3, 6, 7]
    assert 25 < bar_px(10) < bar_px(128) < bar_px(784) < bar_px(4704) < bar_px(10**6) == DRAWING_PX
