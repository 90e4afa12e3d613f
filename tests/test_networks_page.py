"""The page that compares networks, without a browser; drawing on it is in test_browser."""

from dataclasses import replace

import pytest

from model.checkpoint import read_card, write_card
from model.presets import NETWORKS
from tests.conftest import open_page

PAGE = "app_pages/networks.py"
pytestmark = pytest.mark.usefixtures("state")


def test_with_the_shipped_network_alone_it_says_how_to_get_others():
    page = open_page(PAGE)
    assert page.main.info[0].value.startswith("There is only the shipped network yet.")
    assert page.multiselect(key="networks_chosen").value == ["reader, shipped"]
    for name in NETWORKS:
        assert any(text.value.startswith(f"**{name}**") for text in page.main.markdown)


def test_every_finished_run_can_be_compared(finished_run):
    write_card(replace(read_card(finished_run), network="dense", parameters=101_770), finished_run)
    (finished_run.parent / "broken").mkdir()
    page = open_page(PAGE)
    assert not page.main.info
    assert page.multiselect(key="networks_chosen").options == ["reader, shipped", "dense, one"]
    assert len(page.main.get("vega_lite_chart")) == 1
