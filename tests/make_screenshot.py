"""Make the README's screenshots of the real page, one while it trains: ``python -m tests.make_screenshot``."""

import os
import tempfile

from playwright.sync_api import expect, sync_playwright

from tests.browser.test_drawing import answer, open_page, press, write
from tests.browser.test_training import button
from tests.conftest import CHROMIUM, ROOT, Server

MILLISECONDS_OF_CURVES = 15_000


def main() -> None:
    """Start the page, draw a seven, write docs/screenshot.png; retrain, draw a four, write docs/retrain.png."""
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        os.environ["DIGITS_DATA_DIR"] = state
        server = Server()
        try:
            browser = playwright.chromium.launch(**CHROMIUM)
            page = open_page(browser.new_page(viewport={"width": 1120, "height": 760}), server.url)
            write(page, 7, (150, 20, 80, 120))
            expect(answer(page)).to_have_text("7")
            page.mouse.move(5, 5)
            page.wait_for_timeout(1500)  # the bars grow, the toolbar fades
            page.screenshot(path=ROOT / "docs" / "screenshot.png")

            button(page, "Retrain").click()
            page.get_by_role("radio", name="Thorough").click()
            page.get_by_role("button", name="Start").click()
            curves = page.get_by_test_id("stSidebar").get_by_test_id("stVegaLiteChart")
            expect(curves).to_have_count(2, timeout=120_000)
            page.set_viewport_size({"width": 1120, "height": 1160})
            page.wait_for_timeout(MILLISECONDS_OF_CURVES)
            press(page, "Clear")
            write(page, 4)
            expect(answer(page)).to_have_text("4")
            page.mouse.move(700, 5)
            page.wait_for_timeout(1500)
            page.screenshot(path=ROOT / "docs" / "retrain.png")
            button(page, "Cancel").click()
            expect(page.get_by_text("The training was cancelled", exact=True)).to_be_visible()
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
