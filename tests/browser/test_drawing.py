"""The canvas in a real browser, under a mouse and a finger: what is drawn is read, on a laptop and on a phone."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Locator, Page, expect  # noqa: E402

from tests.conftest import Server  # noqa: E402
from tests.drawings import strokes  # noqa: E402
from tests.test_hands import HANDS  # noqa: E402

# Browser, server and the component's timers share two cores here: a second try tells a slow moment from a fault.
pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]
expect.set_options(timeout=20_000)

BOXES = [  # x, y, width, height on the canvas of 280×280: in the middle, large, small in the corners
    (85, 55, 105, 165),
    (30, 20, 200, 235),
    (12, 14, 60, 85),
    (200, 15, 60, 90),
    (15, 175, 65, 90),
    (195, 180, 65, 85),
    (60, 90, 160, 140),
    (100, 60, 70, 160),
    (80, 30, 120, 210),
    (130, 100, 75, 120),
]
STEP_PX = 40  # a mouse that moves less than this is seen where it ends


@pytest.fixture
def page(new_page, server: Server):
    return open_page(new_page(viewport={"width": 1200, "height": 1000}), server.url)


def open_page(page: Page, url: str) -> Page:
    page.goto(url)
    expect(canvas(page)).to_be_visible()
    return page


def canvas(page: Page) -> Locator:
    return page.locator("canvas.upper-canvas")


def corner(page: Page) -> tuple[float, float]:
    """Return where the canvas begins, once it takes strokes: it is seen a moment before."""
    page.wait_for_function(
        """canvas => {
            canvas.dispatchEvent(new MouseEvent("mousemove"));
            return canvas.style.cursor === "crosshair";
        }""",
        arg=canvas(page).element_handle(),
    )
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    return box["x"], box["y"]


def draw_with_mouse(page: Page, points: np.ndarray) -> None:
    x, y = corner(page)
    points = points.tolist()
    page.mouse.move(x + points[0][0], y + points[0][1])
    page.mouse.down()
    for before, point in pairwise(points):
        page.mouse.move(x + point[0], y + point[1], steps=3 if math.dist(before, point) > STEP_PX else 1)
    page.mouse.up()


def draw_with_finger(page: Page, points: np.ndarray) -> None:
    x, y = corner(page)
    touch = page.context.new_cdp_session(page)
    for number, point in enumerate(points.tolist()):
        place = {"x": x + point[0], "y": y + point[1]}
        kind = "touchMove" if number else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def write(page: Page, digit: int, box: tuple[float, float, float, float] = BOXES[0]) -> None:
    for points in strokes(digit, *box):
        draw_with_mouse(page, points)


def press(page: Page, name: str) -> None:
    """Press undo, redo or clear, and wait until the new canvas has taken the old one's place."""
    key = "st-key-recognise_canvas_"
    classes = " ".join(page.locator(f"[class*='{key}']").evaluate_all("elements => elements.map(e => e.className)"))
    generation = max(int(number) for number in re.findall(rf"{key}(\d+)", classes))
    page.get_by_test_id("stButton").get_by_role("button", name=name).click()
    expect(page.locator(f".{key}{generation + 1} canvas.upper-canvas")).to_be_visible()
    expect(page.locator(f".{key}{generation}")).to_have_count(0)


def answer(page: Page) -> Locator:
    return page.get_by_test_id("stMetricValue").filter(visible=True)


def test_canvas_is_there_at_once_and_invites(page):
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    expect(answer(page)).to_have_count(0)


def test_all_ten_digits_are_read_right(page):
    for digit, box in enumerate(BOXES):
        write(page, digit, box)
        expect(answer(page)).to_have_text(str(digit))
        press(page, "Clear")
        expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
        expect(answer(page)).to_have_count(0)


def drawing_on(page: Page) -> Locator:
    """The part of the canvas that has the strokes; the upper one takes them."""
    return page.locator("canvas.dc-canvas.lower-canvas")


