"""Retrain in a real browser: the dialog on a laptop and a phone, and what a session that sits idle learns."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Locator, Page, expect  # noqa: E402

from model.card import SHIPPED, read_card, write_card  # noqa: E402
from model.runs.finished import rename  # noqa: E402
from model.runs.folder import State, Status, write_status  # noqa: E402
from model.runs.in_use import use  # noqa: E402
from model.runs.jobs import latest_job, only_training, put_aside  # noqa: E402
from tests.conftest import Server  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]
expect.set_options(timeout=20_000)

LAPTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def open_page(new_page, server: Server):
    """Open a page of the server's on a screen."""

    def open_on(screen: dict, path: str = "") -> Page:
        page = new_page(**screen, timezone_id="Pacific/Kiritimati")  # UTC+14 all year
        page.goto(server.url + path)
        expect(page.get_by_test_id("stSidebar")).to_be_attached()
        return page

    return open_on


def expect_whole(dialog: Locator, screen: dict) -> None:
    start = dialog.get_by_role("button", name="Start")
    expect(start).to_be_in_viewport(ratio=1)
    expect(dialog.get_by_role("heading", name="Retrain")).to_be_in_viewport(ratio=1)
    frame = dialog.bounding_box()
    assert frame["y"] >= 0
    assert frame["y"] + frame["height"] <= screen["viewport"]["height"]


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_dialog_is_whole_with_start_in_sight(open_page, screen):
    page = open_page(screen)
    if screen is PHONE:
        page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Retrain").click()
    dialog = page.get_by_role("dialog")
    expect_whole(dialog, screen)
    dialog.get_by_role("radio", name="Scratch").click()
    expect(dialog.get_by_role("combobox", name="Network")).to_be_visible()
    expect_whole(dialog, screen)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_network_from_the_page_of_them_is_what_the_dialog_will_train(open_page):
    page = open_page(PHONE, "/networks")
    page.get_by_role("radio", name="lenet5").click()
    page.get_by_role("button", name="Train “lenet5” from scratch").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("for “lenet5” on a machine")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Scratch")).to_be_checked()
    expect_whole(dialog, PHONE)


@pytest.fixture
def trained(state_folder):
    """A network that was trained when Kiritimati had 22 November already; afterwards the shipped one is in use."""
    folder = shutil.copytree(SHIPPED, Path(os.environ["DIGITS_DATA_DIR"]) / "runs" / "2001-11-21T10-01-00")
    write_card(replace(read_card(folder), network="cnn", epochs=1, accuracy={"mnist": 0.9, "redrawn": 0.9}), folder)
    write_status(folder, Status(State.DONE, "Trained and judged", 1))
    yield folder
    use(SHIPPED)
    shutil.rmtree(folder)


def test_a_session_that_sits_idle_learns_of_a_training_and_of_another_network_in_use(open_page, trained):
    page = open_page(LAPTOP)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("button", name="Retrain")).to_be_visible()  # by now it has looked for trainings
    with only_training(trained):
        pass
    expect(page.get_by_test_id("stToast")).to_contain_text("A new network is trained")
    expect(sidebar.get_by_text("points worse (not compared: People’s drawings)")).to_be_visible()
    for name in ("Use it", "Keep the current one"):
        expect(sidebar.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    use(trained)
    put_aside(latest_job())
    expect(sidebar.get_by_text("cnn, 1 epoch, 22 Nov 2001 00:01 reads right")).to_be_visible()
    expect(sidebar.get_by_text("People’s drawings: not measured here")).to_be_visible()


def test_a_given_name_is_shown_letter_by_letter(open_page, trained):
    name = "*a* _b_ :red[c] :smile: 1:100: www.e.fr"
    rename(trained, name)
    use(trained)
    page = open_page(LAPTOP, "/networks")
    shown = page.get_by_test_id("stSidebar").get_by_text("reads right").text_content()
    assert shown.replace("\N{WORD JOINER}", "") == f"{name} reads right: "
