"""The page without a browser: what it shows for which input."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model import card as checkpoint
from tests.conftest import ROOT
from utils.json_files import write_json
from utils.words import accuracy_percent, as_markdown


@pytest.fixture
def page():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not at.exception
    return at


def show_example(page: AppTest, name: str = "Five on paper") -> None:
    """As a click on its picture does: AppTest cannot click a component's."""
    page.session_state["recognise_example"] = name
    page.run()
    assert not page.exception


def test_before_anything_is_drawn_it_invites_and_guesses_nothing(page):
    assert "Draw a digit from 0 to 9" in page.info[0].value
    assert not page.metric
    assert not page.error
    assert page.button(key="recognise_clear").disabled
    assert page.button(key="recognise_undo").disabled


def test_sidebar_tells_the_network_from_its_card(page):
    card = checkpoint.read_card(checkpoint.SHIPPED)
    name, drawings, redrawn, mnist = page.sidebar.markdown
    assert name.value == "**reader, shipped** reads right:"
    assert drawings.value == f"People’s drawings: **{accuracy_percent(card.accuracy['strokes'])}**"
    assert f"{card.images['strokes']:,} digits. What people wrote with a pen" in drawings.proto.help
    assert redrawn.value == f"MNIST redrawn: **{accuracy_percent(card.accuracy['redrawn'])}**"
    assert mnist.value == f"MNIST: **{accuracy_percent(card.accuracy['mnist'])}**"
    assert name.proto.help == f"{card.parameters:,} parameters, {card.epochs} epochs, trained on {card.date}."


def test_figures_are_there_as_a_table_for_those_who_open_it(page):
    show_example(page)
    assert not page.dataframe
    page.session_state["recognise_picture_table"] = True
    page.run()
    table = page.dataframe[0].value
    assert table["Digit"].tolist() == [*range(10)]
    assert table["Probability"][5] == "> 99.9 %"  # as at the bars, not rounded up to 1
    assert set(table["Probability"].drop(5)) == {"< 0.1 %"}


def test_two_close_candidates_are_asked(page, monkeypatch):
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[4], probabilities[9] = 0.5, 0.42
    monkeypatch.setattr("model.predictor.softmax", lambda logits: probabilities[np.newaxis])
    show_example(page)
    assert page.metric[0].value == "4 or 9?"
    assert page.metric[0].delta == "50.0 % sure"


@pytest.mark.parametrize("name", [checkpoint.CARD_FILE, checkpoint.LITERT_FILE])
def test_missing_model_file_is_named_and_the_page_comes_back_when_it_does(tmp_path, monkeypatch, name):
    folder = tmp_path / "weights"
    shutil.copytree(checkpoint.SHIPPED, folder)
    content = (folder / name).read_bytes()
    (folder / name).unlink()
    monkeypatch.setenv("DIGITS_DATA_DIR", str(tmp_path))
    write_json(tmp_path / "in_use.json", {"folder": str(folder)})
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not page.exception
    assert as_markdown(str(folder / name)) in page.error[0].value
    (folder / name).write_bytes(content)
    page.run()
    assert not page.error
    assert "Draw a digit" in page.info[0].value


def test_from_a_broken_network_of_ones_own_there_is_a_way_back(page, tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITS_DATA_DIR", str(tmp_path))
    (tmp_path / "run").mkdir()
    write_json(tmp_path / "in_use.json", {"folder": str(tmp_path / "run")})
    page.run()
    assert "model.json is missing" in page.error[0].value
    page.button(key="retrain_shipped").click().run()
    assert not page.error
    assert "Draw a digit" in page.info[0].value


def test_page_never_imports_tensorflow():
    code = """
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=60).run()
page.session_state["recognise_example"] = "Five on paper"
page.run()
print(len(page.metric), sorted({"tensorflow", "keras"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1 []"


def test_port_in_use_is_said(server):
    port = server.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert f"Port {port} is not available" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_how_good_is_it_shows_the_figures_of_each_set(page):
    page.switch_page("app_pages/quality.py").run()
    assert not page.exception
    card = checkpoint.read_card(checkpoint.SHIPPED)
    assert [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in page.table[0].value["Read right"]] == [
        accuracy_percent(card.accuracy[name]) for name in ("strokes", "redrawn", "mnist")
    ]
    assert "Laboratory “apa”" in page.table[1].value["Part"].tolist()
    assert any("not ours to show" in caption.value for caption in page.caption)
    for name in ("redrawn", "mnist"):
        page.segmented_control(key="quality_set").set_value(name).run()
        assert not page.exception
        assert any("“9 as 4” is a 9" in caption.value for caption in page.caption)


def test_how_good_is_it_says_so_where_there_are_no_figures(page, monkeypatch):
    monkeypatch.setattr("model.card.QUALITY_FILE", "nowhere.json")
    page.switch_page("app_pages/quality.py").run()
    assert "There are no figures beside this network" in page.main.info[0].value
