import json

import cv2
import numpy as np
import pytest

from model.card import SHIPPED
from model.measure import numbers, photos
from model.measure.evaluate import main
from model.measure.numbers import SPACINGS
from tests.drawings import draw


def test_sets_are_measured_and_pictures_written(tiny_mnist_file, strokes_file, tmp_path, capsys):
    others = np.stack([cv2.resize(draw(digit)[:, ::-1], (105, 105)) for digit in (2, 3, 4, 6, 7)])
    names = [f"mirrored/{digit}" for digit in (2, 3, 4, 6)] + ["Korean/character22"]
    np.savez(tmp_path / "others.npz", ink=others, name=names)
    files = ["--mnist", tiny_mnist_file, "--strokes", strokes_file, "--not-digits", tmp_path / "others.npz"]
    sets = ["mnist", "redrawn", "strokes", "not-digits"]
    assert main([*sets, *map(str, files), "--json", "--output", str(tmp_path / "out")]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert list(measured) == ["mnist", "redrawn", "strokes", "letters", "not-digits"]
    assert measured["mnist"]["n"] == measured["redrawn"]["n"] == 100
    assert measured["strokes"]["n"] == 20
    assert measured["strokes"]["accuracy"] > 0.9
    assert {part: figures["n"] for part, figures in measured["strokes"]["slices"]["laboratory"].items()} == {
        "lab": 10,
        "hut": 10,
    }
    assert set(measured["strokes"]["slices"]) >= {"laboratory", "stroke width, px", "size"}
    of_all = {name: measured["strokes"][name] for name in ("n", "accuracy", "ece", "called_digit")}
    assert measured["strokes"]["readable"] == of_all  # there is none that nobody can read
    assert measured["strokes"]["called_digit"] > 0.9
    assert (measured["letters"]["n"], measured["letters"]["against"]) == (2, "strokes")
    assert measured["letters"]["called_digit"] == 0
    of_all = {name: figure for name, figure in measured["letters"].items() if name != "clear"}
    assert measured["letters"]["clear"] == of_all  # there is none that looks like a digit
    assert measured["not-digits"]["auroc"] > 0.5
    assert (measured["not-digits"]["n"], measured["not-digits"]["clear"]["n"]) == (5, 4)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("mistakes-mnist.png", "mistakes-redrawn.png", "mistakes-strokes.png", "reliability.png"),
        *("called-digit-letters.png", "called-digit-not-digits.png"),
    }


@pytest.mark.slow
def test_numbers_and_photographs_are_measured(tiny_mnist_file, strokes_file, monkeypatch, tmp_path, capsys):
    for module, name in ((numbers, "EACH"), (numbers, "MNIST_EACH"), (photos, "PAGES_EACH")):
        monkeypatch.setattr(module, name, 1)
    files = ["--mnist", str(tiny_mnist_file), "--strokes", str(strokes_file), "--output", str(tmp_path / "out")]
    assert main(["numbers", "photos", "--json", *files]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert list(measured) == ["numbers", "photos"]
    of_numbers = measured["numbers"]
    for part, n in (("people", len(numbers.LENGTHS)), ("mnist", 1)):
        assert {spacing: figures["n"] for spacing, figures in of_numbers[part].items()} == dict.fromkeys(SPACINGS, n)
    assert (of_numbers["singles"], of_numbers["taken_for_two"]) == (20, 0)
    (ways,) = measured["photos"]["parts"].values()
    for figures in ways.values():
        assert figures["photos"] == len(photos.PAPERS)
        assert {of_paper["n"] for of_paper in figures["kinds"].values()} == {64}
    assert ways["as the app reads them"]["kinds"]["blank"]["right"] > 0.9
    parts = ("numbers-people", "numbers-mnist", "photos-pages of ours")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"mistakes-{part}.png" for part in parts}


def test_text_tells_the_same(strokes_file, capsys):
    assert main(["strokes", "--strokes", str(strokes_file)]) == 0
    printed = capsys.readouterr().out
    assert "strokes: 20 digits" in printed
    assert "letters: 2 drawings against the 20 digits of strokes" in printed
    assert "by laboratory:" in printed


def test_the_network_in_use_is_measured_unless_another_is_named(strict_in_use, tiny_mnist_file, capsys):
    for arguments, some_are_digits in (([], False), (["--model", str(SHIPPED)], True)):
        assert main(["mnist", "--mnist", str(tiny_mnist_file), "--json", *arguments]) == 0
        assert (json.loads(capsys.readouterr().out)["mnist"]["called_digit"] > 0) is some_are_digits


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["strokes", "--strokes", "nowhere.npz"], "There is no file of pen strokes at nowhere.npz"),
        (["mnist", "--mnist", "nowhere.npz"], "There is no MNIST file at nowhere.npz"),
        (["mnist", "--model", "nowhere"], "The model's card nowhere/model.json is missing"),
    ],
)
def test_missing_files_end_with_a_sentence(arguments, sentence, capsys):
    assert main(arguments) == 1
    assert sentence in capsys.readouterr().err


def test_unknown_set_is_said(capsys):
    with pytest.raises(SystemExit):
        main(["emnist"])
    assert "there is no set 'emnist'; expected mnist, redrawn, strokes, not-digits" in capsys.readouterr().err
