"""One broken folder takes no page down: it is listed as unreadable, said to be, and can be deleted."""

import json
import os
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.card import CARD_FILE, LITERT_FILE, QUALITY_FILE, SHIPPED
from model.runs.finished import rename
from model.runs.folder import METRICS_FILE, STATUS_FILE, STEPS_FILE, State, Status, write_status
from model.runs.in_use import IN_USE_FILE, use
from model.runs.jobs import NOTE_FILE, list_runs, only_training
from tests.conftest import encode, open_page
from tests.drawings import draw
from utils.json_files import write_json
from utils.pictures.sketch import Sketch, Version
from utils.words import as_markdown

TRAINING, NETWORKS, QUALITY = (f"app_pages/{name}.py" for name in ("training", "networks", "quality"))
PICTURE_ELSEWHERE = "![](http://elsewhere.example/picture.png)"
NESTED = '{"a": ' + "[" * 100_000
pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def run(state) -> Path:
    """A finished run, the only one."""
    folder = shutil.copytree(SHIPPED, state / "runs" / "2026-11-21T10-00-00")
    write_status(folder, Status(State.DONE, "Trained and judged", 2))
    return folder


def status_of_newest(page: AppTest) -> str:
    return page.main.table[0].value["Status"].tolist()[0]


def delete(page: AppTest) -> None:
    page.button(key="training_delete").click().run()
    assert not page.exception
    assert not list_runs()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        *((METRICS_FILE, line + "\n") for line in ("5", "[]", '{"epoch": 1}', "null", NESTED)),
        (CARD_FILE, NESTED),
        (CARD_FILE, {"parameters": 10**30}),
        (CARD_FILE, {"accuracy": None}),
        (CARD_FILE, {"command": 5}),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_run_that_cannot_be_read_is_listed_as_such_and_can_be_deleted(run, file, content):
    if isinstance(content, dict):
        content = json.dumps(json.loads((run / file).read_text()) | content)
    (run / file).write_text(content)
    page = open_page(TRAINING)
    assert status_of_newest(page) == "Unreadable"
    assert as_markdown(file) in page.main.warning[0].value
    page.switch_page(NETWORKS).run()
    assert not page.exception
    delete(page.switch_page(TRAINING).run())


def test_so_is_one_whose_status_cannot_be_read(run):
    (run / CARD_FILE).unlink()
    (run / STATUS_FILE).write_text(NESTED)
    page = open_page(TRAINING)
    assert status_of_newest(page) == "Unreadable"
    delete(page)


def test_so_is_a_folder_whose_name_is_not_utf8(run):
    run.rename(run.with_name(os.fsdecode(b"\xff\xfe")))
    page = open_page(TRAINING)
    assert status_of_newest(page) == "Unreadable"
    page.switch_page(NETWORKS).run()
    assert not page.exception
    delete(page.switch_page(TRAINING).run())


def shown_elsewhere(page: AppTest) -> list[str]:
    """All that is shown as Markdown and tells of the picture elsewhere; none of it shows the picture."""
    messages = [*page.error, *page.warning, *page.info]
    shown = [text.value for text in (*messages, *page.markdown, *page.caption)]
    shown += [message.proto.title for message in messages]
    shown += [bar.proto.text for bar in page.get("progress")]
    shown += [option for pills in page.pills for option in pills.options]
    shown += [str(cell) for table in page.table for cell in table.value.to_numpy().ravel()]
    told = [text for text in shown if "elsewhere" in text]
    assert not [text for text in told if "![" in text]
    return told


def test_what_a_file_says_is_not_markdown(run):
    rename(run, "![](http://elsewhere.example/a)")
    use(run)
    failed = run.with_name("2026-11-22T10-00-00")
    failed.mkdir()
    with only_training(failed):
        write_status(failed, Status(State.TRAINING, PICTURE_ELSEWHERE))
        assert len(shown_elsewhere(open_page())) == 2  # the name and how far the training is
    write_status(failed, Status(State.FAILED, PICTURE_ELSEWHERE))
    for file, told in ((None, 2), (QUALITY, 2), (TRAINING, 5), (NETWORKS, 3)):
        assert len(shown_elsewhere(open_page(file))) == told, file


@pytest.mark.parametrize("state", [PICTURE_ELSEWHERE.replace("//", "/")], indirect=True)
def test_nor_is_the_path_of_one_that_cannot_be_read(state, run):
    page = open_page(TRAINING)
    (run / LITERT_FILE).write_bytes(b"")
    page.button(key="training_use").click().run()
    assert len(shown_elsewhere(page)) == 1
    page.switch_page(NETWORKS)
    page.session_state["networks_sketch"] = Sketch([Version({"objects": ["a stroke"]}, encode(255 - draw(7)))])
    assert len(shown_elsewhere(page.run())) == 1
    write_json(state / IN_USE_FILE, {"folder": str(run)})
    assert len(shown_elsewhere(open_page())) == 1


@pytest.mark.parametrize("line", ["5", "[]", "{}"])
def test_without_its_steps_a_run_still_has_its_epochs(run, line):
    (run / STEPS_FILE).write_text(f"{line}\n")
    page = open_page(TRAINING)
    assert status_of_newest(page) == "Done"
    assert page.main.get("vega_lite_chart")


PICTURE = {PICTURE_ELSEWHERE: {"n": 1, "accuracy": 1}}


@pytest.mark.parametrize(
    "of_mnist",
    [None, {}, [], {"n": "many"}, {"confusion": [[1]]}, {"interval": [0.5]}, {"slices": {"size": PICTURE}}],
    ids=str,
)
def test_figures_that_cannot_be_read_are_said_to_be(run, of_mnist):
    quality = json.loads((run / QUALITY_FILE).read_text())
    quality["mnist"] = quality["mnist"] | of_mnist if of_mnist else of_mnist
    (run / QUALITY_FILE).write_text(json.dumps(quality))
    page = open_page(TRAINING)
    assert status_of_newest(page) == "Done"
    assert any(as_markdown(QUALITY_FILE) in warning.value for warning in page.main.warning)


@pytest.mark.parametrize("file", [NOTE_FILE, IN_USE_FILE])
def test_deep_nesting_in_the_state_folder_breaks_no_page(state, file):
    (state / file).write_text(NESTED)
    for page in (None, TRAINING, NETWORKS, QUALITY):
        open_page(page)
