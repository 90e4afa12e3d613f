"""Shipping a tutorial's network: half the size, the same answers, and the figures of what is shipped."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from model.card import LITERT_FILE, SHIPPED, file_sha256, read_card, read_quality, write_card
from model.data.mnist import load_mnist, to_unit_range
from model.export.tutorials import ship
from model.networks import NETWORKS
from model.predictor import Predictor
from model.runs.folder import append_metrics
from model.training import save_network
from model.tutorials import PUBLISHED

# TensorFlow's own
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def tiny(tiny_mnist_file):
    return load_mnist(tiny_mnist_file)


@pytest.fixture
def run(tmp_path, tiny, state):
    """A finished run of the dense network, on MNIST as it is."""
    keras.utils.set_random_seed(0)
    network, images = NETWORKS["dense"](10), to_unit_range(tiny.x_train)
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(images[..., np.newaxis], tiny.y_train, batch_size=20, epochs=5, verbose=0)
    folder = tmp_path / "run"
    folder.mkdir()
    save_network(network, images[:10], folder)
    append_metrics(folder, {"epoch": 1, "seconds": 1.0, "accuracy": 0.9, "loss": 0.4})
    of_it = {"network": "dense", "train_writers": 0, "options": PUBLISHED["dense"].options}
    write_card(replace(read_card(SHIPPED), **of_it), folder)
    return folder


def test_it_is_half_as_large_and_its_card_tells_of_what_is_shipped(run, tiny, tmp_path):
    shipped = tmp_path / "weights" / "dense"
    ship(run, shipped, tiny, None)
    assert {file.name for file in shipped.iterdir()} == {"model.tflite", "model.json", "quality.json", "metrics.jsonl"}
    assert (shipped / LITERT_FILE).stat().st_size < 0.55 * (run / LITERT_FILE).stat().st_size
    card = read_card(shipped)
    assert card.litert_sha256 == file_sha256(shipped / LITERT_FILE)
    assert 0 < card.litert_max_difference < 0.005
    labels = [prediction.label for prediction in Predictor(shipped).predict(to_unit_range(tiny.x_test))]
    assert card.accuracy["mnist"] == (labels == tiny.y_test).mean() == read_quality(shipped)["mnist"]["accuracy"]
    assert card.images == {"mnist": 100, "redrawn": 100}
    assert read_quality(shipped)["mnist"]["called_digit"] > 0.9  # by a threshold of its own; it had the reader's
    of_the_file = {"accuracy": {}, "images": {}, "litert_max_difference": 0.0, "litert_sha256": ""}
    of_the_file |= {"temperature": 1.0, "digit_threshold": 0.0}
    assert replace(card, **of_the_file) == replace(read_card(run), **of_the_file)


def test_where_16_bits_change_an_answer_it_keeps_its_32(run, tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("model.export.tutorials.answers_of", lambda predictor, images: predictor.folder)
    ship(run, tmp_path / "dense", tiny, None)
    assert (tmp_path / "dense" / LITERT_FILE).read_bytes() == (run / LITERT_FILE).read_bytes()
    assert read_card(tmp_path / "dense").litert_sha256 == file_sha256(run / LITERT_FILE)
    assert capsys.readouterr().err == "dense: 16 bits change an answer, so it keeps its 32\n"
