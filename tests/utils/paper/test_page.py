import cv2
import numpy as np
import pytest

from tests.conftest import encode
from utils.image import MAX_SIDE_PX, decode_page, load_image, load_with_thumbnail
from utils.paper.page import find_page, straighten

CORNERS = np.float32([[150, 90], [1050, 150], [1000, 1450], [90, 1380]])
SIZE_PX = 1200, 1600


def photograph(corners: np.ndarray = CORNERS, table: int = 60, light: float = 1.0) -> np.ndarray:
    """A page with a dot in the middle of each quarter, on a table."""
    page = np.full((1300, 900), 230, np.uint8)
    for x in (225, 675):
        for y in (325, 975):
            cv2.circle(page, (x, y), 20, 40, -1)
    to_photo = cv2.getPerspectiveTransform(np.float32([[0, 0], [900, 0], [900, 1300], [0, 1300]]), corners)
    photo = cv2.warpPerspective(page, to_photo, SIZE_PX, borderValue=table).astype(float)
    photo *= np.linspace(1, light, SIZE_PX[0])
    return (photo + np.random.default_rng(0).normal(0, 3, photo.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("light", [1.0, 0.6])
def test_corners_of_a_page_on_a_table_are_found_from_the_top_left_clockwise(light):
    assert np.abs(find_page(photograph(light=light)) - CORNERS).max() < 15


@pytest.mark.parametrize("edge", [(1, 0.7, 1300), (0, 1, 900), (1, 0, 500), (-0.6, 1, 500)])
def test_a_shadow_across_the_page_is_no_edge_of_it(edge):
    along_x, along_y, begin = edge
    y, x = np.mgrid[: SIZE_PX[1], : SIZE_PX[0]]
    photo = photograph(table=40) * (1 - 0.45 / (1 + np.exp((begin - along_x * x - along_y * y) / 12)))
    assert np.abs(find_page(photo.astype(np.uint8)) - CORNERS).max() < 15


def test_a_narrow_strip_of_table_beside_the_page_is_enough():
    corners = np.float32([[25, 90], [1170, 60], [1160, 1560], [30, 1580]])
    assert np.abs(find_page(photograph(corners)) - corners).max() < 15


def test_what_is_four_times_as_wide_on_one_side_is_no_page():
    assert find_page(photograph(np.float32([[500, 90], [700, 90], [1100, 1450], [100, 1450]]))) is None


@pytest.mark.parametrize("angle", [-15, 10])
def test_page_may_be_turned(angle):
    turn = cv2.getRotationMatrix2D((600, 800), angle, 0.8)
    corners = cv2.transform(CORNERS[np.newaxis], turn)[0].astype(np.float32)
    assert np.abs(find_page(photograph(corners)) - corners).max() < 25


@pytest.mark.parametrize(
    "grey",
    [
        pytest.param(photograph(CORNERS + np.float32([0, 400])), id="part of a page"),
        pytest.param(photograph(table=225), id="no table"),
        pytest.param(np.full((1000, 1000), 200, np.uint8), id="nothing"),
        pytest.param(cv2.circle(np.full((1000, 1000), 30, np.uint8), (500, 500), 400, 220, -1), id="disc"),
        pytest.param(np.random.default_rng(0).integers(0, 256, (900, 900), np.uint8), id="noise"),
        pytest.param(np.full((20, 20_000), 200, np.uint8), id="strip"),
    ],
)
def test_other_pictures_have_no_page(grey):
    assert find_page(grey) is None


def test_straightened_page_is_a_rectangle_and_the_homography_leads_there():
    photo = photograph()
    page, to_page = straighten(photo, CORNERS)
    height, width = page.shape
    dots = cv2.connectedComponentsWithStats((page < 110).view(np.uint8))[3][1:]
    expected = np.array([[x, y] for y in (0.25, 0.75) for x in (0.25, 0.75)]) * (width, height)
    assert np.abs(dots - expected).max() < 0.02 * height
    corners = cv2.perspectiveTransform(CORNERS[np.newaxis], to_page)[0]
    assert np.abs(corners - [[0, 0], [width, 0], [width, height], [0, height]]).max() < 0.02 * height


def test_ink_and_picture_are_of_the_same_page():
    content = encode(cv2.cvtColor(photograph(), cv2.COLOR_GRAY2BGR), ".jpg")
    ink, shown = load_with_thumbnail(content, 700)
    assert max(shown.size) == 700
    assert max(ink.shape) <= MAX_SIDE_PX
    dark = np.asarray(shown.convert("L")) < 110
    in_ink = cv2.resize(ink, shown.size, interpolation=cv2.INTER_AREA) > 128
    assert (dark & in_ink).sum() > 0.8 * (dark | in_ink).sum()
    assert cv2.connectedComponents((ink > 100).view(np.uint8))[0] == 5  # four dots, no edges of the page


def test_picture_without_a_page_goes_as_it_is():
    photo = photograph(table=225)
    picture, to_page = decode_page(encode(photo))
    assert np.array_equal(np.asarray(picture), photo)
    assert np.array_equal(to_page, np.eye(3))
    assert load_image(encode(photo)).shape == photo.shape
