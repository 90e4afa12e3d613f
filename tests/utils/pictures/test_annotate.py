import numpy as np
import pytest

from utils.pictures.annotate import NO_DIGIT_BGR, draw_boxes
from utils.pictures.pixels import AGAINST_BGR, FOR_BGR


def paper(height: int = 400, width: int = 800) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


@pytest.mark.parametrize(("digits", "color"), [((4,), FOR_BGR), ((4, 9), AGAINST_BGR), ((), NO_DIGIT_BGR)])
def test_a_box_has_the_colour_of_what_was_read(digits, color):
    drawn = draw_boxes(paper(), [(300, 200, 60, 90)], [digits])
    for x, y in ((300, 245), (360, 245), (330, 200), (330, 290)):
        assert tuple(drawn[y, x]) == color
    assert (drawn[210:280, 310:350] == 255).all()  # the digit itself is not covered
    written = (drawn[170:196] != 255).any()
    assert written == bool(digits)


def test_a_reading_stays_in_the_picture():
    picture = paper()
    drawn = draw_boxes(picture, [(0, 0, 40, 60), (760, 340, 40, 60)], [(1, 2, 7), (4, 9)])
    assert drawn.shape == picture.shape
    assert tuple(drawn[2, 2]) == AGAINST_BGR
    assert (picture == 255).all()  # it is drawn on a copy


def test_a_small_picture_is_enlarged_with_its_boxes():
    drawn = draw_boxes(paper(50, 100), [(20, 20, 10, 20)], [()])
    assert drawn.shape == (350, 700, 3)
    assert tuple(drawn[7 * 30, 7 * 20]) == NO_DIGIT_BGR


def test_no_digits_leave_the_picture_as_it_is():
    assert (draw_boxes(paper(), [], []) == 255).all()
