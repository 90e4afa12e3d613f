"""The sidebar's retraining without a browser: what it shows of which job."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model.card import SHIPPED, TUTORIALS, HeldBack, read_card, write_card
from model.corrections.store import Corrections, correct
from model.options import RATE_TO_GO_ON, RATE_TO_TEACH
from model.runs import jobs
from model.runs.folder import STEPS_FILE, State, Status, append_metrics, write_status
from model.runs.in_use import folder_in_use, use
from model.runs.jobs import BusyError, latest_job, only_training
from tests.conftest import open_page, with_spaces
from tests.drawings import draw
from train import read_command_line
from utils.pictures.charts import learning_curve
from utils.preprocess import normalize_digit
from utils.words import accuracy_percent, as_markdown

pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def run(finished_run):
    """A network that was trained here, with another accuracy on its card."""
    card = read_card(finished_run)
    better = replace(card, accuracy=dict.fromkeys(card.accuracy, 0.9999), validation_accuracy=0.9999)
    write_card(better, finished_run)
    with only_training(finished_run):
        pass
    write_status(finished_run, Status(State.DONE, "Trained and judged", 3))
    return finished_run


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def compared(page: AppTest) -> pd.DataFrame:
    return with_spaces(page.sidebar.table[0].value)


def keys(page: AppTest) -> set[str]:
    return {button.key for button in page.button if button.key and button.key.startswith("retrain_")}


@pytest.fixture
def started(monkeypatch) -> list[list[str]]:
    """What options trainings were started with; none is."""
    options_of = []
    monkeypatch.setattr("app_pages.sidebar.retrain.start_training", lambda options, keep: options_of.append(options))
    return options_of


def test_training_starts_with_what_was_chosen(started):
    page = open_page()
    page.segmented_control(key="retrain_from").set_value("Scratch").run()
    page.segmented_control(key="retrain_preset").set_value("Whole").run()
    page.slider(key="retrain_epochs_Scratch_Whole_reader").set_value(7).run()
    page.number_input(key="retrain_seed").set_value(5).run()
    assert any("4 minutes of them training" in caption.value for caption in page.caption)
    press(page, "retrain_start")
    (options,) = started
    assert options == ["--epochs", "7", "--images", "54000", "--seed", "5"]  # the others are train.py's defaults


def test_quick_goes_on_from_the_network_in_use(started):
    page = open_page()
    assert not page.toggle(key=f"retrain_as_it_is_The network in use_Quick_{SHIPPED}").value
    press(page, "retrain_start")
    _, options = read_command_line(started[0])
    assert (options.learning_rate, options.start_from, options.as_it_is) == (0.0005, str(SHIPPED), False)


@pytest.fixture
def corrected(state):
    """Three corrections."""
    for digit in (3, 4, 7):
        Corrections().add(correct(normalize_digit(draw(digit)), digit))


def test_with_corrections_it_learns_from_them_unless_that_is_switched_off(corrected, started):
    page = open_page()
    assert page.toggle(key="retrain_corrections").label == "With corrections (3)"
    press(page, "retrain_start")
    press(open_page().toggle(key="retrain_corrections").set_value(False).run(), "retrain_start")
    options = [read_command_line(words)[1] for words in started]
    assert [(each.corrections, each.learning_rate) for each in options] == [("", RATE_TO_TEACH), (None, RATE_TO_GO_ON)]


def test_from_scratch_and_without_any_no_corrections_are_offered(corrected, started):
    page = open_page()
    page.segmented_control(key="retrain_from").set_value("Scratch").run()
    assert "retrain_corrections" not in {toggle.key for toggle in page.toggle}
    Corrections().clear()
    assert "retrain_corrections" not in {toggle.key for toggle in open_page().toggle}


def test_corrections_that_cannot_be_read_are_said_and_training_goes_on_without_them(state, started, monkeypatch):
    monkeypatch.setenv("DIGITS_DATABASE_URL", "mysql://host/base")
    page = open_page()
    assert any("The address of the corrections" in caption.value for caption in page.caption)
    press(page, "retrain_start")
    assert read_command_line(started[0])[1].corrections is None


def test_the_held_back_corrections_are_a_row_of_the_comparison(run):
    held_back = HeldBack(12, 7, 11, read_card(SHIPPED).litert_sha256)
    write_card(replace(read_card(run), corrections=40, held_back=held_back), run)
    (row,) = [row for _, row in compared(open_page()).iterrows() if row["Measured"] == "Held-back corrections"]
    assert (row["New"], row["In use"]) == ("11 of 12", "7 of 12")


def test_from_a_network_that_came_without_a_keras_file_training_does_not_go_on_but_begins_from_scratch(started):
    use(TUTORIALS[0])
    page = open_page()
    assert any("it came without `model.keras`" in info.value for info in page.info)
    assert "retrain_start" not in {button.key for button in page.button}
    page.segmented_control(key="retrain_from").set_value("Scratch").run()
    press(page, "retrain_start")
    assert len(started) == 1


def test_quick_from_scratch_learns_mnist_as_the_tutorials_do(started):
    page = open_page()
    page.segmented_control(key="retrain_from").set_value("Scratch").run()
    page.selectbox(key="retrain_network_Scratch_Quick").set_value("dense").run()
    assert any("not what is no digit" in caption.value for caption in page.caption)
    press(page, "retrain_start")
    _, options = read_command_line(started[0])
    assert (options.epochs, options.images, options.as_it_is, options.network) == (3, 54_000, True, "dense")


def test_every_choice_is_one_that_training_knows(started):
    for start in ("The network in use", "Scratch"):
        for preset in ("Quick", "Thorough", "Whole"):
            page = open_page()
            page.segmented_control(key="retrain_from").set_value(start).run()
            page.segmented_control(key="retrain_preset").set_value(preset).run()
            page.toggle(key=f"retrain_as_it_is_{start}_{preset}_{SHIPPED}").set_value(True).run()
            press(page, "retrain_start")
    for options in started:
        assert read_command_line(options)[1].as_it_is
    assert len(started) == 6


def test_a_second_press_says_who_trains(monkeypatch):
    def busy(options, keep):
        raise BusyError("A training goes on since 12:00 UTC.")

    monkeypatch.setattr("app_pages.sidebar.retrain.start_training", busy)
    page = press(open_page(), "retrain_start")
    assert page.error[0].value == "A training goes on since 12:00 UTC."


def test_where_it_is_switched_off_there_is_no_button(monkeypatch):
    monkeypatch.setenv("DIGITS_RETRAIN", "off")
    assert not keys(open_page())


def test_where_training_is_not_installed_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("app_pages.sidebar.retrain.is_installed", lambda: False)
    page = open_page()
    assert "retrain" not in keys(page)
    assert any("`pip install -r requirements.txt` installs it" in caption.value for caption in page.sidebar.caption)


def test_the_curves_are_drawn_once_for_all_sessions(state, monkeypatch):
    drawn = []

    def count(measure, epochs, steps):
        drawn.append((measure, len(steps)))
        return learning_curve(measure, epochs, steps)

    monkeypatch.setattr("app_pages.sidebar.retrain.learning_curve", count)
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    with only_training(folder):
        for steps in (1, 2, 3):
            append_metrics(folder, {"epoch": steps / 3, "accuracy": 0.7, "loss": 0.8}, STEPS_FILE)
            for _ in range(3):  # of one step there is no line to draw
                assert len(open_page().sidebar.get("vega_lite_chart")) == (2 if steps > 1 else 0)
    assert drawn == [("accuracy", 2), ("loss", 2), ("accuracy", 3), ("loss", 3)]


def test_a_running_training_is_shown_to_every_session_and_can_be_cancelled(state, monkeypatch):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    cancelled = []
    monkeypatch.setattr("app_pages.sidebar.retrain.cancel", cancelled.append)
    with only_training(folder):
        write_status(folder, Status(State.TRAINING, "Epoch 2 of 5", 1, 240.0, 0.3))
        append_metrics(folder, {"epoch": 0.5, "accuracy": 0.7, "loss": 0.8}, STEPS_FILE)
        append_metrics(folder, {"epoch": 1, "accuracy": 0.8, "loss": 0.6, "val_accuracy": 0.9, "val_loss": 0.4})
        for _ in range(2):
            page = open_page()
            assert keys(page) == {"retrain_cancel"}
            progress = page.sidebar.get("progress")[0].proto
            assert (progress.value, progress.text) == (30, "Epoch 2 of 5, 4 minutes left")
        press(page, "retrain_cancel")
        assert [job.run_dir for job in cancelled] == [folder]


@pytest.mark.parametrize(
    ("status", "title", "message"),
    [
        (Status(State.CANCELLED, "Cancelled after 2 epochs"), "The training was cancelled", "Cancelled after 2 epochs"),
        (Status(State.FAILED, "There is no MNIST file"), "The training failed", "There is no MNIST file"),
        (Status(State.TRAINING, "Epoch 3 of 5"), "The training failed", "The training ended without a word.\nKilled"),
        (None, "The training failed", "The training ended without a word.\nKilled"),
    ],
)
def test_an_end_without_a_network_is_said_until_it_is_closed(state, status, title, message):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / jobs.LOG_FILE).write_text("Killed\n")
    with only_training(folder):
        pass
    if status:
        write_status(folder, status)
    page = open_page()
    assert page.sidebar.warning[0].proto.title == title
    assert page.sidebar.warning[0].value == as_markdown(message)
    assert keys(page) == {"retrain_close", "retrain_start"}
    press(page, "retrain_close")
    assert not page.sidebar.warning
    assert keys(open_page()) == {"retrain_start"}


def test_a_new_network_is_compared_used_and_given_up_again(run):
    page = open_page()
    table = compared(page)
    current = read_card(SHIPPED)
    assert table["New"].tolist()[:3] == ["99.99 %"] * 3
    assert table["In use"].tolist()[:3] == [
        accuracy_percent(current.accuracy[name]) for name in ("strokes", "redrawn", "mnist")
    ]
    assert table["Measured"].tolist()[3:] == ["Size", "A digit takes"]
    assert folder_in_use() == SHIPPED  # nothing is switched unasked
    press(page, "retrain_use")
    assert folder_in_use() == run
    assert page.sidebar.markdown[1].value == "People’s drawings: **99.99 %**"
    assert keys(page) == {"retrain_start", "retrain_shipped"}
    other = open_page()
    assert other.sidebar.markdown[0].value == "**reader, 30 epochs, one** reads right:"
    press(page, "retrain_shipped")
    assert folder_in_use() == SHIPPED
    assert keys(page) == {"retrain_start", "retrain_previous"}
    press(page, "retrain_previous")
    assert folder_in_use() == run


def test_the_better_one_is_offered_first_and_said_to_be(run):
    page = open_page()
    assert page.button(key="retrain_use").proto.type == "primary"
    sentence = (
        "It reads *People’s drawings* 2.2 points, *MNIST redrawn* 1.3 points and *MNIST* 0.4 points better: use it."
    )
    assert sentence in [text.value for text in page.sidebar.markdown]
    card = read_card(run)
    write_card(replace(card, accuracy=card.accuracy | {"redrawn": 0.5}), run)
    page = open_page()
    assert page.button(key="retrain_use").proto.type == "secondary"
    assert any("*MNIST redrawn* 48.7 points worse" in text.value for text in page.sidebar.markdown)


def test_what_was_not_measured_is_said_and_never_called_another_sets_figure(run):
    card = read_card(run)
    write_card(replace(card, accuracy={"mnist": 0.99, "redrawn": 0.9865}, train_writers=0), run)
    page = open_page()
    assert compared(page)["New"].tolist()[:3] == ["not measured here", "98.65 %", "99.00 %"]
    press(page, "retrain_use")
    drawings, redrawn = page.sidebar.markdown[1:3]
    assert drawings.value == "People’s drawings: not measured here"
    assert "pen strokes" in drawings.proto.help
    assert redrawn.value == "MNIST redrawn: **98.65 %**"


def test_a_session_that_was_open_is_told_of_the_end_once(state, finished_run):
    with only_training(finished_run):
        write_status(finished_run, Status(State.TRAINING, "Epoch 1 of 3", 0))
        page = open_page()
        assert not page.toast
    write_status(finished_run, Status(State.DONE, "Trained and judged", 3))
    page.run()
    assert [toast.value for toast in page.toast] == ["A new network is trained: see the sidebar."]
    assert not page.run().toast
    assert not open_page().toast


def test_no_chart_stands_there_before_there_is_a_line_to_draw(state):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    with only_training(folder):
        write_status(folder, Status(State.TRAINING, "Epoch 1 of 5", 0))
        for step, charts in ((0.05, 0), (0.1, 2)):
            append_metrics(folder, {"epoch": step, "accuracy": 0.7, "loss": 0.8}, STEPS_FILE)
            page = open_page()
            assert len(page.sidebar.get("vega_lite_chart")) == charts
        kinds = [element.type for element in page.sidebar]
        assert kinds.index("button") < kinds.index("vega_lite_chart")


def test_a_new_network_that_was_deleted_meanwhile_is_said_to_be_gone(run):
    page = open_page()
    shutil.rmtree(run)
    press(page, "retrain_use")
    assert page.sidebar.warning[0].proto.title == "This run is gone"
    press(page, "retrain_close")
    assert not page.sidebar.warning


def test_keeping_the_current_network_puts_the_new_one_aside(run):
    page = press(open_page(), "retrain_keep")
    assert folder_in_use() == SHIPPED
    assert keys(page) == {"retrain_start"}
    assert latest_job().seen


def test_a_network_that_was_broken_since_is_refused(run):
    page = open_page()
    (run / "model.tflite").write_bytes(b"nothing")
    press(page, "retrain_use")
    assert "was changed since its card was written" in page.error[0].value
    assert folder_in_use() == SHIPPED
