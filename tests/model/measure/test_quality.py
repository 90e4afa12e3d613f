import json
from dataclasses import replace

import numpy as np
import pytest

from model.data.mnist import read_mnist
from model.data.redrawn import draw as draw_set
from model.data.redrawn import is_kept
from model.measure.quality import (
    Answers,
    answer_drawn,
    hardest,
    in_ranges,
    main,
    mistakes_sheet,
    summarise,
    tell_apart,
    write_quality,
)
from model.predictor import Predictor
from tests.drawings import draw, strokes

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


def test_the_sheet_of_mistakes_has_a_tile_for_each_that_is_shown_and_is_there_without_any():
    sheet = mistakes_sheet(ANSWERS, np.array([1, 3]))
    assert sheet.dtype == np.uint8
    assert sheet.std() > 10
    none = mistakes_sheet(ANSWERS, np.array([], int))
    assert none.shape[1] == sheet.shape[1]
    assert none.std() == 0


def test_the_hardest_are_wrong_and_sure_the_easiest_right_and_sure():
    assert hardest(ANSWERS).tolist() == [1, 3, 2, 0]


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


def test_drawings_are_read_together_as_the_page_reads_each():
    characters = [strokes(digit, 0, 0, 700, 1000) for digit in range(10)] + [[np.zeros((1, 2), np.float32)]]
    drawn, predictor = draw_set(characters, 0), Predictor()
    answers = answer_drawn(predictor, drawn, np.array([*"0123456789."]))
    for place, ink in enumerate(drawn.inks):
        alone = predictor.read(ink).prediction
        if alone is None:
            assert (answers.said[place], answers.scores[place], answers.labels[place]) == (-1, -np.inf, -2)
        else:
            assert (answers.said[place], answers.confidences[place]) == (alone.label, alone.confidence)
            assert (answers.scores[place], answers.called_digit[place]) == (alone.digit_score, alone.is_digit)
    assert answers.said[-1] == -1


def test_test_digits_can_be_drawn_ahead(state, tiny_mnist_file, strokes_file):
    main([str(tiny_mnist_file), "--strokes", str(strokes_file)])
    assert is_kept(read_mnist(tiny_mnist_file).x_test, 0, 0.3)
    assert len([*(state / "drawn").iterdir()]) == 2
