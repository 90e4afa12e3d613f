"""Whole numbers in a real browser: written on the canvas, uploaded, held to the camera."""

import cv2
import numpy as np
import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402

from model.data.strokes import Characters  # noqa: E402
from model.measure.numbers import edit_distance  # noqa: E402
from model.measure.photos import compose_photos  # noqa: E402
from tests.browser.test_drawing import (  # noqa: E402
    answer,
    canvas,
    draw_with_finger,
    draw_with_mouse,
    open_page,
    press,
)
from tests.conftest import CHROMIUM, encode  # noqa: E402
from tests.drawings import photograph, strokes, write_numbers  # noqa: E402
from utils.pictures.pixels import FOR_BGR  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]
LINES = ("2026", "31415", "407")


@pytest.fixture
def page(new_page, server):
    return open_page(new_page(viewport={"width": 1366, "height": 768}), server.url)


@pytest.fixture
def phone(new_page, server):
    return open_page(new_page(viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True), server.url)


def write(page: Page, number: str, step: float, width: float, height: float, draw=draw_with_mouse) -> None:
    for place, digit in enumerate(number):
        for points in strokes(int(digit), 20 + step * place, 50, width, height):
            draw(page, points)


def digits(page: Page) -> Locator:
    """The digits of the number, each a button."""
    return page.locator("button:has(small)").filter(visible=True)


def test_2026_is_written_on_the_wide_canvas_and_read(page):
    press(page, "Wider")
    assert canvas(page).bounding_box()["width"] == 704
    write(page, "2026", 170, 100, 200)
    expect(answer(page)).to_have_text("2026")
    expect(digits(page)).to_have_count(4)
    expect(digits(page).last).to_contain_text("6")
    for seen in (canvas(page), answer(page), digits(page).last, page.get_by_role("button", name="Narrow")):
        expect(seen).to_be_in_viewport(ratio=1)

    expect(page.get_by_text("Most likely a")).to_have_count(0)
    digits(page).last.click()
    expect(digits(page).last).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Most likely a 6")).to_be_visible()
    digits(page).nth(1).press("Enter")
    expect(page.get_by_text("Most likely a 0")).to_be_visible()
    expect(digits(page).nth(1)).to_be_focused()

    # What was drawn stays, smaller; undo brings the wide canvas back, redo the narrow one.
    for name, width in (("Narrow", 320), ("Undo", 704), ("Redo", 320)):
        press(page, name)
        assert canvas(page).bounding_box()["width"] == width
        expect(answer(page)).to_have_text("2026")
    draw_with_mouse(page, np.array([[20, 290], [300, 290]]))  # on the narrow canvas it can be drawn on
    expect(digits(page)).not_to_have_count(4)


def test_a_number_is_written_with_a_finger_on_a_phone(phone):
    phone.get_by_role("slider", name="Stroke width").press("Home")
    expect(phone.get_by_test_id("stSliderThumbValue")).to_have_text("7 px")
    phone.get_by_role("heading", name="Digit Canvas").scroll_into_view_if_needed()
    write(phone, "2026", 72, 50, 120, draw_with_finger)
    expect(answer(phone)).to_have_text("2026")
    digits(phone).nth(1).tap()
    expect(phone.get_by_text("Most likely a 0")).to_be_visible()
    press(phone, "Wider")
    expect(answer(phone)).to_have_text("2026")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375


def test_nothing_moves_while_a_second_digit_is_written_beside_the_first(page):
    places = []
    for number, points in enumerate([*strokes(7, 20, 50, 80, 150), *strokes(2, 180, 50, 80, 150)]):
        draw_with_mouse(page, points)
        expect(page.get_by_role("button", name="Undo")).to_be_enabled()
        if number == 1:
            expect(answer(page)).to_have_text("7")
        places.append([canvas(page).bounding_box(), page.get_by_role("button", name="Clear").bounding_box()])
    expect(answer(page)).to_have_text("72")
    places.append([canvas(page).bounding_box(), page.get_by_role("button", name="Clear").bounding_box()])
    assert places == [places[0]] * len(places)


