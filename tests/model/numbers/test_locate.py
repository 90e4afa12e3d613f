import numpy as np
import pytest

from model.card import CheckpointError
from model.numbers import locate
from model.numbers.locate import BLANK, CLASSES, HEIGHT_PX, Locator, _find_places, get_locator, make_strip
from tests.drawings import draw_number
from utils.segment import find_lines


def said(*columns: tuple[int, int, float]) -> np.ndarray:
    """Make probabilities of 40 columns: in each column named, so much for a class, else nothing."""
    probabilities = np.zeros((40, CLASSES), np.float32)
    for column, label, share in columns:
        probabilities[column, label] += share
    probabilities[:, BLANK] = 1 - probabilities.sum(axis=1)
    return probabilities


def labels(places) -> list[int]:
    return [int(place.probabilities.argmax()) for place in places]


def test_the_middles_of_digits_are_found_in_the_pictures_pixels():
    (line,) = find_lines(draw_number("2026"))
    (places,) = get_locator()([line])
    assert labels(places) == [2, 0, 2, 6]
    columns = np.flatnonzero(line.ink.any(axis=0))
    edges = [0, *columns[np.flatnonzero(np.diff(columns) > 10)].tolist(), line.ink.shape[1]]
    for place, left, right in zip(places, edges, edges[1:], strict=False):
        assert left < place.middle < right
        assert place.probabilities.sum() == pytest.approx(1)


def test_lines_are_read_alike_alone_and_together(monkeypatch):
    lines = [line for text in ("42", "2026", "7", "31415") for line in find_lines(draw_number(text))]
    together = get_locator()(lines)
    monkeypatch.setattr(locate, "MAX_WIDTH_PX", 200)
    for places, in_parts, line in zip(together, get_locator()(lines), lines, strict=True):
        (alone,) = get_locator()([line])
        for other in (alone, in_parts):
            assert [place.middle for place in other] == pytest.approx([place.middle for place in places], abs=0.1)
            assert labels(other) == labels(places)


def test_without_lines_there_are_no_places():
    assert get_locator()([]) == []


def test_a_strip_is_as_high_as_the_network_expects_with_paper_around_the_ink():
    strip = make_strip(np.full((90, 45), 255, np.uint8))
    assert strip.shape == (HEIGHT_PX, 13 + 1 + 32)
    assert strip[:, :16].max() == strip[:3].max() == 0
    assert strip[3:29, 16:29].min() == 1


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([(10, 3, 1.0)], [(21, 3)]),
        ([(10, 3, 0.5), (11, 3, 0.45)], [(22, 3)]),  # not certain in which column
        ([(10, 1, 1.0), (11, 1, 1.0)], [(21, 1), (23, 1)]),  # two, close together
        ([(9, 1, 0.5), (10, 1, 0.5), (11, 7, 0.5), (12, 7, 0.5)], [(20, 1), (24, 7)]),
        ([(10, 3, 0.4)], []),  # rather nothing
        ([(5, 2, 0.9), (30, 8, 0.9)], [(11, 2), (61, 8)]),
        ([], []),
    ],
)
def test_what_columns_say_adds_up_to_digits(columns, expected):
    places = _find_places(said(*columns))
    assert [(round(place.middle), label) for place, label in zip(places, labels(places), strict=True)] == expected


def test_a_missing_file_is_said_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(locate, "LOCATOR", tmp_path)
    with pytest.raises(CheckpointError, match=r"model\.tflite cannot be read"):
        Locator()
