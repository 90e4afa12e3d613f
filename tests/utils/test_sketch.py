import numpy as np
import pytest

from tests.conftest import encode
from utils.sketch import MAX_BYTES, MAX_VERSION_BYTES, MAX_VERSIONS, Sketch, Version

PICTURE = encode(np.full((28, 28), 255, np.uint8))


def stroke(number: int) -> Version:
    return Version({"objects": [{"type": "Path"}] * number}, encode(np.full((1, number), 255, np.uint8)))


def drawn(strokes: int) -> Sketch:
    sketch = Sketch()
    for number in range(1, strokes + 1):
        sketch.record(stroke(number))
    return sketch


def test_empty_paper_has_no_strokes():
    sketch = Sketch()
    sketch.record(Version({"objects": []}, None))  # what the canvas tells before anything is drawn
    assert not sketch.current.has_strokes
    assert len(sketch.versions) == 1


def test_the_same_message_again_is_no_new_version():
    sketch = drawn(2)
    sketch.record(stroke(2))
    assert len(sketch.versions) == 3


def test_undo_and_redo_go_through_the_versions_and_stop_at_the_ends():
    sketch = drawn(2)
    sketch.go(-1)
    assert sketch.current == stroke(1)
    sketch.go(-1)
    sketch.go(-1)
    assert not sketch.current.has_strokes
    for _ in range(3):
        sketch.go(1)
    assert sketch.current == stroke(2)


def test_each_undo_redo_and_clear_starts_a_new_canvas_from_its_version():
    sketch = drawn(2)
    assert (sketch.generation, sketch.start) == (0, Version())
    sketch.go(-1)
    assert (sketch.generation, sketch.start) == (1, stroke(1))
    sketch.clear()
    assert (sketch.generation, sketch.start) == (2, Version())


def test_a_stroke_after_undo_ends_redo():
    sketch = drawn(3)
    sketch.go(-1)
    sketch.record(stroke(9))
    sketch.go(1)
    assert sketch.current == stroke(9)


def test_clear_really_clears_and_undo_brings_it_back():
    sketch = drawn(2)
    sketch.clear()
    assert not sketch.current.has_strokes
    sketch.go(-1)
    assert sketch.current == stroke(2)


def test_memory_is_bounded():
    assert len(drawn(3 * MAX_VERSIONS).versions) == MAX_VERSIONS
    sketch = Sketch()
    for number in range(1, 12):
        picture = encode(np.full((1, number), 255, np.uint8))
        sketch.record(Version({"objects": ["x" * (MAX_VERSION_BYTES - 1000)]}, picture))
        assert sketch.current.picture == picture
    assert sum(version.size for version in sketch.versions) <= MAX_BYTES
    for _ in range(2 * MAX_VERSIONS):
        sketch.clear()
    assert len(sketch.versions) <= MAX_VERSIONS


@pytest.mark.parametrize(
    ("drawing", "picture"),
    [
        ({"objects": []}, b"no picture"),
        ({"objects": []}, PICTURE[:40]),
        ({"objects": []}, "text"),
        ({"objects": 5}, PICTURE),
        ({}, PICTURE),
        ([], PICTURE),
        ("objects", PICTURE),
        (None, PICTURE),
        ({"objects": ["x" * MAX_VERSION_BYTES]}, PICTURE),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_no_canvas_has_sent_is_left_alone(drawing, picture):
    sketch = drawn(2)
    sketch.record(Version(drawing, picture))
    assert sketch.current == stroke(2)


def test_an_earlier_drawing_is_brought_back_after_blank_paper():
    sketch = drawn(2)
    first = sketch.current
    sketch.clear()
    sketch.record(stroke(5))
    generation = sketch.generation
    sketch.bring_back(first)
    assert sketch.start == sketch.current == first
    assert sketch.generation > generation  # a new canvas, which begins with it
    sketch.go(-1)
    assert not sketch.current.has_strokes
    sketch.go(-1)
    assert sketch.current == stroke(5)


def test_a_drawing_is_known_by_its_first_stroke_until_the_paper_is_blank():
    sketch = drawn(3)
    assert sketch.first_stroke == stroke(1)
    sketch.clear()
    assert sketch.first_stroke is None
    sketch.record(stroke(4))
    assert sketch.first_stroke == stroke(4)
    sketch.go(-1)
    sketch.go(-1)
    assert sketch.first_stroke == stroke(1)
