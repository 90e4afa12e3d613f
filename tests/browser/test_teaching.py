"""A person whose digit is misread corrects it, retrains with the corrections, and is read right, in a real browser."""

import numpy as np
import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect  # noqa: E402

from model.corrections.store import Corrections, correct  # noqa: E402
from model.data.drawing import draw_at_random  # noqa: E402
from model.measure.odd_hands import nine_like_a_g  # noqa: E402
from tests.browser.test_drawing import answer, draw_with_mouse, open_page, press  # noqa: E402
from tests.conftest import Server  # noqa: E402
from utils.preprocess import normalize_digit  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=1)]

CORRECTED_BEFORE, CORRECTED = 17, 20
MS_TO_TRAIN = 400_000  # some twenty seconds on two cores, and on a machine with other work far more
LARGE_PX = 180


@pytest.fixture
def server(mnist, tmp_path):
    """A server that trains on some of MNIST's digits, and is tested on a hundred: drawing more takes longest."""
    some = {f"{part}_train": getattr(mnist, f"{part}_train")[:6000] for part in "xy"}
    np.savez(tmp_path / "some.npz", **some, x_test=mnist.x_test[:100], y_test=mnist.y_test[:100])
    server = Server(environment={"MNIST_PATH": str(tmp_path / "some.npz")})
    yield server
    server.stop()


def nine(number: int) -> np.ndarray:
    """Write a nine like a g, in another size and place each time: points on the canvas, float (n, 2)."""
    rng = np.random.default_rng(number)
    (stroke,) = nine_like_a_g(rng)
    return (stroke - stroke.min(axis=0)) * LARGE_PX * rng.uniform(0.8, 1.1) + rng.uniform(30, 70, 2)


def test_a_digit_of_an_odd_hand_is_corrected_taught_and_read_right(new_page, server: Server):
    rng = np.random.default_rng(CORRECTED)
    for _ in range(CORRECTED_BEFORE):  # in the browser each takes two seconds
        Corrections().add(correct(normalize_digit(draw_at_random(nine_like_a_g(rng), rng).ink), 9))
    page = open_page(new_page(viewport={"width": 1366, "height": 1000}), server.url)
    sidebar = page.get_by_test_id("stSidebar")
    for number in range(CORRECTED_BEFORE, CORRECTED):
        draw_with_mouse(page, nine(number))
        if number == CORRECTED_BEFORE:
            expect(answer(page)).to_have_text("8")  # what it is taken for by a network that was not taught
        page.get_by_test_id("stMain").get_by_role("button", name="It was…").filter(visible=True).click()
        page.get_by_role("menuitem", name="9", exact=True).click()
        expect(page.get_by_text("Stored: 9")).to_be_visible()
        press(page, "Clear")
        expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    sidebar.get_by_role("button", name="Retrain").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"With corrections ({CORRECTED})")).to_be_visible()
    dialog.get_by_role("button", name="Start").click()
    expect(sidebar.get_by_text("A new network is trained")).to_be_visible(timeout=MS_TO_TRAIN)
    expect(sidebar.get_by_text("Held-back corrections", exact=False).first).to_be_visible()
    sidebar.get_by_role("button", name="Use it").click()
    expect(sidebar.get_by_role("button", name="Back to the shipped network")).to_be_visible()
    for number in range(CORRECTED, CORRECTED + 3):
        draw_with_mouse(page, nine(number))
        expect(answer(page)).to_have_text("9")
        press(page, "Clear")
        expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
