"""The steps of a training that are more than calls of Keras."""

import keras
import numpy as np
import pytest

from model.card import KERAS_FILE
from model.networks import build
from model.options import Options
from model.training import KEPT, go_partly_back

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own


def test_a_network_that_goes_partly_back_keeps_a_share_of_what_it_learned(tmp_path):
    keras.utils.set_random_seed(0)
    network = build(Options(network="light_reader"), classes=11)
    network.save(tmp_path / KERAS_FILE)
    before = network.get_weights()
    network.set_weights([weights + 1 for weights in before])
    go_partly_back(network, tmp_path)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_allclose(new, old + KEPT, rtol=1e-5)
