import csv

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.skeleton import centre_lines, redraw, thin
from model.strokes import (
    CLEAR_LETTERS,
    UNREADABLE,
    Characters,
    draw_at_random,
    draw_small,
    draw_strokes,
    is_unreadable,
    load_strokes,
    select_clear_letters,
    select_digits,
    split_writers,
    to_unit_box,
)
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


def test_redrawn_digits_keep_their_labels():
    images = np.stack([(normalize_digit(draw(digit)).image * 255).astype(np.uint8) for digit in (3, 8)])
    again = redraw(images, np.array([3, 8]))
    assert again.labels.tolist() == ["3", "8"]
    assert all(again.strokes)


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("brush_px", [6, 14, 30])
def test_small_drawing_is_what_the_page_makes_of_a_large_one(digit, brush_px):
    character = strokes(digit, 60, 40, 120, 200)
    large = normalize_digit(draw_strokes(character, brush_px)).image
    small = draw_small(character, brush_px / (200 + brush_px)) / 255
    # A line may lie half a pixel beside, the whole a pixel.
    likeness = [
        np.corrcoef(np.roll(small, (y, x), (0, 1)).ravel(), large.ravel())[0, 1] for y in (-1, 0, 1) for x in (-1, 0, 1)
    ]
    assert max(likeness) > 0.95


def test_unit_box_is_about_the_middle_and_keeps_the_shape():
    (stroke,) = to_unit_box([np.array([[10, 20], [30, 60]])])
    assert np.allclose(stroke, [[-0.25, -0.5], [0.25, 0.5]])
    (dot,) = to_unit_box([np.array([[7, 7]])])
    assert np.allclose(dot, 0)


def some_characters(labels: str, writers: list[str]) -> Characters:
    n = len(labels)
    return Characters([[np.zeros((2, 2), np.float32)]] * n, np.array([*labels]), np.array(writers), np.arange(n))


def test_writers_are_split_within_each_site_always_alike():
    writers = [f"lab/{i}" for i in range(20)] + [f"hut/{i}" for i in range(10)] + ["den/1"]
    parts = split_writers(some_characters("5" * 31 + "K" * 31, writers * 2))
    of = {part: set(characters.writers) for part, characters in parts.items()}
    assert sum(map(len, of.values())) == 31
    assert set.union(*of.values()) == set(writers)
    for part, counts in (("test", (2, 1)), ("validation", (2, 1)), ("train", (16, 8))):
        assert tuple(sum(writer.startswith(site) for writer in of[part]) for site in ("lab", "hut")) == counts
    assert "den/1" in of["train"]
    more = split_writers(some_characters("5" * 32, [*writers, "new/1"]))
    assert set(more["test"].writers) == of["test"]


def test_digits_and_clear_letters_are_told_apart():
    characters = some_characters("4KOlA9", ["lab/ann"] * 6)
    assert select_digits(characters).labels.tolist() == ["4", "9"]
    assert select_clear_letters(characters).labels.tolist() == ["K", "A"]
    assert not {*CLEAR_LETTERS} & {*"0123456789OIlSZBDG"}


def test_unreadable_ones_are_found_by_place_label_and_writer(tmp_path, monkeypatch):
    listed = tmp_path / "unreadable.csv"
    listed.write_text("place,label,writer,reason\n1,5,lab/ann,cut off\n2,5,hut/ben,of another file\n")
    monkeypatch.setattr("model.strokes.UNREADABLE", listed)
    assert is_unreadable(some_characters("555", ["lab/ann"] * 3)).tolist() == [False, True, False]


def test_shipped_list_of_unreadable_ones_is_short_and_gives_reasons():
    with UNREADABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert 0 < len(rows) < 200
    assert all(row["reason"] and row["label"] in [*"0123456789"] and "/" in row["writer"] for row in rows)
    assert len({row["place"] for row in rows}) == len(rows)
