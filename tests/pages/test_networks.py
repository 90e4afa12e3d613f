"""The page of the networks, without a browser: comparing, layers, training, and MNIST's digits."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Image

from model.card import SHIPPED, TUTORIALS, read_card, write_card
from model.options import NETWORKS, Options
from model.predictor import Prediction, Reading
from model.runs.jobs import only_training
from model.tutorials import HISTORIES
from tests.conftest import ROOT, encode, open_page
from tests.drawings import draw
from train import read_command_line
from utils.pictures.sketch import Sketch, Version
from utils.words import as_markdown

PAGE = "app_pages/networks.py"
pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def dense_run(finished_run):
    """A finished run that says it is a dense network, beside the shipped one."""
    write_card(replace(read_card(finished_run), network="dense", parameters=101_770), finished_run)
    return finished_run


def draw_on(page: AppTest, picture: np.ndarray) -> AppTest:
    page.session_state["networks_sketch"] = Sketch([Version({"objects": ["a stroke"]}, encode(255 - picture))])
    page.run()
    assert not page.exception
    return page


def answers(page: AppTest) -> list[list[str]]:
    """The lines beside the canvas: network, what it reads, how sure it is."""
    return page.main.table[0].value.to_numpy().tolist()


class Says:
    """A network that gives the same answer to all."""

    def __init__(self, label: int, is_digit: bool = True):
        self.card = read_card(SHIPPED)
        self.prediction = Prediction(label, 1.0, np.eye(10, dtype=np.float32)[label], 9.0, is_digit)

    def read(self, ink: np.ndarray) -> Reading:
        return Reading("", None, self.prediction)


OF_TUTORIALS = [as_markdown(folder.name) for folder in TUTORIALS]


def choose(page: AppTest, *names: str) -> AppTest:
    page.pills(key="networks_chosen").set_value(list(names)).run()
    return page


def test_on_a_fresh_machine_three_of_the_tutorials_are_compared_with_the_reader():
    page = open_page(PAGE)
    chosen = page.pills(key="networks_chosen")
    assert chosen.value == ["reader, shipped", "dense", "cnn", "lenet5"]
    assert chosen.options == ["reader, shipped", *OF_TUTORIALS]
    assert [name for name, *_ in answers(draw_on(page, draw(7)))] == chosen.value


def test_every_finished_run_can_be_compared_and_comes_before_the_tutorials(dense_run):
    (dense_run.parent / "broken").mkdir()
    chosen = open_page(PAGE).pills(key="networks_chosen")
    assert chosen.options == ["reader, shipped", "dense, 30 epochs, one", *OF_TUTORIALS]
    assert chosen.value == ["reader, shipped", "dense, 30 epochs, one", "dense", "cnn"]


def test_a_run_in_a_folder_of_a_tutorials_name_is_compared_with_it(dense_run):
    dense_run.rename(dense_run.with_name("dense"))
    page = draw_on(open_page(PAGE), draw(7))
    assert [name for name, *_ in answers(page)] == ["reader, shipped", "dense, 30 epochs, dense", "dense", "cnn"]


def test_networks_that_agree_are_shown_as_chosen(dense_run):
    page = draw_on(choose(open_page(PAGE), "reader, shipped", "dense, 30 epochs, one"), draw(7))
    assert [line[:2] for line in answers(page)] == [["reader, shipped", "**7**"], ["dense, 30 epochs, one", "**7**"]]
    assert not page.main.warning
    assert not says_why(page)


def test_who_says_what_is_told_where_they_differ_the_few_first_and_no_line_moves(dense_run, monkeypatch):
    network = {SHIPPED: Says(4), dense_run: Says(4), dense_run.parent / "two": Says(9)}
    (dense_run.parent / "two").mkdir()
    write_card(replace(read_card(dense_run), network="cnn"), dense_run.parent / "two")
    monkeypatch.setattr("app_pages.parts.shared.get_predictor", lambda folder=SHIPPED: network[folder])
    chosen = choose(open_page(PAGE), "reader, shipped", "cnn, 30 epochs, two", "dense, 30 epochs, one")
    page = draw_on(chosen, draw(7))
    assert page.main.warning[0].proto.title == "They disagree"
    assert page.main.warning[0].value == "**9**: cnn, 30 epochs, two  \n**4**: reader, shipped; dense, 30 epochs, one"
    sure = r"\> 99.9 %"
    assert sorted(answers(page)[1:]) == [
        ["cnn, 30 epochs, two", "**9**", sure],
        ["dense, 30 epochs, one", "**4**", sure],
    ]

    network[SHIPPED] = Says(4, is_digit=False)
    page.run()
    assert page.main.warning[0].value.startswith("**no digit**: reader, shipped  \n**9**: cnn, 30 epochs, two")
    assert answers(page)[0] == ["reader, shipped", "no digit", "–"]


def says_why(page: AppTest) -> bool:
    return any(text.value.startswith("**Why the reader differs**") for text in page.main.markdown)


@pytest.mark.parametrize(
    ("reader", "plain", "why"),
    [
        (Says(7), Says(7), False),
        (Says(7), Says(1), True),
        (Says(7), Says(7, is_digit=False), True),
        (Says(1, is_digit=False), Says(7), True),
        (Says(1, is_digit=False), Says(7, is_digit=False), False),
    ],
)
def test_why_the_reader_differs_from_what_learned_mnist_as_it_is_is_said(reader, plain, why, dense_run, monkeypatch):
    network = {SHIPPED: reader, dense_run: plain, TUTORIALS[0]: reader}
    monkeypatch.setattr("app_pages.parts.shared.get_predictor", lambda folder=SHIPPED: network[folder])
    both = ["reader, shipped", "dense, 30 epochs, one"]
    assert not says_why(draw_on(choose(open_page(PAGE), *both, "dense"), draw(7)))  # it was trained as the reader was
    write_card(replace(read_card(dense_run), options=Options(network="dense", as_it_is=True)), dense_run)
    assert says_why(draw_on(choose(open_page(PAGE), *both, "dense"), draw(7))) == why
    assert not says_why(draw_on(choose(open_page(PAGE), *both[1:], "dense"), draw(7)))


def test_a_network_broken_since_is_said_and_the_others_read(dense_run):
    (dense_run / "model.tflite").write_bytes(b"nothing")
    page = draw_on(choose(open_page(PAGE), "reader, shipped", "dense, 30 epochs, one"), draw(7))
    assert page.main.error[0].proto.title == "dense, 30 epochs, one"
    assert [line[:2] for line in answers(page)] == [["reader, shipped", "**7**"]]


def test_an_empty_drawing_is_said_once(dense_run):
    page = draw_on(open_page(PAGE), draw(7) * 0)
    blank = "Nothing stands out from the paper. Nothing was guessed."
    assert [info.value for info in page.main.info].count(blank) == 1


def test_every_networks_layers_are_drawn():
    page = open_page(PAGE)
    for name in NETWORKS:
        page.pills(key="networks_layers_of").set_value(name).run()
        assert not page.exception
        assert page.main.get("vega_lite_chart")[-1].proto.alt.startswith(f"The layers of {name},")
        assert any(HISTORIES[name] in text.value for text in page.main.markdown)


def test_any_network_is_trained_from_here_by_retrain(monkeypatch):
    started = []
    monkeypatch.setattr("app_pages.sidebar.retrain.start_training", lambda options, keep: started.append(options))
    page = open_page(PAGE)
    page.session_state["retrain_open"] = False
    page.pills(key="networks_layers_of").set_value("lenet5").run()
    assert "retrain_start" not in {button.key for button in page.button}
    page.button(key="retrain_offered").click().run()
    assert not page.sidebar.warning
    page.segmented_control(key="retrain_preset").set_value("Thorough").run()
    assert any("for “lenet5”" in caption.value for caption in page.caption)
    page.button(key="retrain_start").click().run()
    assert not page.exception
    _, arguments = read_command_line(started[0])
    assert (arguments.network, arguments.start_from) == ("lenet5", None)


def test_nothing_is_trained_from_here_while_a_training_goes_on_or_where_it_is_switched_off(state, monkeypatch):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    with only_training(folder):
        assert open_page(PAGE).button(key="retrain_offered").disabled
    monkeypatch.setenv("DIGITS_RETRAIN", "off")
    assert "retrain_offered" not in {button.key for button in open_page(PAGE).button}


@pytest.fixture
def browse(monkeypatch, tiny_mnist_file):
    """Open the page with MNIST's digits, and look at them in a way."""

    def open_at(view: str | None = None, mnist: str = str(tiny_mnist_file)) -> AppTest:
        monkeypatch.setenv("MNIST_PATH", mnist)
        page = open_page(PAGE)
        page.session_state["dataset_open"] = True  # as after a click on it
        page.run()
        if view:
            page.segmented_control(key="dataset_view").set_value(view).run()
        assert not page.exception
        return page

    return open_at


