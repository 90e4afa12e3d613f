"""Corrections in a real browser: a digit is drawn, corrected, seen on the page Corrections, and taken back."""

import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect  # noqa: E402

from model.corrections.store import Corrections  # noqa: E402
from tests.browser.test_drawing import answer, draw_with_finger, open_page, write  # noqa: E402
from tests.conftest import Server  # noqa: E402
from tests.drawings import strokes  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]
expect.set_options(timeout=20_000)


@pytest.fixture
def page(new_page, server: Server):
    Corrections().clear()
    return open_page(new_page(viewport={"width": 1200, "height": 1000}), server.url)


def say(page: Page, label: str) -> None:
    page.get_by_role("button", name="It was…").click()
    page.get_by_role("menuitem", name=label, exact=True).click()


def test_a_drawing_is_corrected_seen_among_the_corrections_and_taken_back(page):
    write(page, 7)
    expect(answer(page)).to_have_text("7")
    say(page, "1")
    expect(page.get_by_text("Stored: 1")).to_be_visible()
    (stored,) = Corrections().page(0, 10)
    assert (stored.label, stored.predicted) == (1, 7)
    page.get_by_role("link", name="Corrections").click()
    expect(page.get_by_text("1, read as 7")).to_be_visible()
    expect(page.get_by_role("radio", name="All (1)")).to_be_visible()
    page.get_by_role("link", name="Read a digit").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("button", name="It was…")).to_be_visible()
    page.get_by_role("link", name="Corrections").click()
    expect(page.get_by_text("There are none yet")).to_be_visible()
    assert Corrections().count() == 0


def test_on_a_phone_it_fits_below_the_answer(new_page, server):
    phone = open_page(new_page(viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True), server.url)
    for points in strokes(2, 85, 55, 105, 165):
        draw_with_finger(phone, points)
    expect(answer(phone)).to_have_text("2")
    for name in ("Right", "It was…"):
        expect(phone.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375


def test_corrections_are_taken_along_and_brought_back(page, tmp_path):
    write(page, 4)
    expect(answer(page)).to_have_text("4")
    page.get_by_role("button", name="Right").click()
    expect(page.get_by_text("Stored: 4")).to_be_visible()
    page.get_by_role("link", name="Corrections").click()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Write the file").click()
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "corrections.zip")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete all").click()
    page.get_by_text("Delete all 1. This cannot be undone.").click()
    page.get_by_role("button", name="Delete them").click()
    expect(page.get_by_text("There are none yet")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Import").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "corrections.zip")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Import").click()
    expect(page.get_by_text("1 imported, 0 were there already.")).to_be_visible()
    expect(page.get_by_text("4, read as 4")).to_be_visible()
