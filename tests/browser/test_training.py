"""A training in a real browser, from *Start* to its end: it is watched and cancelled, or its network is used."""

import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Locator, Page, expect  # noqa: E402

from model.runs.jobs import cancel, latest_job  # noqa: E402
from tests.browser.test_drawing import answer, open_page, write  # noqa: E402
from tests.conftest import Server  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]


@pytest.fixture
def own_server(tmp_path, tiny_mnist_file, monkeypatch):
    """A server with a state folder of its own, that trains on a few digits."""
    monkeypatch.setenv("DIGITS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MNIST_PATH", str(tiny_mnist_file))
    monkeypatch.delenv("STROKES_PATH", raising=False)
    server = Server()
    yield server
    server.stop()
    if latest_job() and latest_job().running:
        cancel(latest_job())


@pytest.fixture
def own_page(new_page, own_server):
    """The page of that server."""
    return open_page(new_page(viewport={"width": 1200, "height": 1000}), own_server.url)


def button(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stSidebar").get_by_role("button", name=name)


def choose_images(page: Page, number: int, preset: str) -> None:
    button(page, "Retrain").click()
    page.get_by_role("radio", name=preset).click()
    page.get_by_text("More", exact=True).click()
    images = page.get_by_role("spinbutton", name="Images an epoch")
    images.fill(str(number))
    images.press("Enter")


def test_a_training_is_watched_beside_the_page_and_cancelled(own_page, own_server):
    page = own_page
    choose_images(page, 5000, "Whole")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Epoch 1 of 30")).to_be_visible(timeout=120_000)
    # The bar moves, and the curves grow before the first epoch ends.
    bar = page.get_by_role("progressbar")
    before = float(bar.get_attribute("aria-valuenow"))
    expect(page.get_by_test_id("stSidebar").get_by_test_id("stVegaLiteChart")).to_have_count(2, timeout=60_000)
    expect(bar).not_to_have_attribute("aria-valuenow", f"{before:g}", timeout=60_000)
    # Who comes later sees it too; the page reads meanwhile, with the network in use.
    other = open_page(page.context.new_page(), own_server.url)
    expect(button(other, "Cancel")).to_be_visible()
    other.close()
    write(page, 7)
    expect(answer(page)).to_have_text("7")
    button(page, "Cancel").click()
    expect(page.get_by_text("The training was cancelled", exact=True)).to_be_visible()
    button(page, "Close").click()
    expect(button(page, "Retrain")).to_be_visible()
    expect(page.get_by_text("The training was cancelled", exact=True)).to_have_count(0)


def test_a_new_network_is_compared_used_kept_after_a_reload_and_given_up_again(own_page):
    page = own_page
    choose_images(page, 1000, "Quick")
    page.get_by_role("slider", name="Epochs").press("Home")
    expect(page.get_by_text("4 seconds of them training")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("A new network is trained", exact=True)).to_be_visible(timeout=180_000)
    expect(page.get_by_test_id("stSidebar").get_by_test_id("stTable")).to_be_visible()
    button(page, "Use it").click()
    expect(button(page, "Back to the shipped network")).to_be_visible()
    page.reload()
    expect(button(page, "Back to the shipped network")).to_be_visible()
    write(page, 7)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("link", name="Training").click()
    page.get_by_test_id("stPopover").get_by_role("button", name="Download").click()
    page.get_by_role("combobox", name="Format").click()
    page.get_by_role("option", name="ONNX").click()
    download_button = page.get_by_test_id("stDownloadButton").get_by_role("button", name="Download")
    expect(download_button).to_be_visible(timeout=60_000)  # once the other process has written it
    with page.expect_download() as download:
        download_button.click()
    assert download.value.suggested_filename.endswith("-onnx.zip")
    button(page, "Back to the shipped network").click()
    expect(button(page, "Back to the previous network")).to_be_visible()
    expect(button(page, "Back to the shipped network")).to_have_count(0)