def ink_on(page: Page) -> int:
    """Count the pixels of the canvas that are black."""
    return drawing_on(page).evaluate("""canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, place) => place % 4 === 0 && value < 50 && data[place + 3] > 200).length;
    }""")


def test_a_drawing_is_still_there_after_another_page_and_goes_on(page):
    write(page, 7, (30, 60, 90, 150))
    expect(answer(page)).to_have_text("7")
    drawn = ink_on(page)
    page.get_by_role("link", name="Corrections").click()
    expect(page.get_by_role("heading", name="Corrections")).to_be_visible()
    page.get_by_role("link", name="Read a digit").click()
    expect(answer(page)).to_have_text("7")
    corner(page)
    assert ink_on(page) == pytest.approx(drawn, rel=0.02) != 0
    write(page, 1, (190, 60, 40, 150))
    expect(answer(page)).to_have_text("71")


def test_a_heart_is_no_digit(page):
    (heart,) = (drawing["strokes"] for drawing in HANDS["not_digits"] if drawing["name"] == "heart")
    for stroke in heart:
        draw_with_mouse(page, np.array(stroke))
    expect(page.get_by_text("Not a digit yet?")).to_be_visible()  # as long as more strokes may come
    expect(page.get_by_text("This doesn’t look like a digit")).to_be_visible()
    expect(page.get_by_text("If it is meant as one, the best guess is")).to_be_visible()
    expect(answer(page)).to_have_count(0)


def test_small_thin_seven_in_the_corner_is_a_seven(page):
    slider = page.get_by_role("slider", name="Stroke width")
    slider.focus()
    slider.press("Home")
    expect(page.get_by_test_id("stSliderThumbValue")).to_have_text("7 px")
    write(page, 7, (230, 8, 35, 50))
    expect(answer(page)).to_have_text("7")


def test_undo_redo_and_clear_change_what_is_read(page):
    box = (70, 60, 120, 160)
    four = strokes(4, *box)
    write(page, 1, (155, 60, 20, 160))
    expect(answer(page)).to_have_text("1")
    for points in four[:2]:
        draw_with_mouse(page, points)
    expect(answer(page)).to_have_text("4")
    press(page, "Undo")
    expect(answer(page)).to_have_text("1")
    press(page, "Redo")
    expect(answer(page)).to_have_text("4")
    press(page, "Clear")
    expect(answer(page)).to_have_count(0)
    press(page, "Undo")
    expect(answer(page)).to_have_text("4")
    # What is drawn after going back counts together with what is there again.
    press(page, "Clear")
    expect(answer(page)).to_have_count(0)
    write(page, 3)
    expect(answer(page)).to_have_text("3")


def test_nothing_drawn_before_answers_after_a_clear_right_after_the_stroke(page):
    write(page, 8)
    expect(answer(page)).to_have_text("8")
    draw_with_mouse(page, np.array([[20, 20], [20, 200]]))
    # At once: the message of the last stroke is still on its way (the component waits 200 ms).
    press(page, "Clear")
    expect(answer(page)).to_have_count(0)
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    page.wait_for_timeout(700)  # longer than that message may take: it must not come to anything
    expect(answer(page)).to_have_count(0)
    write(page, 2)
    expect(answer(page)).to_have_text("2")


def test_one_dot_is_said_and_not_guessed(page):
    x, y = corner(page)
    page.mouse.click(x + 140, y + 140)
    expect(page.get_by_text("That is only a dot. Nothing was guessed.")).to_be_visible()


@pytest.fixture
def phone(new_page, server: Server, request):
    viewport = getattr(request, "param", {"width": 375, "height": 812})
    return open_page(new_page(viewport=viewport, has_touch=True, is_mobile=True), server.url)


def ink_at(page: Page, x: float, y: float) -> bool:
    """Say whether the canvas is black at a place in its own pixels."""
    red, _, _, alpha = drawing_on(page).evaluate(
        "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data]", [x, y]
    )
    return alpha == 255 and red < 128


