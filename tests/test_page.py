"""The page without a browser: what it shows for which input."""

import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model import checkpoint
from tests.conftest import ROOT, encode
from tests.drawings import draw
from utils.runs import write_json
from utils.words import accuracy_percent


@pytest.fixture
def page():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not at.exception
    return at


def upload(page: AppTest, **files: bytes) -> AppTest:
    for name, content in files.items():
        page.file_uploader[0].upload(name.replace("_", "."), content)
    page.run()
    assert not page.exception
    return page


def test_before_anything_is_drawn_it_invites_and_guesses_nothing(page):
    assert "Draw a digit from 0 to 9" in page.info[0].value
    assert not page.metric
    assert not page.error
    assert page.button(key="recognise_clear").disabled
    assert page.button(key="recognise_undo").disabled


def test_sidebar_tells_the_network_from_its_card(page):
    card = checkpoint.read_card(checkpoint.SHIPPED)
    drawings, mnist, *_ = page.sidebar.markdown
    assert drawings.value == f"**{accuracy_percent(card.accuracy['strokes'])}** of people’s drawings read right"
    assert f"{card.images['strokes']:,} digits that people wrote" in drawings.proto.help
    assert mnist.value == f"**{accuracy_percent(card.accuracy['mnist'])}** of MNIST’s test digits read right"
    caption = " ".join(element.value for element in page.sidebar.caption)
    assert card.date in caption
    assert f"{card.parameters:,} parameters" in caption


@pytest.mark.parametrize(
    ("example", "digit"), [("Five on paper", "5"), ("Eight on a blackboard", "8"), ("Small, thin seven", "7")]
)
def test_examples_are_read_right(page, example, digit):
    page.pills(key="recognise_examples").set_value([example]).run()
    assert not page.exception
    assert page.metric[0].value == digit
    assert "sure" in page.metric[0].delta
    assert any(caption.value.startswith("Most likely a") for caption in page.caption)


def test_figures_are_there_as_a_table(page):
    page.pills(key="recognise_examples").set_value(["Five on paper"]).run()
    table = page.dataframe[0].value
    assert table["Digit"].tolist() == [*range(10)]
    assert table["Probability"][5] == "> 99.9 %"  # as at the bars, not rounded up to 1
    assert set(table["Probability"].drop(5)) == {"< 0.1 %"}


def test_uploaded_picture_is_read(page):
    upload(page, three_png=encode(255 - draw(3)))
    assert page.metric[0].value == "3"


def test_several_pictures_are_read_in_a_grid_and_bad_ones_do_not_stop_the_others(page):
    upload(page, two_png=encode(255 - draw(2)), words_png=b"no picture", six_png=encode(draw(6)))
    assert [metric.value for metric in page.metric] == ["2", "6"]
    assert len(page.error) == 1
    assert "not a picture" in page.error[0].value


def test_name_of_a_file_is_shown_as_it_is(page):
    page.file_uploader[0].upload("![x](http://example.org/x.png) *a* <b>.png", b"no picture")
    page.run()
    assert page.text[0].value == "![x](http://example.org/x.png) *a* <b>.png"


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        pytest.param(np.full((90, 90), 255, np.uint8), "blank paper", id="white"),
        pytest.param(np.zeros((90, 90), np.uint8), "blank paper", id="black"),
        pytest.param(np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8), "blank paper", id="noise"),
        pytest.param(255 - cv2.circle(np.zeros((90, 90), np.uint8), (60, 20), 4, 255, -1), "only a dot", id="dot"),
    ],
)
def test_blank_pictures_are_said_and_not_guessed(page, picture, sentence):
    upload(page, blank_png=encode(picture))
    assert not page.metric
    assert any(sentence in info.value and "Nothing was guessed" in info.value for info in page.info)


def test_what_is_no_digit_is_said_to_be_none_and_the_best_guess_offered(page):
    cross = cv2.line(cv2.line(np.zeros((90, 90), np.uint8), (10, 10), (80, 80), 255, 5), (80, 10), (10, 80), 255, 5)
    upload(page, cross_png=encode(cross))
    assert not page.metric
    assert page.main.info[-1].proto.title == "This doesn’t look like a digit"
    assert page.main.info[-1].value.startswith("If it is meant as one, the best guess is ")
    assert any(caption.value.startswith("If it were a digit: most likely") for caption in page.caption)


def test_two_close_candidates_are_asked(page, monkeypatch):
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[4], probabilities[9] = 0.5, 0.42
    monkeypatch.setattr("model.predictor.softmax", lambda logits: probabilities[np.newaxis])
    page.pills(key="recognise_examples").set_value(["Five on paper"]).run()
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
    assert str(folder / name) in page.error[0].value
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
page.pills(key="recognise_examples").set_value(["Five on paper"]).run()
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
    monkeypatch.setattr("app_pages.resources.QUALITY_FILE", "nowhere.json")
    page.switch_page("app_pages/quality.py").run()
    assert "There are no figures beside this network" in page.main.info[0].value
