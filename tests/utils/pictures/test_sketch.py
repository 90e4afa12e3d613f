import cv2
import numpy as np
import pytest

from tests.conftest import encode
from utils.image import decode_grey
from utils.pictures.sketch import (
    CANVAS_SIZE_PX,
    MAX_BYTES,
    MAX_VERSION_BYTES,
    MAX_VERSIONS,
    WIDE_CANVAS_PX,
    Sketch,
    Version,
)

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


def written(*places: float, width: int = CANVAS_SIZE_PX) -> Version:
    """Upright strokes of 20 px at these places, as the canvas tells them."""
    picture = np.full((CANVAS_SIZE_PX, width), 255, np.uint8)
    for x in places:
        cv2.rectangle(picture, (round(x), 60), (round(x) + 19, 259), 0, -1)
    strokes = [{"type": "Path", "left": x, "top": 60.0, "scaleX": 1, "scaleY": 1} for x in places]
    return Version({"objects": strokes}, encode(picture), width)


def ink_box(version: Version) -> tuple[int, int, int, int]:
    return tuple(cv2.boundingRect(255 - decode_grey(version.picture)))


def test_on_wider_paper_the_drawing_stays_where_it_is():
    sketch = Sketch()
    sketch.record(written(100, 250))
    sketch.change_width()
    assert sketch.is_wide
    assert sketch.current.width == WIDE_CANVAS_PX
    assert sketch.current.drawing == written(100, 250).drawing
    assert decode_grey(sketch.picture).shape == (CANVAS_SIZE_PX, WIDE_CANVAS_PX)
    assert ink_box(sketch.current) == ink_box(written(100, 250))
    sketch.go(-1)
    assert not sketch.is_wide
    sketch.go(1)
    assert sketch.is_wide


def test_on_narrow_paper_a_drawing_is_moved_and_one_that_is_too_wide_shrinks():
    moved = written(500, 600, width=WIDE_CANVAS_PX).on_paper(CANVAS_SIZE_PX)
    assert [stroke["left"] for stroke in moved.drawing["objects"]] == [200, 300]
    assert ink_box(moved) == (200, 60, 120, 200)

    shrunk = written(20, 640, width=WIDE_CANVAS_PX).on_paper(CANVAS_SIZE_PX)
    x, y, width, height = ink_box(shrunk)
    assert (x, width) == (0, CANVAS_SIZE_PX)
    assert height == pytest.approx(100, abs=2)
    assert y == pytest.approx(110, abs=2)  # in the middle, as before
    first, last = shrunk.drawing["objects"]
    assert first["left"] == pytest.approx(0)
    assert first["top"] == pytest.approx(y, abs=2)
    assert last["left"] + 20 * last["scaleX"] == pytest.approx(CANVAS_SIZE_PX)
    assert first["scaleX"] == first["scaleY"] == last["scaleY"] < 1


def test_blank_paper_and_made_up_strokes_change_their_width_too():
    sketch = Sketch()
    sketch.change_width()
    sketch.clear()
    assert sketch.is_wide and not sketch.current.has_strokes
    sketch.record(
        Version({"objects": ["made up", {"left": 5}]}, encode(np.full((9, 9), 0, np.uint8)), sketch.current.width)
    )
    sketch.change_width()
    assert sketch.current.drawing == {"objects": ["made up", {"left": 5}]}


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
    assert sketch.current.first_stroke == stroke(1).picture
    sketch.clear()
    assert sketch.current.first_stroke is None
    sketch.record(stroke(4))
    assert sketch.current.first_stroke == stroke(4).picture
    sketch.go(-1)
    sketch.go(-1)
    assert sketch.current.first_stroke == stroke(1).picture


def test_a_long_drawing_is_still_known_when_its_first_versions_are_forgotten():
    sketch = drawn(3 * MAX_VERSIONS)
    assert all(version.first_stroke == stroke(1).picture for version in sketch.versions)
    sketch.change_width()
    sketch.record(stroke(5))
    assert sketch.current.first_stroke == stroke(1).picture
