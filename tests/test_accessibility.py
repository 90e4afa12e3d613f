"""Every page in a real browser under axe-core: nothing serious or critical, in light and dark; headings; focus."""

import os
import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api")
from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Browser, Page, expect  # noqa: E402

from model.checkpoint import SHIPPED  # noqa: E402
from tests.conftest import encode  # noqa: E402
from tests.drawings import draw  # noqa: E402
from tests.test_browser import answer, open_page, write  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

PAGES = {"": "Digit Canvas", "quality": "How good is it?", "networks": "Networks", "training": "Training"}
