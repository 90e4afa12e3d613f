"""The answer in a real browser: its bars in both themes, its steps and reasons; and where else the page works."""

from urllib.parse import urlparse

import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect  # noqa: E402

from tests.browser.test_drawing import BOXES, answer, draw_with_mouse, open_page, write  # noqa: E402
from tests.conftest import Server  # noqa: E402
from tests.drawings import strokes  # noqa: E402
from utils.pictures.charts import OTHERS_COLOR, WINNER_COLOR  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]


@pytest.fixture
def page(new_page, server: Server):
    return open_page(new_page(viewport={"width": 1200, "height": 1000}), server.url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bars_are_drawn_and_the_winner_stands_out(new_page, server, scheme):
    page = open_page(new_page(color_scheme=scheme), server.url)
    write(page, 5)
    expect(answer(page)).to_have_text("5")
    chart = page.get_by_test_id("stVegaLiteChart").filter(visible=True)
    winner = chart.locator(f"path[fill='{WINNER_COLOR}']")
    expect(winner).to_have_count(1)
    expect(chart.locator(f"path[fill='{OTHERS_COLOR}']")).to_have_count(9)
    expect(chart).to_contain_text("> 99.9 %")
    assert winner.bounding_box()["width"] > 150
    # Nothing is cut off at the right.
    figure = chart.locator("text", has_text="> 99.9 %").bounding_box()
    frame = chart.bounding_box()
    assert figure["x"] + figure["width"] <= frame["x"] + frame["width"]


def test_steps_table_and_reasons_are_one_click_away(page):
    write(page, 5)
    expect(answer(page)).to_have_text("5")
    page.get_by_text("From ink to what the network sees").click()
    for step in ("Ink", "Crop", "Fit", "Centre"):
        expect(page.get_by_role("img", name=f"{step}: the picture after this step")).to_be_visible()
    page.get_by_text("The figures as a table").click()
    expect(page.get_by_test_id("stDataFrame").filter(visible=True)).to_be_visible()
    page.get_by_text("Why this answer?").click()
    expect(page.get_by_role("img", name="coloured by whether it speaks for a 5")).to_be_visible()
    expect(page.get_by_role("img", name="coloured by whether it speaks for")).to_have_count(2)


def test_the_inside_of_the_network_changes_with_each_stroke(page):
    first, *others = strokes(4, *BOXES[0])
    draw_with_mouse(page, first)
    expect(answer(page).or_(page.get_by_text("This doesn’t look like a digit"))).to_be_visible()
    page.get_by_text("Why this answer?").click()
    page.get_by_role("radio", name="Inside the network").click()
    picture = page.get_by_role("img", name="What each layer makes of the drawing")
    for points in others:
        seen = picture.get_attribute("src")
        draw_with_mouse(page, points)
        expect(picture).not_to_have_attribute("src", seen)
    expect(answer(page)).to_have_text("4")
    page.get_by_role("radio", name="What would change it").click()
    page.get_by_role("radio", name="a 9?").click()
    expect(page.get_by_role("img", name="The ink to add and to remove to make it a 9")).to_be_visible()


def test_how_good_is_it_is_one_click_away(page):
    page.get_by_role("link", name="How good is it?").click()
    expect(page.get_by_role("heading", name="How good is it?")).to_be_visible()
    expect(page.get_by_text("Most often mistaken")).to_be_visible()
    page.get_by_role("radio", name="MNIST", exact=True).click()
    expect(page.get_by_role("img", name="Digits that were read wrong")).to_be_visible()


def test_page_needs_no_network(browser, server):
    context = browser.new_context()
    page = context.new_page()
    hosts = set()
    page.on("request", lambda request: hosts.add(urlparse(request.url).hostname))
    open_page(page, server.url)
    write(page, 7)
    expect(answer(page)).to_have_text("7")
    assert hosts <= {"127.0.0.1", None}
    context.close()


def test_page_works_behind_a_path(browser):
    server = Server(path="/digits")
    try:
        page = open_page(browser.new_page(), server.url)
        write(page, 4)
        expect(answer(page)).to_have_text("4")
        page.close()
    finally:
        printed = server.stop()
    assert "Traceback" not in printed
