"""The page of all runs, without a browser: what it shows of which, and what it lets one do."""

import json
import shutil

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model.card import SHIPPED, TUTORIALS
from model.runs.folder import CONFIG_FILE, METRICS_FILE, State, Status, append_metrics, write_json, write_status
from model.runs.in_use import folder_in_use, use
from model.runs.jobs import latest_job, only_training
from tests.conftest import open_page, with_spaces
from utils.words import as_markdown

PAGE = "app_pages/training.py"
PASSWORD = "open sesame"  # noqa: S105, of the tests
pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def runs(state):
    """Three runs: one that ended with a network, one that was cancelled, and one that was killed at once."""
    folders = [state / "runs" / f"2001-11-2{day}T10-00-00" for day in (1, 2, 3)]
    shutil.copytree(SHIPPED, folders[0])
    write_status(folders[0], Status(State.DONE, "Trained and judged", 2))
    for folder in folders[1:]:
        folder.mkdir()
    append_metrics(
        folders[1],
        {"epoch": 1, "seconds": 61.0, "accuracy": 0.8, "loss": 0.6, "val_accuracy": 0.9, "val_loss": 0.4},
    )
    with (folders[1] / METRICS_FILE).open("a") as file:
        file.write('{"epoch": 2, "sec')
    write_json(folders[1] / CONFIG_FILE, {"network": "cnn", "epochs": 5, "start_from": None})
    write_status(folders[1], Status(State.CANCELLED, "Cancelled after 1 epoch", 1))
    (folders[2] / CONFIG_FILE).write_text("{}")
    return folders


NAMES_SHIPPED = ["reader, shipped", *(as_markdown(folder.name) for folder in TUTORIALS)]
DONE, KILLED = "reader, 30 epochs, 21 Nov 2001 10:00", "a run, 23 Nov 2001 10:00"
CANCELLED = "cnn, 5 epochs, 22 Nov 2001 10:00"


def choose(page: AppTest, *names: str) -> AppTest:
    page.pills(key="training_chosen").set_value(list(names)).run()
    assert not page.exception
    return page


def listed(page: AppTest) -> pd.DataFrame:
    return with_spaces(page.main.table[0].value)


def keys(page: AppTest) -> set[str]:
    return {button.key for button in page.button if button.key and button.key.startswith("training_")}


def test_before_the_first_run_it_says_how_to_start_one():
    page = open_page(PAGE)
    assert page.main.info[0].value.startswith("No network was trained here yet.")
    assert listed(page)["Name"].tolist() == NAMES_SHIPPED


def test_every_run_is_listed_with_what_became_of_it(runs):
    table = listed(open_page(PAGE))
    assert table["Name"].tolist() == [KILLED, CANCELLED, DONE, *NAMES_SHIPPED]
    assert table["Status"].tolist() == ["Failed", "Cancelled", "Done", "In use", *["Shipped"] * len(TUTORIALS)]
    assert table["Trained for"].tolist()[:2] == ["–", "61 seconds"]
    card = json.loads((runs[0] / "model.json").read_text())
    assert table["MNIST"].tolist()[:4] == ["–", "–", *[f"{card['accuracy']['mnist']:.2%}".replace("%", " %")] * 2]


def test_a_running_training_is_listed_and_cannot_be_deleted(runs):
    with only_training(runs[2]):
        write_status(runs[2], Status(State.TRAINING, "Epoch 1 of 5", 0))
        page = open_page(PAGE)
        assert listed(page)["Status"].tolist()[0] == "Training"
        assert keys(page) == {"training_rename"}


def test_one_run_is_looked_at_used_and_then_not_deleted(runs):
    page = choose(open_page(PAGE), DONE)
    assert keys(page) == {"training_use", "training_rename", "training_delete"}
    assert len(page.main.table) == 3  # the list, its figures, where it is better and worse
    page.button(key="training_use").click().run()
    assert folder_in_use() == runs[0]
    assert listed(page)["Status"].tolist()[2:] == ["In use", *["Shipped"] * len(NAMES_SHIPPED)]
    assert keys(page) == {"training_rename"}


def test_what_ended_without_a_network_says_why_and_can_be_deleted(runs):
    page = choose(open_page(PAGE), CANCELLED)
    assert page.main.warning[0].value == "Cancelled after 1 epoch"
    assert keys(page) == {"training_rename", "training_delete"}
    page.button(key="training_delete").click().run()
    assert not page.exception
    assert not runs[1].exists()
    assert listed(page)["Status"].tolist()[:3] == ["Failed", "Done", "In use"]
    assert not page.main.warning


def test_curves_of_several_are_laid_over_each_other(runs):
    page = choose(open_page(PAGE), DONE, CANCELLED, KILLED)
    charts = [json.loads(chart.proto.spec) for chart in page.main.get("vega_lite_chart")]
    assert [chart["layer"][0]["encoding"]["color"]["scale"]["domain"] for chart in charts] == [
        [DONE, CANCELLED]  # the third has none
    ] * 2
    assert not keys(page)


