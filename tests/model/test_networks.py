"""The networks: that each is as it was published, and that the page's runtime reads it as Keras does."""

import numpy as np
import pytest

from model import options, scratch, training, tutorials
from model.card import LITERT_FILE
from model.litert import LiteRTNetwork
from model.networks import NETWORKS, dense
from model.predictor import digit_scores
from model.runs import presets
from model.training import save_network

# Worked out by hand, or from where they were published (keras.io/examples/vision/mnist_convnet for cnn; LeNet-5 with
# all of its second convolution's connections, and dense logits).
PARAMETERS = {
    "reader": 5 * 5 * 32 + 9 * 32 * 64 + 9 * 64 * 96 + 9 * 96 * 96 + 4 * (32 + 64 + 96 + 96) + (7 * 7 * 96 + 1) * 10,
    "light_reader": 5 * 5 * 24
    + 9 * 24 * 48
    + 9 * 48 * 64
    + 9 * 64 * 64
    + 4 * (24 + 48 + 64 + 64)
    + (7 * 7 * 64 + 1) * 10,
    "dense": 785 * 128 + 129 * 10,
    "scratch": 785 * 128 + 129 * 10,
    "deep_dense": 785 * 256 + 257 * 128 + 129 * 128 + 4 * 128 + 129 * 10,
    "simple_cnn": 10 * 28 + (13 * 13 * 28 + 1) * 128 + 129 * 10,
    "cnn": 34_826,
    "lenet5": 61_706,
}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own
@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_has_its_parameters_and_is_read_by_the_pages_runtime(name, tmp_path):
    network = NETWORKS[name](10)
    assert network.name == name
    assert network.count_params() == PARAMETERS[name]
    images = np.random.default_rng(0).random((20, 28, 28)).astype(np.float32)
    assert save_network(network, images, tmp_path) <= 1e-4
    litert = LiteRTNetwork(tmp_path / LITERT_FILE)
    np.testing.assert_allclose(litert(images), network.predict(images[..., np.newaxis], verbose=0), atol=1e-4)
    assert litert.classes == 10


def test_every_network_is_known_to_the_page():
    for known in (options.NETWORKS, tutorials.HISTORIES, presets.SECONDS_AN_IMAGE):
        assert [*known] == [*NETWORKS]


def test_every_loss_and_optimizer_is_known_to_the_options():
    assert ([*options.LOSSES], [*options.OPTIMIZERS]) == ([*training.LOSSES], [*training.OPTIMIZERS])
    assert [*options.OPTIMIZERS_OF_SCRATCH] == [*scratch.OPTIMIZERS]


def test_dense_has_the_hidden_layers_that_it_is_told():
    assert dense(11, [16, 8]).count_params() == 785 * 16 + 17 * 8 + 9 * 11


def test_a_network_of_ten_classes_takes_for_a_digit_what_it_is_sure_of():
    unsure, sure = np.zeros((1, 10)), 9 * np.eye(10)[:1]
    assert digit_scores(unsure)[0] == pytest.approx(np.log(1 / 9))
    assert digit_scores(sure)[0] == pytest.approx(9 - np.log(9))
