import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from model.data.strokes import Characters, load_strokes, select_digits
from model.measure import photos as module
from model.measure.photos import (
    PAPERS,
    answer_photos,
    compose_photos,
    load_photos,
    photo_sheet,
    photos_as_text,
    read_patches,
    summarise_photos,
)
from model.predictor import Digit, Prediction, Predictor, Reading
from tests.drawings import draw

ROWS = ["123456789"] * 9
PENCIL = ["x........"] * 9


@pytest.fixture
def digits(strokes_file, monkeypatch) -> Characters:
    monkeypatch.setattr(module, "PAGES_EACH", 1)
    return select_digits(load_strokes(strokes_file))


@pytest.fixture
def folder(tmp_path):
    """A photograph of a grid of printed digits: 900 pixels, its corners at 90 and 810."""
    ink = np.zeros((900, 900), np.uint8)
    for number in range(10):
        at = 90 + 80 * number
        cv2.line(ink, (at, 90), (at, 810), 255, 6 if number % 3 == 0 else 2)
        cv2.line(ink, (90, at), (810, at), 255, 6 if number % 3 == 0 else 2)
    for row in range(9):
        for column in range(9):
            box = 112 + 80 * column, 106 + 80 * row, 34, 48
            ink = np.maximum(ink, draw(column + 1, 900, 5, box))
    cv2.imwrite(str(tmp_path / "grid.png"), 230 - ink // 2 - np.linspace(0, 60, 900).astype(np.uint8))
    corners = [[90, 90], [810, 90], [810, 810], [90, 810]]
    (tmp_path / "truth.json").write_text(json.dumps({"grid.png": {"corners": corners, "rows": ROWS, "pencil": PENCIL}}))
    return tmp_path


def test_photographed_grid_is_read(folder):
    summary = summarise_photos(answer_photos(Predictor(), load_photos(folder), read_patches))
    assert summary["kinds"]["pencil"]["n"] == 9
    assert summary["kinds"]["print"]["n"] == 72
    assert summary["kinds"]["print"]["right"] > 0.95
    assert summary["false"] <= 1


@pytest.mark.slow
def test_pages_of_ours_are_read(digits):
    taken = compose_photos(digits, seed=0)
    assert [photo.name.rsplit(" ", 1)[0] for photo in taken] == [*PAPERS]
    answers = answer_photos(Predictor(), taken, read_patches)
    figures = summarise_photos(answers)["kinds"]
    assert figures["blank"]["right"] > 0.9
    assert figures["in boxes"]["right"] > 0.9
    assert photo_sheet(answers).dtype == np.uint8


@pytest.mark.slow
def test_the_same_seed_gives_the_same_page(digits):
    one, again, other = (compose_photos(digits, seed)[0].content for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_what_is_read_beside_the_digits_is_false_and_what_is_not_known_is_neither(folder):
    def at(x: int, y: int, label: int, side: int = 20) -> Digit:
        prediction = Prediction(label, 1.0, np.eye(10, dtype=np.float32)[label], 9.0, True)
        return Digit(0, (x - side // 2, y - side // 2, side, side), Reading("", None, prediction))

    no_digit = replace(at(400, 20, 7).reading.prediction, is_digit=False)
    read = [
        at(130, 130, 1),
        at(140, 150, 9, side=4),  # a second one in the first cell
        at(210, 130, 5),  # a 2 that is read as 5
        at(400, 20, 7),  # above the grid
        Digit(0, (400, 20, 9, 9), Reading("", None, no_digit)),
        at(400, 880, 7),  # below, where notes are
    ]
    answer = answer_photos(Predictor(), load_photos(folder), lambda predictor, ink: read)[0]
    assert answer.said[0] == 1
    assert answer.said[1] == 5
    assert (answer.said[2:] == -1).all()
    assert sorted(answer.false) == [(138, 148, 4, 4), (390, 10, 20, 20)]
    assert answer.elsewhere == 1


def test_figures_are_told_with_their_goals(folder):
    summary = summarise_photos(answer_photos(Predictor(), load_photos(folder), lambda predictor, ink: []))
    text = photos_as_text("photos", {"parts": {"photographs": {"by nobody": summary}}})
    assert "1 photographs, by nobody" in text
    assert "pencil: 0.00% found, 0.00% right of 9 (goal 97%: missed)" in text
    assert "false digits: 0.00 a page (goal ≤ 1: met)" in text


@pytest.mark.parametrize("content", [None, "no json", "[1]", '{"a.png": {}}'])
def test_folder_without_photographs_is_said(tmp_path, content):
    if content:
        (tmp_path / "truth.json").write_text(content)
    with pytest.raises(ValueError, match=r"Expected a folder with pictures and truth\.json"):
        load_photos(tmp_path)