def test_a_photographed_sheet_with_three_lines_of_numbers_is_read_and_taken_along(page):
    page.get_by_role("tab", name="Upload").click()
    sheet = {"name": "sheet.jpg", "mimeType": "image/jpeg", "buffer": photograph(write_numbers(*LINES))}
    page.locator("input[type=file]").set_input_files(sheet)
    for line in LINES:
        expect(page.get_by_role("heading", name=line, exact=True)).to_be_visible()
    expect(digits(page)).to_have_count(12)
    expect(page.get_by_test_id("stCode")).to_contain_text("31415")
    with page.expect_download() as download:
        page.get_by_role("button", name="Readings as CSV").click()
    rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [row.split(",")[:4] for row in rows] == [
        ["sheet.jpg", str(line), str(position), digit]
        for line, number in enumerate(LINES, 1)
        for position, digit in enumerate(number, 1)
    ]
    with page.expect_download() as download:
        page.get_by_role("button", name="Picture with boxes").click()
    assert download.value.suggested_filename == "sheet-read.png"
    picture = cv2.imread(str(download.value.path()))
    assert (picture == FOR_BGR).all(axis=2).sum() > 1000  # the boxes


def test_ten_photographed_pages_are_read_at_once(page):
    hand = [strokes(digit, 0, 0, 14 if digit == 1 else 60, 100) for digit in range(10)]
    digits = np.arange(10)
    photos = compose_photos(Characters(hand, digits.astype(str), np.full(10, "ours/us"), digits), seed=1)[:10]
    page.get_by_role("tab", name="Upload").click()
    files = [{"name": f"{photo.name}.jpg", "mimeType": "image/jpeg", "buffer": photo.content} for photo in photos]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_role("button", name="Look closer")).to_have_count(10, timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Readings as CSV").click()
    rows = [line.split(",")[:4] for line in download.value.path().read_text(encoding="utf-8-sig").splitlines()[1:]]
    for photo in photos:
        said = "".join(digit for name, _, _, digit in rows if name == f"{photo.name}.jpg")
        assert edit_distance(said, "".join(map(str, photo.labels))) <= 2, photo.name  # of 64 digits in 8 lines


@pytest.fixture(scope="module")
def camera(browser: Browser, tmp_path_factory):
    """A browser with a camera that sees a sheet of numbers."""
    film = tmp_path_factory.mktemp("camera") / "sheet.mjpeg"
    sheet = cv2.resize(255 - write_numbers("2026", "407"), (640, 640))
    film.write_bytes(10 * encode(cv2.copyMakeBorder(sheet, 40, 40, 320, 320, cv2.BORDER_CONSTANT, value=255), ".jpg"))
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")  # the first allows it
    args = [*CHROMIUM["args"], *fake, f"--use-file-for-fake-video-capture={film}"]
    chromium = browser.browser_type.launch(**CHROMIUM | {"args": args})
    yield chromium
    chromium.close()


def test_numbers_held_to_the_camera_are_read(camera, server):
    context = camera.new_context(viewport={"width": 1366, "height": 900})
    page = open_page(context.new_page(), server.url)
    page.get_by_role("tab", name="Camera").click()
    page.get_by_role("button", name="Take Photo").click()
    for line in ("2026", "407"):
        expect(page.get_by_role("heading", name=line, exact=True)).to_be_visible()
    context.close()


def test_without_a_camera_there_is_a_sentence_and_the_rest_works(page):
    page.get_by_role("tab", name="Camera").click()
    expect(page.get_by_text("No picture here? Then there is no camera")).to_be_visible()
    page.get_by_role("tab", name="Draw").click()
    write(page, "7", 0, 80, 150)
    expect(answer(page)).to_have_text("7")
