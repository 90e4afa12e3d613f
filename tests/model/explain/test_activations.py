"""What is seen inside a network is what Keras computes there."""

import keras
import numpy as np
import pytest
from keras import layers

from model.card import ALL_SHIPPED, LITERT_FILE, CheckpointError
from model.explain.activations import OpenNetwork, draw_inside
from model.export.tutorials import write_in_16_bits
from model.litert import LiteRTNetwork
from model.networks import NETWORKS
from model.training import save_network
from tests.drawings import draw
from utils.preprocess import normalize_digit

IMAGE = normalize_digit(draw(4)).image


def build_and_save(name: str, classes: int, folder) -> keras.Model:
    """Build a network as after some training: no normalisation and no bias is still what it was made with."""
    keras.utils.set_random_seed(0)  # of some first weights the two files differ by more than save_network allows
    network = NETWORKS[name](classes)
    rng = np.random.default_rng(0)
    network.set_weights([weights + rng.uniform(0, 0.02, weights.shape) for weights in network.get_weights()])
    save_network(network, IMAGE[np.newaxis], folder)
    return network


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own
@pytest.mark.parametrize("name", NETWORKS)
def test_each_layer_is_what_keras_makes_of_it(name, tmp_path):
    network = build_and_save(name, 10, tmp_path)
    outputs = []
    for layer in network.layers:
        if isinstance(layer, layers.Conv2D | layers.Dense):
            outputs.append(layer.output)
        elif isinstance(layer, layers.ReLU):  # of the convolution before it, after its normalisation
            outputs[-1] = layer.output
    *_, before, last = network.layers
    # The converter puts a normalisation before the last layer into its weights.
    outputs.append(before.input if isinstance(before, layers.BatchNormalization) else last.input)
    expected = keras.Model(network.inputs, outputs)([IMAGE[np.newaxis, ..., np.newaxis]])
    *activations, features = [np.array(tensor)[0] for tensor in expected]

    first = next(layer for layer in network.layers if isinstance(layer, layers.Conv2D | layers.Dense))
    kernel = np.moveaxis(first.kernel.numpy(), -1, 0)

    for bits, rtol, kernel_atol in ((32, 1e-3, 1e-6), (16, 5e-3, 1e-3)):
        if bits == 16:
            write_in_16_bits(network, tmp_path / LITERT_FILE)
        inside = OpenNetwork(tmp_path).look_inside(IMAGE)
        assert len(inside.layers) == len(activations)
        for layer, theirs in zip(inside.layers, activations, strict=True):
            np.testing.assert_allclose(layer.activations, theirs, rtol=rtol, atol=rtol * np.abs(theirs).max())
            assert layer.maps.shape == (theirs.shape[-1], *(theirs.shape[:-1] or (1, 1)))
        np.testing.assert_allclose(inside.features, features.ravel(), rtol=rtol, atol=rtol * np.abs(features).max())
        if name != "light_reader":  # there the converter has multiplied it by the normalisation
            np.testing.assert_allclose(inside.patterns, kernel.reshape(inside.patterns.shape), atol=kernel_atol)


@pytest.mark.parametrize("folder", ALL_SHIPPED, ids=lambda folder: folder.name)
def test_the_last_layer_is_what_the_predictor_reads(folder):
    expected = LiteRTNetwork(folder / LITERT_FILE)(IMAGE[np.newaxis])[0]
    np.testing.assert_allclose(OpenNetwork(folder).look_inside(IMAGE).logits, expected, atol=1e-4)


def test_layers_are_named_by_their_shape():
    assert [layer.title for layer in OpenNetwork().look_inside(IMAGE).layers] == [
        "Convolution: 32 maps of 14 by 14",
        "Convolution: 64 maps of 7 by 7",
        "Convolution: 96 maps of 7 by 7",
        "Convolution: 96 maps of 7 by 7",
        "Dense layer: 11 neurons",
    ]


def test_the_picture_changes_with_the_drawing():
    network = OpenNetwork()
    four, seven = (
        draw_inside(image, network.look_inside(image), temperature=1.0)
        for image in (IMAGE, normalize_digit(draw(7)).image)
    )
    assert four.shape == seven.shape
    assert (four != seven).any()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"model\.tflite cannot be read"):
        OpenNetwork(tmp_path)
