"""Networks in a real browser: what is seen at once, and the drawing of the layers on a laptop and on a phone."""

import re
import shutil

import numpy as np
import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Locator, Page, expect  # noqa: E402

from model.card import SHIPPED  # noqa: E402
from model.runs.jobs import runs_dir  # noqa: E402
from tests.browser.test_drawing import draw_with_mouse, ink_on, write  # noqa: E402
from tests.conftest import Server  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]


@pytest.fixture
def open_at(new_page, server: Server):
    """Open a page at a size of the screen."""

    def open_at(path: str, width: int, height: int, **options) -> Page:
        page = new_page(viewport={"width": width, "height": height}, **options)
        page.goto(f"{server.url}/{path}")
        return page

    return open_at


@pytest.fixture
def a_run(state_folder):
    """A finished run, to be compared with the shipped networks."""
    folder = shutil.copytree(SHIPPED, runs_dir() / "2026-11-21T10-00-00")
    yield
    shutil.rmtree(folder)


@pytest.mark.usefixtures("a_run")
def test_several_networks_read_the_same_drawing(open_at):
    page = open_at("networks", 1200, 1400)
    write(page, 7)
    lines = page.get_by_test_id("stTable").filter(visible=True).first.get_by_role("row")
    expect(lines).to_have_text(
        ["NetworkReadsSure", *map(re.compile, ("^reader, shipped7", "^reader, 30 epochs.*7", "^dense7", "^cnn7"))]
    )
    expect(page.get_by_text("They disagree")).to_have_count(0)


@pytest.mark.usefixtures("a_run")
def test_the_drawing_stays_when_more_networks_are_chosen_than_fit(open_at):
    page = open_at("networks", 1200, 1400)
    write(page, 7)
    expect(page.get_by_test_id("stTable").first.get_by_role("row")).to_have_count(5)
    drawn = ink_on(page)
    for name in ("deep_dense", "lenet5", "simple_cnn"):
        page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_text("that were chosen first are compared")).to_be_visible()
    assert ink_on(page) == drawn > 0


def row_of_layers(page: Page) -> Locator:
    """The part of the page that the drawing of the layers can be scrolled in."""
    row = page.locator(".st-key-networks_row_of_layers")
    expect(row.get_by_role("img")).to_contain_text("47,050")
    return row


SLASH = np.array([(225, 25), (60, 255)], float)


def test_four_answers_and_why_the_reader_differs_are_seen_beside_the_canvas(open_at):
    page = open_at("networks", 1366, 768)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    before = undo.bounding_box()
    write(page, 0)
    draw_with_mouse(page, SLASH)
    lines = page.get_by_test_id("stTable").get_by_role("row")
    expect(lines).to_have_count(1 + 4)
    expect(lines.nth(1)).to_contain_text("reader, shipped0")
    reason = page.get_by_text("Why the reader differs")
    expect(reason).to_be_in_viewport(ratio=1)
    right_of_canvas = page.locator("canvas.upper-canvas").bounding_box()["x"] + 320
    assert lines.last.bounding_box()["x"] > right_of_canvas < reason.bounding_box()["x"]
    assert undo.bounding_box() == before


def test_the_layers_are_a_row_that_fits_a_laptop_and_scrolls_on_a_phone(open_at):
    row = row_of_layers(open_at("networks", 1280, 800))
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth && row.scrollHeight <= row.clientHeight")

    page = open_at("networks", 375, 812, has_touch=True)
    row = row_of_layers(page)
    row.evaluate("row => row.scrollTo(1000, 0)")
    assert row.evaluate("row => row.scrollLeft") > 300
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")


def test_no_table_lays_buttons_over_a_heading_on_a_phone(open_at):
    for path, tables in (("quality", 2), ("training", 3)):
        page = open_at(path, 375, 812, has_touch=True)
        expect(page.get_by_role("table")).to_have_count(tables)
        expect(page.get_by_text("Laboratory “apa”")).to_be_visible()
        expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
