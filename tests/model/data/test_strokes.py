import csv

import numpy as np
import pytest

from model.data.strokes import (
    CLEAR_LETTERS,
    UNREADABLE,
    Characters,
    is_unreadable,
    load_strokes,
    select_clear_letters,
    select_digits,
    split_writers,
)

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
    assert not {*CLEAR_LETTERS} & {*"0123456789OIlSZBDG&|(/!>"}


def test_lines_between_letters_are_no_clear_symbols():
    characters = some_characters("@K@", ["kai/ann", "kai/ann", "lab/ann"])
    assert select_clear_letters(characters).places.tolist() == [1, 2]


def test_unreadable_ones_are_found_by_place_label_and_writer(tmp_path, monkeypatch):
    listed = tmp_path / "unreadable.csv"
    listed.write_text("place,label,writer,reason\n1,5,lab/ann,cut off\n2,5,hut/ben,of another file\n3,T,lab/ann,a 7\n")
    monkeypatch.setattr("model.data.strokes.UNREADABLE", listed)
    assert is_unreadable(some_characters("555TT", ["lab/ann"] * 5)).tolist() == [False, True, False, True, False]


def test_shipped_list_of_unreadable_ones_is_short_and_gives_reasons():
    with UNREADABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert 0 < len(rows) < 500
    # Other letters and symbols serve for nothing, so whether they can be read does not matter.
    assert {row["label"] for row in rows} <= {*"0123456789", *CLEAR_LETTERS}
    assert all(row["reason"] and "/" in row["writer"] for row in rows)
    assert len({row["place"] for row in rows}) == len(rows)
