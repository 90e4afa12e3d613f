"""What people draw, read through the whole way: 60 digits of our own in six hands, and what is no digit."""

import json

import numpy as np
import pytest

from model.data.drawing import draw_strokes
from model.predictor import Predictor
from tests.conftest import ROOT

HANDS = json.loads((ROOT / "tests/hands.json").read_text(encoding="utf-8"))
predictor = Predictor()


def read(drawing: dict):
    strokes = [np.array(stroke, np.float32) for stroke in drawing["strokes"]]
    return predictor.read(draw_strokes(strokes, drawing["brush_px"])).prediction


def test_the_set_is_ten_digits_in_six_hands():
    assert sorted({(drawing["hand"], drawing["label"]) for drawing in HANDS["digits"]}) == sorted(
        (hand, digit)
        for hand in ("american", "european", "slashed", "floating", "small", "thick")
        for digit in range(10)
    )


@pytest.mark.parametrize("drawing", HANDS["digits"], ids=lambda drawing: f"{drawing['hand']} {drawing['label']}")
def test_digits_are_read_right_and_called_digits(drawing):
    prediction = read(drawing)
    assert (prediction.label, prediction.is_digit) == (drawing["label"], True), prediction


@pytest.mark.parametrize("drawing", HANDS["not_digits"], ids=lambda drawing: drawing["name"])
def test_what_is_no_digit_is_not_called_one(drawing):
    prediction = read(drawing)
    assert not prediction.is_digit, prediction
