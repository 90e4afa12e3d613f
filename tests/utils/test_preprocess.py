import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drawings import draw
from utils.preprocess import BlankError, normalize_digit

digits = st.integers(0, 9)


def place(ink: np.ndarray, x: int, y: int) -> np.ndarray:
    """Move the ink so that its box's corner is at (x, y)."""
    box_x, box_y, width, height = cv2.boundingRect(ink)
    moved = np.zeros_like(ink)
    moved[y : y + height, x : x + width] = ink[box_y : box_y + height, box_x : box_x + width]
    return moved


@given(digits, st.integers(0, 100), st.integers(0, 60), st.integers(6, 30))
def test_moving_the_ink_changes_nothing(digit, x, y, brush_px):
    ink = draw(digit, brush_px=brush_px, box=(80, 80, 90, 130))
    assert np.array_equal(normalize_digit(place(ink, x, y)).image, normalize_digit(ink).image)


@given(digits, st.floats(50, 200), st.floats(50, 200), st.integers(4, 30))
def test_mnists_rule_holds(digit, width, height, brush_px):
    steps = normalize_digit(draw(digit, brush_px=brush_px, box=(40, 40, width, height)))
    image = steps.image
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert 0 <= image.min() < image.max() <= 1
    assert max(steps.fitted.shape) == 20
    box_width, box_height = steps.box[2:]
    expected = 20 * min(box_width, box_height) / max(box_width, box_height)
    # A soft edge on each side may reach into one pixel more.
    assert expected - 1 < min(steps.fitted.shape) < expected + 2
    # Nothing is lost on the way into 28×28.
    assert image.sum() * 255 == pytest.approx(steps.fitted.sum(), rel=1e-5)
    y, x = np.average(np.argwhere(image > 0), axis=0, weights=image[image > 0])
    touches = [image[0].any(), image[-1].any(), image[:, 0].any(), image[:, -1].any()]
    if not any(touches):
        assert 13.5 <= y <= 14.5
        assert 13.5 <= x <= 14.5


@pytest.mark.mnist
def test_mnist_digits_come_back_as_they_are(mnist):
    differences = [np.abs(normalize_digit(image).image * 255 - image).max() for image in mnist.x_test[:1000]]
    # The others have grey below INK_LEVEL in their outermost row, which is not taken for ink.
    assert np.mean(np.array(differences) < 0.5) > 0.9


@given(digits, st.integers(0, 40), st.integers(0, 40))
def test_specks_do_not_move_the_digit(digit, x, y):
    ink = draw(digit)
    specked = ink.copy()
    cv2.circle(specked, (x, y), 3, 255, -1)
    specked[275:278, 270:273] = 200
    assert np.array_equal(normalize_digit(specked).image, normalize_digit(ink).image)


def test_floating_hat_is_no_speck():
    ink = np.zeros((280, 280), np.uint8)
    cv2.line(ink, (110, 60), (170, 55), 255, 12)
    cv2.ellipse(ink, (130, 170), (45, 50), 0, -130, 150, 255, 12)
    assert normalize_digit(ink).box[1] < 60


def test_soft_edges_stay_grey():
    image = normalize_digit(draw(0)).image
    assert ((image > 0.1) & (image < 0.9)).sum() > 30


def dot(radius):
    return cv2.circle(np.zeros((280, 280), np.uint8), (200, 70), radius, 255, -1)


@pytest.mark.parametrize(
    ("ink", "sentence"),
    [
        pytest.param(np.zeros((280, 280), np.uint8), "Nothing stands out", id="blank"),
        pytest.param(np.zeros((1, 1), np.uint8), "Nothing stands out", id="1×1"),
        pytest.param(np.full((280, 280), 255, np.uint8), "All of it is ink", id="solid"),
        pytest.param(dot(3), "only a dot", id="thin dot"),
        pytest.param(dot(15), "only a dot", id="thick dot"),
    ],
)
def test_what_is_no_digit_is_said(ink, sentence):
    with pytest.raises(BlankError, match=sentence):
        normalize_digit(ink)


@pytest.mark.parametrize("brush_px", [6, 30])
def test_small_one_is_no_dot(brush_px):
    assert normalize_digit(cv2.line(np.zeros((280, 280), np.uint8), (40, 40), (44, 110), 255, brush_px)).image.any()


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((28, 28), np.float32), np.zeros((2, 28, 28), np.uint8), np.zeros((0, 5), np.uint8)],
    ids=["float", "3-d", "empty"],
)
def test_wrong_arrays_are_refused(wrong):
    with pytest.raises(ValueError, match="Expected an ink image"):
        normalize_digit(wrong)


def test_input_is_left_alone():
    ink = draw(8)
    before = ink.copy()
    normalize_digit(ink)
    assert np.array_equal(ink, before)


def test_lines_too_thin_to_be_seen_are_blank():
    ink = np.zeros((1024, 1024), np.uint8)
    ink[512, ::60] = 255
    with pytest.raises(BlankError, match="too thin"):
        normalize_digit(ink)
