import numpy as np

from utils.pictures.pixels import AGAINST_BGR, FOR_BGR
from utils.pictures.sheets import (
    GROUND,
    WIDTH_PX,
    contact_sheet,
    draw_activations,
    draw_images,
    draw_shares,
    draw_weights,
    stack,
)


def test_strong_activations_are_white_and_those_below_zero_orange():
    maps = np.zeros((2, 14, 14), np.float32)
    maps[0, 0, 0], maps[1, 0, 0], maps[1, 0, 1] = 4, -4, 1
    sheet = draw_activations(maps)
    assert sheet.shape[1:] == (WIDTH_PX, 3)
    assert sheet[0, 0].tolist() == [255, 255, 255]
    assert (sheet == AGAINST_BGR).all(axis=2).any()
    assert (sheet == 128).all(axis=2).any()  # a quarter as strong is half as bright
    assert (sheet == 0).all(axis=2).any()


def test_activations_of_one_layer_share_a_scale():
    maps = np.ones((2, 1, 1), np.float32)
    maps[1] = 0.25
    assert sorted({*draw_activations(maps).ravel().tolist()}) == [GROUND, 128, 255]


def test_each_pattern_has_a_scale_of_its_own():
    weights = np.zeros((2, 5, 5), np.float32)
    weights[0, 2, 2], weights[1, 2, 2] = 0.001, -100
    sheet = draw_weights(weights)
    assert (sheet == FOR_BGR).all(axis=2).any()
    assert (sheet == AGAINST_BGR).all(axis=2).any()


def test_pixels_stay_squares():
    images = np.zeros((1, 28, 28), np.float32)
    images[0, 3, 5] = 1
    rows, columns = np.nonzero((draw_images(images) == 255).all(axis=2))
    assert np.ptp(rows) == np.ptp(columns) > 0
    assert len(rows) == (np.ptp(rows) + 1) ** 2


def test_layers_of_any_size_are_drawn():
    for count, side in ((1, 1), (1024, 1), (96, 7), (6, 28), (28, 26), (33, 14)):
        sheet = draw_activations(np.ones((count, side, side), np.float32))
        white = (sheet == 255).all(axis=2).sum()
        assert white % (count * side * side) == 0
        assert white


def test_a_dead_layer_is_black():
    assert set(draw_activations(np.zeros((64, 1, 1), np.float32)).ravel().tolist()) == {0, GROUND}
    assert (draw_weights(np.zeros((16, 5, 5), np.float32)) <= GROUND).all()


def test_the_likeliest_share_is_the_brightest():
    shares = np.array([0.1, 0.7, 0.2])
    row = draw_shares(shares, ["0", "1", "none"])
    assert row[2, [5, 325, 645], 0].tolist() == [26, 178, 51]


def test_sheets_are_stacked_under_their_titles():
    sheet = draw_images(np.ones((1, 28, 28), np.float32))
    once, twice = stack([("One", sheet)]), stack([("One", sheet), ("Two", sheet)])
    assert once.shape[1] == twice.shape[1] > WIDTH_PX
    assert len(twice) > len(once) + len(sheet)


def test_a_contact_sheet_has_rows_of_pictures_that_are_fitted_in_with_captions():
    wide, high = np.full((10, 40), 200, np.uint8), np.full((40, 10), 100, np.uint8)
    sheet = contact_sheet([(wide, "4 as 9"), (high, "two\nlines"), (wide, "")], (80, 60), columns=2)
    assert sheet.shape == (2 * (60 + 52 + 4), 2 * 84)
    assert (sheet[2:22, 2:82] == 200).all()
    assert (sheet[2:62, 86:101] == 100).all()
    assert sheet[64:110, 2:82].max() > 200  # the caption
    assert contact_sheet([(np.ones((1, 2000), np.uint8), ""), (np.ones((2000, 1), np.uint8), "")], (80, 60), 2).any()
    assert contact_sheet([], (80, 60), columns=2).shape == (60 + 26 + 4, 2 * 84)