def pictures(page: AppTest) -> Image:
    """The pictures of digits: the one row of several."""
    (shown,) = [row for row in page.main.image if len(row.value) > 1]
    return shown


def says(page: AppTest, words: str) -> bool:
    return any(words in text.value for text in (*page.main.caption, *page.main.info, *page.main.error))


def test_digits_are_looked_at_by_label_and_others_come_when_asked_for(browse):
    page = browse()
    page.segmented_control(key="dataset_digit").set_value(3).run()
    assert says(page, "40 of the 40 training digits that are labelled 3.")
    before = pictures(page).value
    page.button(key="dataset_others").click().run()
    after = pictures(page).value
    assert before != after
    assert sorted(before) == sorted(after)  # there are only forty


def test_the_mean_of_each_digit_is_shown(browse):
    assert pictures(browse("On average")).captions == [*"0123456789"]


def test_the_hardest_are_those_read_wrong_then_those_that_are_unsure(browse):
    page = browse("The hardest")
    captions = pictures(page).captions
    wrong = sum(" as " in caption for caption in captions)
    assert says(page, f"reads {wrong} of MNIST’s 100 test digits wrong")
    assert all(" as " in caption for caption in captions[:wrong])


def test_without_mnist_it_says_how_to_get_it_and_downloads_nothing(monkeypatch, tmp_path):
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    page = open_page(PAGE)
    page.session_state["dataset_open"] = True
    page.run()
    assert says(page, "MNIST is not on this machine yet.")
    assert not [path for path in tmp_path.iterdir() if "corrections" not in path.name]


def test_a_broken_mnist_file_is_said(browse, tmp_path):
    assert says(browse(mnist=str(tmp_path / "gone.npz")), "There is no MNIST file at")
    (tmp_path / "cut.npz").write_bytes(b"PK")
    assert says(browse(mnist=str(tmp_path / "cut.npz")), "is damaged or of another kind")


def test_looking_at_mnist_imports_no_tensorflow(tiny_mnist_file, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(tiny_mnist_file))
    code = """
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=60)
page.session_state["dataset_open"] = True
page.session_state["dataset_view"] = "The hardest"
page.run()
page.switch_page("app_pages/networks.py").run()
print(max(len(row.value) for row in page.main.image), sorted({"tensorflow", "keras"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.split("\n")[0] == "40 []", done.stderr
