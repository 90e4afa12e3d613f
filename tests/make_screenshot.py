"""Make the README's screenshot of the real page: ``python -m tests.make_screenshot``."""

import shutil

from playwright.sync_api import expect, sync_playwright

from tests.conftest import ROOT, Server
from tests.test_browser import answer, open_page, write


def main() -> None:
    """Start the page, draw a seven, write docs/screenshot.png."""
    server = Server()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = open_page(browser.new_page(viewport={"width": 1120, "height": 760}), server.url)
            write(page, 7, (150, 20, 80, 120))
            expect(answer(page)).to_have_text("7")
            page.mouse.move(5, 5)
            page.wait_for_timeout(1500)  # the bars grow, the toolbar fades
            page.screenshot(path=ROOT / "docs" / "screenshot.png")
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
