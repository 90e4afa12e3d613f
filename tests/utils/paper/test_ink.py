import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drawings import draw
from utils.paper.ink import MIN_PAGE_SIDE_PX, find_ink, is_one_sign, keep_signs

SIZE_PX = 900


def page(seed: int = 0, brush_px: int = 5, n: int = 5) -> np.ndarray:
    """Digits in rows: an ink image."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    for row in range(n):
        for column in range(n):
            box = 130 + 140 * column, 130 + 140 * row, rng.uniform(30, 45), rng.uniform(55, 70)
            ink = np.maximum(ink, draw(int(rng.integers(10)), SIZE_PX, brush_px, box))
    return ink


def photograph(ink: np.ndarray, seed: int = 0, edge_px: float = 15) -> np.ndarray:
    """A grey picture of ink on paper that fills it: with a lamp, a shadow with an edge, and grain."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX].astype(float)
    light = 0.6 + 0.4 * np.exp(-((x / SIZE_PX) ** 2 + (y / SIZE_PX) ** 2))
    light *= 1 - 0.5 / (1 + np.exp((x + y / 2 - 700) / edge_px))
    grey = (220 - 130 * (cv2.GaussianBlur(ink, (0, 0), 1) / 255)) * light + rng.normal(0, 2.5, ink.shape)
    return grey.clip(0, 255).astype(np.uint8)


@settings(max_examples=10)
@given(st.integers(0, 9999), st.integers(4, 10))
def test_shadows_go_and_each_digit_stays(seed, brush_px):
    ink = page(seed, brush_px)
    found = find_ink(photograph(ink, seed))
    assert (found[ink > 200] > 64).mean() > 0.97
    assert (found[cv2.dilate(ink, np.ones((15, 15), np.uint8)) == 0] > 48).mean() < 0.003


@settings(max_examples=10)
@given(st.integers(0, 9999))
def test_light_ink_on_dark_paper_is_the_same_ink(seed):
    grey = photograph(page(seed), seed)
    assert np.array_equal(find_ink(grey), find_ink(255 - grey))


@settings(max_examples=8)
@given(st.integers(-60, 60), st.integers(-60, 60))
def test_ink_moves_with_the_page(right, down):
    ink = page()
    moved = np.roll(ink, (down, right), (0, 1))
    found, again = find_ink(photograph(ink)), np.roll(find_ink(photograph(moved)), (-down, -right), (0, 1))
    strong = ink > 200
    assert np.abs(found[strong].astype(int) - again[strong]).mean() < 30
    assert ((found[strong] > 64) == (again[strong] > 64)).mean() > 0.98


def test_dark_table_beside_a_page_does_not_turn_its_ink_around():
    grey = photograph(page())
    grey[:, :90] = 25
    grey[:80] = 25
    found = find_ink(grey)
    assert (found[page() > 200] > 48).mean() > 0.97


def test_page_that_leaves_the_picture_on_one_side_is_no_ink():
    few = page(n=3)
    photo = photograph(few, edge_px=1000)
    table = np.random.default_rng(0).normal(50, 8, photo.shape).astype(np.uint8)
    for side in (np.s_[:70], np.s_[-70:], np.s_[:, -110:]):
        photo[side] = table[side]
    found = find_ink(photo)
    written = cv2.dilate(few, np.ones((15, 15), np.uint8)) > 0
    assert (found[few > 200] > 64).mean() > 0.97
    assert (found[100:-100, :-140][~written[100:-100, :-140]] > 48).mean() < 0.003


@pytest.mark.parametrize(
    "grey",
    [
        pytest.param(np.random.default_rng(0).integers(0, 256, (SIZE_PX, SIZE_PX), np.uint8), id="noise"),
        pytest.param(photograph(np.zeros((SIZE_PX, SIZE_PX), np.uint8), edge_px=120), id="blank paper"),
    ],
)
def test_large_pictures_without_ink_give_none(grey):
    assert grey.shape[0] >= MIN_PAGE_SIDE_PX
    assert (find_ink(grey) > 64).mean() < 0.001


def test_pencil_gets_the_strength_of_print():
    print_and_pencil = page()
    print_and_pencil[:, 400:] //= 3
    clean = keep_signs(print_and_pencil)
    assert np.median(clean[:, 400:][page()[:, 400:] == 255]) > 230
    assert np.array_equal(clean[:, :400], print_and_pencil[:, :400])


def test_smudges_and_what_is_far_larger_than_digits_go():
    ink = page()
    ink[20:60, 20:60] = 20
    ink[:, 880:] = 255
    clean = keep_signs(ink)
    assert not clean[20:60, 20:60].any()
    assert not clean[:, 880:].any()
    assert np.array_equal(clean[100:, 100:860], ink[100:, 100:860])


def test_what_touches_the_rim_goes_unless_it_is_as_large_as_digits():
    ink = page()
    ink[400:520, :20] = ink[600:625, -20:] = 255
    clean = keep_signs(ink)
    assert not clean[:, :100].any()
    assert not clean[:, -100:].any()
    assert np.array_equal(clean[:, 100:-100], ink[:, 100:-100])


@pytest.mark.parametrize("seed", range(5))
def test_a_page_cut_along_its_ink_keeps_all_digits(seed):
    left, top, width, height = cv2.boundingRect((page(seed) > 0).view(np.uint8))
    cut = np.ascontiguousarray(page(seed)[top : top + height, left : left + width])
    assert np.array_equal(keep_signs(cut), cut)


def test_few_signs_stay_as_they_are():
    ink = np.maximum(draw(4, SIZE_PX, 40, (100, 200, 300, 500)), draw(2, SIZE_PX, 40, (500, 200, 300, 500)) // 3)
    assert keep_signs(ink) is ink


def test_one_large_digit_is_told_from_a_page():
    assert is_one_sign(draw(5, SIZE_PX))
    assert not is_one_sign(page())
    with_table = page()
    with_table[:, 800:] = 255
    assert not is_one_sign(with_table)
    assert not is_one_sign(np.zeros((50, 50), np.uint8))
