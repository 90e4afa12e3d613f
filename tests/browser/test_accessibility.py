"""Every page under axe-core in a real browser, light and dark; headings; what is announced; where the focus is."""

import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api")
from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402

from model.card import SHIPPED  # noqa: E402
from model.runs.jobs import runs_dir  # noqa: E402
from tests.browser.test_drawing import answer, open_page, write  # noqa: E402
from tests.conftest import encode  # noqa: E402
from tests.drawings import draw, write_numbers  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]


@pytest.fixture(scope="module", autouse=True)
def a_run(state_folder):
    """A finished run, so that Networks and Training have something to show."""
    shutil.copytree(SHIPPED, runs_dir() / "2026-11-21T10-00-00")


@pytest.fixture(params=["light", "dark"])
def page(request, new_page, server):
    return open_page(new_page(viewport={"width": 1366, "height": 768}, color_scheme=request.param), server.url)


def assert_accessible(page: Page) -> None:
    """Hold that axe-core finds nothing that keeps people out, and that there is one main heading."""
    # What is being drawn anew is faded: wait until nothing moves.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    page.wait_for_function("document.getAnimations().length === 0")
    violations = Axe().run(page).response["violations"]
    found = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert not found
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_drawing_is_accessible(page):
    assert_accessible(page)
    write(page, 5)
    expect(answer(page)).to_have_text("5")
    for detail in ("The figures as a table", "From ink to what the network sees", "Why this answer?"):
        page.get_by_text(detail).click()
    expect(page.get_by_role("img", name="coloured by whether it speaks for a 5")).to_be_visible()
    assert_accessible(page)


def test_uploading_is_accessible(page):
    page.get_by_role("tab", name="Upload").click()
    expect(page.get_by_role("button", name="Five on paper")).to_be_visible()
    assert_accessible(page)
    three = {"name": "three.png", "mimeType": "image/png", "buffer": encode(255 - draw(3))}
    words = {"name": "words.png", "mimeType": "image/png", "buffer": b"no picture"}
    page.locator("input[type=file]").set_input_files([three])
    expect(answer(page)).to_have_text("3")
    assert_accessible(page)
    page.locator("input[type=file]").set_input_files([words])
    expect(page.get_by_text("This is not a picture in a known format.")).to_be_visible()
    assert_accessible(page)


def test_a_number_is_accessible(page):
    page.get_by_role("tab", name="Upload").click()
    sheet = {"name": "sheet.png", "mimeType": "image/png", "buffer": encode(255 - write_numbers("2026", "407"))}
    page.locator("input[type=file]").set_input_files([sheet])
    page.get_by_role("button", name="6 >").click()
    expect(page.get_by_text("Most likely a 6")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize(
    ("name", "last"),
    [("How good is it?", "Its mistakes"), ("Networks", "Search"), ("Training", "Its mistakes")],
)
def test_page_is_accessible(page, name, last):
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.get_by_role("heading", level=2, name=last)).to_be_visible()
    assert_accessible(page)


def test_corrections_are_accessible(page):
    write(page, 5)
    expect(answer(page)).to_have_text("5")
    page.get_by_role("button", name="Right").click()
    expect(page.get_by_text("Stored: 5")).to_be_visible()
    page.get_by_text("Drawn in this visit (1)").click()
    expect(page.get_by_role("img", name="A drawing, read as 5")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Corrections").click()
    expect(page.get_by_text("5, read as 5")).to_be_visible()
    assert_accessible(page)


def test_teaching_is_accessible(page):
    page.get_by_role("link", name="Teach").click()
    expect(page.get_by_role("heading", name="Draw a 0")).to_be_visible()
    write(page, 0)
    expect(page.get_by_text("The network reads: 0")).to_be_visible()
    assert_accessible(page)


def test_retraining_is_accessible(page):
    page.get_by_test_id("stSidebar").get_by_role("button", name="Retrain").click()
    page.get_by_role("radio", name="Scratch").click()
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert_accessible(page)
