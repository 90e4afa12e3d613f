"""The piece that says why the network reads what it reads, on the page without a browser."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model.card import LITERT_FILE
from model.networks import NETWORKS
from model.training import save_network
from tests.conftest import ROOT, encode, open_page
from tests.drawings import draw
from utils.json_files import write_json

WHY = "recognise_picture_why"


def read(ink: np.ndarray):
    """Open the page, upload a drawing, and click on *Why this answer?*."""
    page = open_page()
    page.session_state[WHY] = True
    page.file_uploader[0].upload("drawing.png", encode(255 - ink))
    page.run()
    assert not page.exception
    return page


def explain(page, explanation: str) -> list[str]:
    """Choose an explanation; return what its pictures are said to show."""
    page.pills(key=f"{WHY}_explanation").set_value(explanation).run()
    assert not page.exception
    why = next(expander for expander in page.expander if expander.label == "Why this answer?")
    return [image.proto.imgs[0].alt for image in why.image]


def use_a_network(name: str, weight: float, folder: Path) -> None:
    """Let a network that has learned nothing read: all of its weights are the same."""
    network = NETWORKS[name](10)
    network.set_weights([np.full(weights.shape, weight) for weights in network.get_weights()])
    save_network(network, np.zeros((1, 28, 28), np.float32), folder)
    write_json(folder.parent.parent / "in_use.json", {"folder": str(folder)})


def test_nothing_is_explained_before_somebody_asks():
    page = open_page()
    page.session_state["recognise_example"] = "Five on paper"
    page.run()
    assert page.metric
    assert not [control for control in page.pills if control.key == f"{WHY}_explanation"]


def test_what_speaks_for_the_answer_and_the_runner_up_comes_first():
    page = read(draw(7))
    assert page.pills(key=f"{WHY}_explanation").value == "What speaks for it"
    first, second = explain(page, "What speaks for it")
    assert first == "The digit, with the ink coloured by whether it speaks for a 7"
    assert second != first


def test_the_inside_of_the_network_is_two_pictures():
    layers, patterns = explain(read(draw(4)), "Inside the network")
    assert layers.endswith(
        "Convolution: 32 maps of 14 by 14; Convolution: 64 maps of 7 by 7; "
        "Convolution: 96 maps of 7 by 7; Convolution: 96 maps of 7 by 7"
    )
    assert patterns == "The weights of the first layer, a picture for each of its patterns or neurons"


def test_any_other_digit_can_be_asked_for():
    page = read(draw(4))
    explain(page, "What would change it")
    others = page.pills(key=f"{WHY}_other_than_4")
    assert others.options == [f"{'an' if digit == 8 else 'a'} {digit}?" for digit in (0, 1, 2, 3, 5, 6, 7, 8, 9)]
    others.set_value(9).run()
    assert explain(page, "What would change it") == [
        "The drawing as the network sees it",
        "The ink to add and to remove to make it a 9",
        "The nearest 9",
        "The nearest 9s, and below them the nearest 4s, the nearest first",
    ]


def test_what_is_no_digit_is_explained_too():
    page = read(255 * (np.eye(90, dtype=np.uint8) | np.eye(90, dtype=np.uint8)[::-1]))
    assert not page.metric
    for explanation in ("What speaks for it", "Inside the network", "What would change it"):
        assert explain(page, explanation)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own
@pytest.mark.parametrize(("name", "weight"), [("dense", 0), ("lenet5", 0.01)])
def test_a_network_of_ten_outputs_that_has_learned_nothing_is_explained_as_far_as_it_goes(name, weight, finished_run):
    use_a_network(name, weight, finished_run)
    page = read(draw(4))
    assert len(explain(page, "What speaks for it")) == 2
    layers, _ = explain(page, "Inside the network")
    assert ("Dense layer: 128 neurons" in layers) == (name == "dense")
    assert explain(page, "What would change it") == []
    assert page.main.info[-1].value.endswith("it has learned too little yet.")


def test_a_network_that_was_deleted_meanwhile_is_said_to_be_missing(finished_run):
    write_json(finished_run.parent.parent / "in_use.json", {"folder": str(finished_run)})
    page = read(draw(4))
    (finished_run / LITERT_FILE).unlink()
    assert explain(page, "Inside the network") == []
    assert "model.tflite cannot be read" in page.error[0].value


def test_explaining_imports_no_tensorflow():
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=60)
page.session_state[{WHY!r}] = True
page.session_state["recognise_example"] = "Five on paper"
page.run()
for explanation in ("Inside the network", "What would change it"):
    page.pills(key="{WHY}_explanation").set_value(explanation).run()
print(bool(page.exception), len(page.image), sorted({{"tensorflow", "keras"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False 6 []"
