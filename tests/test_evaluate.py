import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from model.evaluate import Answers, contact_sheet, in_ranges, main, summarise, tell_apart, write_quality
from tests.drawings import draw


def test_sets_are_measured_and_pictures_written(tiny_mnist_file, strokes_file, tmp_path, capsys):
    others = np.stack([cv2.resize(draw(digit)[:, ::-1], (105, 105)) for digit in (2, 3, 4, 6, 7)])
    np.savez(tmp_path / "others.npz", ink=others)
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
    assert measured["strokes"]["readable"] == {"n": 20, "accuracy": measured["strokes"]["accuracy"]}
    assert measured["strokes"]["called_digit"] > 0.9
    assert (measured["letters"]["n"], measured["letters"]["against"]) == (2, "strokes")
    assert measured["letters"]["called_digit"] == 0
    assert measured["not-digits"]["auroc"] > 0.5
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("mistakes-mnist.png", "mistakes-redrawn.png", "mistakes-strokes.png", "reliability.png"),
        *("called-digit-letters.png", "called-digit-not-digits.png"),
    }


def test_text_tells_the_same(strokes_file, capsys):
    assert main(["strokes", "--strokes", str(strokes_file)]) == 0
    printed = capsys.readouterr().out
    assert "strokes: 20 digits" in printed
    assert "letters: 2 drawings against the 20 digits of strokes" in printed
    assert "by laboratory:" in printed


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


ANSWERS = Answers(
    pictures=[draw(digit) for digit in (4, 4, 9, 9)],
    labels=np.array([4, 4, 9, 9]),
    said=np.array([4, 9, 9, -1]),
    confidences=np.array([0.9, 0.6, 0.8, 0.0]),
    scores=np.array([5, 4, 1, -np.inf]),
    called_digit=np.array([True, True, False, False]),
    slices={"size": in_ranges([0.4, 0.9, 0.5, 0.6], (0.33, 0.5, 0.95)), "site": np.array(["a"] * 4)},
)


def test_summary_of_a_hand_worked_case():
    summary = summarise(ANSWERS)
    assert (summary["n"], summary["accuracy"]) == (4, 0.5)
    assert summary["recall"] == {4: 0.5, 9: 0.5}
    assert summary["called_digit"] == 0.5
    assert np.argwhere(summary["confusion"]).tolist() == [[4, 4], [4, 9], [9, 9]]
    assert {(pair["was"], pair["said"]): pair["count"] for pair in summary["confused"]} == {(4, 9): 1, (9, -1): 1}
    # One laboratory is no slice; 0.5 belongs to the range that it starts.
    assert summary["slices"] == {
        "size": {"0.33 – 0.5": {"n": 1, "accuracy": 1.0}, "0.5 – 0.95": {"n": 3, "accuracy": pytest.approx(1 / 3)}}
    }


def test_contact_sheet_has_a_tile_for_each_that_is_shown_and_is_there_without_any():
    sheet = contact_sheet(ANSWERS, np.array([1, 3]))
    assert sheet.dtype == np.uint8
    assert sheet.std() > 10
    none = contact_sheet(ANSWERS, np.array([], int))
    assert none.shape == sheet.shape
    assert none.std() == 0


def test_telling_apart_a_hand_worked_case():
    others = replace(
        ANSWERS, scores=np.array([3.0, -1, -2, -np.inf]), called_digit=np.array([True, False, False, False])
    )
    apart = tell_apart(ANSWERS, others, "strokes")
    # Of the 16 pairs of a digit and another, the digit scores higher in 4 + 4 + 3 + 0, and two blanks tie.
    assert apart["auroc"] == pytest.approx((4 + 4 + 3 + 0.5) / 16)
    assert apart["called_digit"] == 0.25


def test_quality_is_written_for_the_page(tmp_path):
    write_quality({"mnist": ANSWERS, "redrawn": ANSWERS, "strokes": ANSWERS}, tmp_path)
    quality = json.loads((tmp_path / "quality.json").read_text())
    assert quality["strokes"]["n"] == 4
    assert {path.name for path in tmp_path.iterdir()} == {"quality.json", "mistakes-mnist.png", "mistakes-redrawn.png"}