def test_every_stroke_of_a_finger_draws_wherever_it_begins(phone):
    starts = [(x, y) for y in range(8, 320, 76) for x in range(8, 320, 76)]
    for x, y in starts:
        draw_with_finger(phone, np.array([[x, y], [x + 2, y], [x + 4, y]]))
    expect(phone.get_by_role("button", name="Undo")).to_be_enabled()
    assert [start for start in starts if not ink_at(phone, *start)] == []


@pytest.mark.parametrize("digit", [5, 6])
def test_digit_that_a_finger_begins_at_the_top_right_is_read_right(phone, digit):
    for points in strokes(digit, 110, 8, 180, 290):
        draw_with_finger(phone, points)
    expect(answer(phone)).to_have_text(str(digit))


def test_no_toolbar_of_the_component_is_ever_there(page):
    # Once a version of the component has none, the rule in app_pages/parts/canvas.py is needless.
    toolbar = page.locator(".dc-toolbar")
    expect(toolbar).to_have_count(1)
    canvas(page).hover(position={"x": 200, "y": 10})
    expect(toolbar).to_be_hidden()
    for _ in range(3):  # nor does the keyboard find it
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.shadowRoot?.activeElement?.closest('.dc-toolbar')")


def test_canvas_has_a_name_that_says_what_to_do_without_drawing(page):
    expect(page.get_by_role("img", name="Those who cannot draw can upload a picture")).to_be_visible()


def test_phone_shows_the_canvas_the_digit_and_its_confidence_at_once(phone):
    for points in strokes(2, *BOXES[0]):
        draw_with_finger(phone, points)
    expect(answer(phone)).to_have_text("2")
    for seen in (canvas(phone), answer(phone), phone.get_by_text("% sure")):
        expect(seen).to_be_in_viewport(ratio=1)
    assert canvas(phone).bounding_box()["width"] == 320
    assert phone.get_by_test_id("stMain").evaluate("element => element.scrollTop") == 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    # A finger finds undo too.
    phone.get_by_role("button", name="Undo").tap()
    expect(phone.get_by_role("button", name="Redo")).to_be_enabled()


@pytest.mark.parametrize("phone", [{"width": 320, "height": 568}], indirect=True)
def test_canvas_shrinks_on_a_narrow_phone_and_draws_under_the_finger(phone):
    width = canvas(phone).bounding_box()["width"]
    assert width == 288
    draw_with_finger(phone, np.array([[width - 10, 20], [width - 10, 22], [width - 10, 24]]))
    expect(phone.get_by_role("button", name="Undo")).to_be_enabled()  # the canvas has drawn it
    assert ink_at(phone, (width - 10) * 320 / width, 22 * 320 / width)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_nothing_moves_while_a_four_is_drawn(page):
    places = []
    for points in (None, *strokes(4, *BOXES[0])):
        if points is not None:
            draw_with_mouse(page, points)
            expect(answer(page).or_(page.get_by_text("This doesn’t look like a digit"))).to_be_visible()
        places.append([page.get_by_role("button", name="Undo").bounding_box(), canvas(page).bounding_box()])
    expect(answer(page)).to_have_text("4")
    assert places == [places[0]] * 4


def test_two_people_do_not_see_each_others_drawings(browser, server):
    contexts = [browser.new_context() for _ in range(2)]
    first, second = (open_page(context.new_page(), server.url) for context in contexts)
    write(first, 5)
    write(second, 7)
    expect(answer(first)).to_have_text("5")
    expect(answer(second)).to_have_text("7")
    for context in contexts:
        context.close()


def test_made_up_messages_are_left_alone(page):
    page.evaluate("() => { window.original = HTMLCanvasElement.prototype.toDataURL }")
    for made_up in ("5", "null", '"text"', '"data:image/png;base64,AAAA"'):
        page.evaluate(f"() => {{ HTMLCanvasElement.prototype.toDataURL = () => ({made_up}) }}")
        write(page, 1)
        page.wait_for_timeout(400)  # nothing is to be seen; the server's log is looked at when it stops
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    page.evaluate("() => { HTMLCanvasElement.prototype.toDataURL = window.original }")
    write(page, 1)
    expect(answer(page)).to_have_text("1")
