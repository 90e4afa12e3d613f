import json

import numpy as np
import pytest

from model.card import CARD_FILE, KERAS_FILE, LITERT_FILE, LOCATOR, file_sha256
from model.litert import LiteRTNetwork
from model.numbers.locate import SHAPES
from model.numbers.train import locator, main


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own
def test_a_locator_is_trained_and_saved(tiny_mnist_file, strokes_file, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("STROKES_PATH", raising=False)
    files = ["--mnist", str(tiny_mnist_file), "--strokes", str(strokes_file)]
    main([*files, "--epochs", "1", "--strips", "64", "--output", str(tmp_path / "out")])
    card = json.loads((tmp_path / "out" / CARD_FILE).read_text())
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == card
    assert card["train_writers"] == 16
    assert np.isfinite(card["loss"])
    assert card["litert_sha256"] == file_sha256(tmp_path / "out" / LITERT_FILE)
    assert (tmp_path / "out" / KERAS_FILE).exists()
    assert LiteRTNetwork(tmp_path / "out" / LITERT_FILE, shapes=SHAPES)(np.zeros((1, 32, 96), np.float32)).shape[
        1:
    ] == (
        48,
        12,
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--strips", "31"], "--strips is 31; expected 32 or more"), (["--epochs", "0"], "--epochs is 0; expected 1")],
)
def test_bad_arguments_end_with_a_sentence(arguments, sentence, tmp_path):
    with pytest.raises(SystemExit, match=sentence):
        main([*arguments, "--output", str(tmp_path / "out")])


def test_a_strip_may_have_any_width():
    network = locator()
    assert network.count_params() < 1_000_000
    for width in (64, 96):
        assert network(np.zeros((2, 32, width, 1), np.float32)).shape == (2, width // 2, 12)


def test_the_shipped_locators_card_is_that_of_its_file():
    card = json.loads((LOCATOR / CARD_FILE).read_text())
    assert card["litert_sha256"] == file_sha256(LOCATOR / LITERT_FILE)
    assert card["train_writers"] == 213


@pytest.mark.parametrize("arguments", [["--mnist", "nowhere.npz"], ["--strokes", "nowhere.npz"]])
def test_a_missing_file_ends_with_a_sentence(arguments, tiny_mnist_file, tmp_path):
    with pytest.raises(SystemExit, match=r"There is no .* at nowhere\.npz"):
        main(["--mnist", str(tiny_mnist_file), "--output", str(tmp_path), *arguments])
