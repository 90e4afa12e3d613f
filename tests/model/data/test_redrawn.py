import os

import numpy as np
import pytest

from model.data import redrawn as drawn
from model.data.drawing import draw_at_random
from model.data.redrawn import draw, draw_kept, has_drawn, is_kept, redraw_kept
from model.data.skeleton import centre_lines
from tests.drawings import draw as draw_digit
from tests.drawings import strokes
from utils.preprocess import normalize_digit

pytestmark = pytest.mark.usefixtures("state")
DIGITS = [strokes(digit, 0, 0, 700, 1000) for digit in range(10)]
DOT = [np.zeros((1, 2), np.float32)]
IMAGES = np.stack([(normalize_digit(draw_digit(digit)).image * 255).astype(np.uint8) for digit in (3, 8)])


@pytest.fixture
def no_drawing(monkeypatch):
    """From here on nothing can be drawn."""

    def fail(*_):
        raise AssertionError("drawn again")

    return lambda: monkeypatch.setattr(drawn, "draw_at_random", fail)


def files(state):
    return sorted((state / "drawn").glob("*"))


def test_a_set_is_what_the_page_makes_of_each_drawing(state, no_drawing):
    rng = np.random.default_rng(3)
    alone = [draw_at_random(character, rng, 0.3) for character in DIGITS]
    first = draw_kept(DIGITS, 3, 0.3)
    no_drawing()
    for of_set in (first, draw_kept(DIGITS, 3, 0.3)):
        for drawing, image, ink, brush_px, slant in zip(
            alone, of_set.images, of_set.inks, of_set.brush_px, of_set.slant, strict=True
        ):
            assert np.array_equal(ink, drawing.ink)
            assert np.array_equal(image / np.float32(255), normalize_digit(drawing.ink).image)
            assert (brush_px, slant) == (drawing.brush_px, drawing.slant)
        assert not of_set.blank.any()


def test_what_is_taken_for_blank_is_marked_and_not_read():
    of_set = draw([DIGITS[3], DOT, DIGITS[4]], 0)
    assert of_set.blank.tolist() == [False, True, False]
    assert not of_set.images[1].any()
    images, labels = of_set.to_read(np.array([3, -1, 4]))
    assert np.array_equal(images, of_set.images[[0, 2]] / np.float32(255))
    assert labels.tolist() == [3, 4]


def test_images_are_drawn_again_along_their_centre_lines(no_drawing):
    assert not has_drawn()
    again, apart = redraw_kept(IMAGES, 1, 0.3), draw([centre_lines(image) for image in IMAGES], 1, 0.3)
    assert np.array_equal(again.images, apart.images)
    assert is_kept(IMAGES, 1, 0.3)
    assert has_drawn()
    no_drawing()
    assert np.array_equal(redraw_kept(IMAGES, 1, 0.3).images, apart.images)


@pytest.mark.parametrize("change", ["images", "seed", "slant", "library"])
def test_what_is_made_from_or_by_something_else_is_another_set(change, monkeypatch):
    redraw_kept(IMAGES, 0, 0.3)
    if change == "library":
        monkeypatch.setattr("cv2.__version__", "another")
    images = IMAGES[::-1] if change == "images" else IMAGES
    assert not is_kept(images, int(change == "seed"), 0.2 if change == "slant" else 0.3)


def test_a_damaged_file_is_drawn_again(state):
    whole = draw_kept(DIGITS, 0)
    (path,) = files(state)
    path.write_bytes(path.read_bytes()[:5000])
    assert np.array_equal(draw_kept(DIGITS, 0).images, whole.images)
    assert np.array_equal(draw_kept(DIGITS, 0).inks[-1], whole.inks[-1])


def test_only_the_sets_used_last_are_kept(state):
    for seed in range(drawn.SETS_KEPT):
        draw_kept(DIGITS[:1], seed)
    for age, path in enumerate(files(state)):
        os.utime(path, (1000 - age, 1000 - age))
    draw_kept(DIGITS[:1], 0)  # used: now the newest
    oldest = min(files(state), key=lambda path: path.stat().st_mtime)
    draw_kept(DIGITS[:1], drawn.SETS_KEPT)
    assert len(files(state)) == drawn.SETS_KEPT
    assert not oldest.exists()


def test_where_nothing_can_be_kept_it_is_drawn_each_time(state):
    (state / "drawn").write_text("in the way")
    assert len(draw_kept(DIGITS, 0).images) == 10
