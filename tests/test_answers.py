import json
from dataclasses import replace

import numpy as np
import pytest

from model.answers import Answers, contact_sheet, hardest, in_ranges, summarise, tell_apart, write_quality
from tests.drawings import draw

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
