import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.strokes import centre_lines, draw_at_random, load_strokes, thin
from tests.drawings import draw, strokes
from utils.preprocess import normalize_digit

ARRAYS = {
    "points": np.array([[0, 0], [5, 9], [1, 2], [3, 4], [5, 6]], np.int16),
    "stroke_start": np.array([0, 2, 5], np.int32),
    "sample_start": np.array([0, 1, 2], np.int32),
    "label": np.array(["7", "a"]),
    "writer": np.array(["lab/ann", "hut/ben"]),
}


def test_strokes_are_read_as_written(tmp_path):
    np.savez(tmp_path / "strokes.npz", **ARRAYS)
    characters = load_strokes(tmp_path / "strokes.npz")
    assert [[stroke.tolist() for stroke in strokes] for strokes in characters.strokes] == [
        [[[0, 0], [5, 9]]],
        [[[1, 2], [3, 4], [5, 6]]],
    ]
    assert characters.sites.tolist() == ["lab", "hut"]
    only_letter = characters.select(np.array([1]))
    assert (only_letter.labels.tolist(), len(only_letter.strokes)) == (["a"], 1)


def test_environment_variable_names_the_file(tmp_path, monkeypatch):
    np.savez(tmp_path / "strokes.npz", **ARRAYS)
    monkeypatch.setenv("STROKES_PATH", str(tmp_path / "strokes.npz"))
    assert len(load_strokes().labels) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "There is no file of pen strokes at"),
        ({"points": None}, "lacks an array (points)"),
        ({"label": np.array(["7"])}, "expected as many of each"),
    ],
)
def test_wrong_file_is_refused_with_what_to_do(tmp_path, change, sentence):
    path = tmp_path / "strokes.npz"
    if change:
        np.savez(path, **{name: array for name, array in (ARRAYS | change).items() if array is not None})
    with pytest.raises(ValueError, match="--strokes PATH") as error:
        load_strokes(path)
    assert sentence in str(error.value)


def test_no_file_at_all_is_said(monkeypatch):
    monkeypatch.delenv("STROKES_PATH", raising=False)
    with pytest.raises(ValueError, match="No file of pen strokes was given"):
        load_strokes()


@given(st.integers(0, 9), st.integers(0, 9999))
def test_random_drawing_is_on_the_canvas_and_as_it_says(digit, seed):
    drawing = draw_at_random(strokes(digit, 0, 0, 700, 1000), np.random.default_rng(seed), max_slant=0.3)
    assert drawing.ink.shape == (280, 280)
    _, _, width, height = cv2.boundingRect(drawing.ink)
    assert max(width, height) == pytest.approx(drawing.size * 280, abs=6)  # anti-aliased edges
    assert 6 <= drawing.brush_px <= 30
    assert abs(drawing.slant) <= 0.3


def test_same_seed_same_drawing():
    first, again, other = (draw_at_random(strokes(3, 0, 0, 1, 1), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.ink, again.ink)
    assert not np.array_equal(first.ink, other.ink)


def test_a_dot_can_be_drawn():
    assert draw_at_random([np.zeros((1, 2), np.float32)], np.random.default_rng(0)).ink.any()


@pytest.mark.parametrize("digit", range(10))
def test_thinning_keeps_the_shape_and_leaves_lines(digit):
    ink = draw(digit) >= 128
    line = thin(ink)
    assert not (line & ~ink).any()
    # As many pieces and as many holes as before.
    assert cv2.connectedComponents(line.view(np.uint8))[0] == cv2.connectedComponents(ink.view(np.uint8))[0]
    assert (
        cv2.connectedComponents((~line).view(np.uint8), connectivity=4)[0]
        == (cv2.connectedComponents((~ink).view(np.uint8), connectivity=4)[0])
    )
    # Hardly a 2×2 block is left, and no ink is far from the line.
    blocks = line[:-1, :-1] & line[1:, :-1] & line[:-1, 1:] & line[1:, 1:]
    assert blocks.sum() <= 3
    assert cv2.distanceTransform((~line).view(np.uint8), cv2.DIST_L2, 5)[ink].max() < 18


@pytest.mark.parametrize("digit", range(10))
def test_digit_drawn_again_along_its_centre_lines_is_the_same_digit(digit):
    image = (normalize_digit(draw(digit)).image * 255).round().astype(np.uint8)
    again = np.zeros((280, 280), np.uint8)
    for stroke in centre_lines(image):
        cv2.polylines(again, [np.round((stroke + 0.5) * 160).astype(np.int32)], False, 255, 20, cv2.LINE_AA, shift=4)
    assert np.corrcoef(normalize_digit(again).image.ravel(), image.ravel())[0, 1] > 0.7


def test_picture_without_ink_has_no_lines():
    assert centre_lines(np.zeros((28, 28), np.uint8)) == []