def test_where_overfitting_starts_is_said_and_marked_of_one_run(runs):
    (runs[0] / METRICS_FILE).unlink()
    for epoch, loss in enumerate([0.12, 0.09, 0.08, 0.07, 0.08, 0.09, 0.1, 0.11], start=1):
        curves = {"loss": 0.1 / epoch, "accuracy": 0.98, "val_loss": loss, "val_accuracy": 0.98}
        append_metrics(runs[0], {"epoch": epoch, "seconds": 1.0} | curves)
    page = choose(open_page(PAGE), DONE)
    assert any(text.value.startswith("From epoch 5 on the validation loss rises") for text in page.main.markdown)
    charts = [json.loads(chart.proto.spec) for chart in page.main.get("vega_lite_chart")[:2]]
    assert all(chart["layer"][-1]["mark"]["type"] == "rule" for chart in charts)
    page = choose(page, CANCELLED)
    assert any(text.value.startswith("Too few epochs") for text in page.main.markdown)
    page = choose(page, DONE, CANCELLED)
    assert not any("overfitting" in text.value for text in page.main.markdown)


def test_a_run_deleted_under_our_feet_is_gone_at_the_next_look(runs):
    page = choose(open_page(PAGE), CANCELLED)
    shutil.rmtree(runs[1])
    page.run()
    assert not page.exception
    assert len(listed(page)) == 2 + len(NAMES_SHIPPED)
    assert page.main.warning[0].proto.title == "This run is gone"
    assert not page.run().main.warning


def test_use_it_says_of_a_run_deleted_meanwhile_that_it_is_gone(runs):
    page = choose(open_page(PAGE), DONE)
    shutil.rmtree(runs[0])
    page.button(key="training_use").click().run()
    assert not page.exception
    assert page.main.warning[0].proto.title == "This run is gone"
    assert folder_in_use() == SHIPPED


def test_a_run_is_renamed_and_the_name_is_shown_as_it_was_typed(runs):
    page = choose(open_page(PAGE), DONE)
    page.text_input(key="training_name_2001-11-21T10-00-00").set_value("*Ours* :red[1]")
    page.button(key="training_rename").click().run()
    assert not page.exception
    assert listed(page)["Name"].tolist()[2] == as_markdown("*Ours* :red[1]")


def test_the_shipped_network_is_compared_but_neither_deleted_nor_renamed(runs):
    use(runs[0])
    page = choose(open_page(PAGE), "reader, shipped")
    assert keys(page) == {"training_use"}
    assert page.main.get("vega_lite_chart")
    assert len(page.main.table) == 3


def test_a_tutorials_network_is_used_and_undone_but_neither_deleted_nor_renamed():
    page, folder = choose(open_page(PAGE), "dense"), TUTORIALS[0]
    assert keys(page) == {"training_use"}
    assert page.main.get("vega_lite_chart")
    assert any(caption.value == "People’s drawings are not ours to show." for caption in page.main.caption)
    page.segmented_control(key="quality_set").set_value("mnist").run()
    assert any(caption.value == "This network came without a picture of them." for caption in page.main.caption)
    page.button(key="training_use").click().run()
    assert not page.exception
    assert folder_in_use() == folder
    assert keys(page) == set()
    assert listed(page)["Status"].tolist()[:2] == ["Shipped", "In use"]
    page.button(key="retrain_shipped").click().run()
    assert folder_in_use() == SHIPPED
    page.button(key="retrain_previous").click().run()
    assert folder_in_use() == folder


def test_what_came_without_a_keras_file_is_downloaded_as_litert_and_says_why():
    page = choose(open_page(PAGE), "dense")
    formats = page.selectbox(key="training_format_dense")
    assert formats.options == ["LiteRT"]
    assert any("which this network came without" in caption.value for caption in page.main.caption)
    formats.set_value("litert").run()
    assert not page.exception
    assert page.get("download_button")[0].proto.label == "Download"


def test_a_broken_card_is_a_run_without_figures(runs):
    (runs[0] / "model.json").write_text("{")
    page = choose(open_page(PAGE), "a run, 21 Nov 2001 10:00")
    assert listed(page)["MNIST"].tolist()[:4] == ["–"] * 3 + ["99.57 %"]
    assert keys(page) == {"training_rename", "training_delete"}


def test_with_a_password_one_may_look_but_not_change(runs):
    page = choose(open_page(PAGE, password=PASSWORD), DONE)
    assert not keys(page)
    assert page.text_input(key="password_given")
    page.text_input(key="password_given").set_value(PASSWORD)
    page.button(key="password_submit").click().run()
    assert keys(page) == {"training_use", "training_rename", "training_delete"}


def test_where_training_is_switched_off_nothing_can_be_changed(runs, monkeypatch):
    monkeypatch.setenv("DIGITS_RETRAIN", "off")
    assert not keys(choose(open_page(PAGE), DONE))


def test_a_run_is_downloaded_in_the_format_that_is_chosen(runs):
    page = choose(open_page(PAGE), DONE)
    assert not page.get("download_button")
    page.selectbox(key="training_format_2001-11-21T10-00-00").set_value("litert").run()
    assert not page.exception
    assert page.get("download_button")[0].proto.label == "Download"


def test_a_broken_network_is_not_downloaded_but_said_to_be(runs):
    (runs[0] / "model.tflite").write_bytes(b"no network")
    page = choose(open_page(PAGE), DONE)
    page.selectbox(key="training_format_2001-11-21T10-00-00").set_value("litert").run()
    assert not page.exception
    assert "model.tflite is broken" in page.main.error[0].value
    assert not page.get("download_button")


def test_the_page_leaves_the_job_alone(runs):
    use(runs[0])
    open_page(PAGE)
    assert latest_job() is None
