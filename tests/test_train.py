import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.card import SHIPPED, read_card, write_card
from model.corrections.store import Corrections, correct
from model.corrections.teaching import is_held_back
from model.data.drawing import draw_at_random
from model.measure.odd_hands import nine_like_a_g
from model.options import Options
from model.predictor import Predictor
from model.runs.folder import STEPS_FILE, State, Status, read_metrics, read_status
from model.runs.jobs import latest_job
from model.runs.keeper import Keeper, Origin, Progress, begin
from model.tutorials import PUBLISHED
from tests.conftest import ROOT
from train import main, read_command_line
from utils.preprocess import normalize_digit

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own


def train(*arguments: object) -> subprocess.CompletedProcess:
    """Run the command line here: a process of its own would first import TensorFlow each time."""
    printed, words = io.StringIO(), [*map(str, arguments)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.delenv("MNIST_PATH", raising=False)
        patch.delenv("STROKES_PATH", raising=False)
        try:
            main(words)
        except SystemExit as end:
            return subprocess.CompletedProcess(words, 1, printed.getvalue(), str(end.code))
    return subprocess.CompletedProcess(words, 0, printed.getvalue(), "")


@pytest.fixture(scope="module")
def run(tmp_path_factory, tiny_mnist_file):
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    arguments = ("--mnist", tiny_mnist_file, "--epochs", 8, "--batch-size", 32, "--seed", 3, "--run-dir", folder)
    done = train(*arguments)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_run_folder_is_complete(run):
    folder, _ = run
    assert {path.name for path in folder.iterdir()} == {
        *(
            "config.json",
            "status.json",
            "metrics.jsonl",
            "steps.jsonl",
            "model.keras",
            "model.tflite",
            "model.json",
            "curves.png",
        ),
        *("quality.json", "mistakes-mnist.png", "mistakes-redrawn.png"),
    }


def test_each_epoch_has_its_line_of_metrics(run):
    lines = [json.loads(line) for line in (run[0] / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [*range(1, 9)]
    assert all(set(line) >= {"seconds", "loss", "accuracy", "val_loss", "val_accuracy"} for line in lines)
    assert lines[-1]["loss"] < lines[0]["loss"]


def test_last_line_printed_is_the_card(run):
    folder, printed = run
    assert json.loads(printed.splitlines()[-1]) == json.loads((folder / "model.json").read_text())
    card = read_card(folder)
    assert (card.epochs, card.seed) == (8, 3)
    assert (card.train_images, card.train_writers, card.validation_images) == (360, 0, 80)
    assert card.images == {"mnist": 100, "redrawn": 100}
    assert 0.25 <= card.temperature <= 4
    assert np.isfinite(card.digit_threshold)
    assert card.litert_max_difference <= 1e-4
    assert card.command.startswith("python train.py --mnist ")


def test_progress_is_shown(run):
    assert "Epoch 8/8" in run[1]


def test_status_says_that_it_is_done(run):
    assert read_status(run[0]) == Status(State.DONE, "Trained and judged", 8, share=1.0)


def test_the_share_done_rises_from_loading_to_judging_and_the_time_left_is_that_of_all(tmp_path):
    progress = Progress(tmp_path, {State.PREPARING: 5, State.TRAINING: 12, State.JUDGING: 3})
    told = []
    for state in progress.expected:
        for done in (0, 0.5, 1):
            progress.tell(state, "", done)
            status = read_status(tmp_path)
            told.append((status.share, status.seconds_left))
    assert told == sorted(told, key=lambda pair: pair[0])
    assert told[0] == (0, 20)
    assert told[4] == (0.55, 9)
    assert told[-1] == (1, 0)


def test_time_left_is_that_of_the_batches_and_validations_to_come(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("model.runs.keeper.time.monotonic", lambda: now[0])
    monkeypatch.setattr("model.runs.keeper.seconds_between_epochs", lambda options: 5.0)
    keeper = Keeper(Progress(tmp_path, {State.TRAINING: 100, State.JUDGING: 7}), Options(epochs=3), 10, 0)
    keeper.on_train_begin()
    assert read_status(tmp_path).seconds_left == 107
    keeper.on_epoch_begin(0)
    for batch in range(5):
        now[0] += 2 if batch else 30  # the first makes TensorFlow's plan
        keeper.on_train_batch_end(batch, {"loss": 1.0})
    # Twenty-five batches of two seconds and three validations. The judging, too, takes longer than expected, by as much
    # as the training.
    left = 25 * 2 + 3 * 5
    assert read_status(tmp_path).seconds_left == pytest.approx(left + 7 * (38 + left) / 100, abs=0.1)
    for epoch in (0, 1):
        for batch in range(5 if epoch == 0 else 1, 10):
            now[0] += 2
            keeper.on_train_batch_end(batch, {"loss": 1.0})
        keeper.epoch = epoch + 1
        keeper.on_epoch_begin(epoch + 1)
        now[0] += 9
        keeper.on_train_batch_end(0, {"loss": 1.0})
        # One validation fewer in each epoch. The second is the first that is counted: TensorFlow's plan was made.
        left = 19 * 2 + 2 * 5 if epoch == 0 else 9 * 2 + 9
        seconds = now[0] - 100
        assert read_status(tmp_path).seconds_left == pytest.approx(left + 7 * (seconds + left) / 100, abs=0.1)
    keeper.judge("Reading the test digits", 0.5)
    assert read_status(tmp_path).seconds_left == pytest.approx(3.5 * (seconds + left) / 100, abs=0.1)


def test_what_was_trained_reads(run, tiny_mnist_file):
    folder, _ = run
    with np.load(tiny_mnist_file) as arrays:
        images, labels = arrays["x_test"].astype(np.float32) / 255, arrays["y_test"]
    read = [prediction.label for prediction in Predictor(folder).predict(images)]
    accuracy = np.mean(np.array(read) == labels)
    assert accuracy == pytest.approx(read_card(folder).accuracy["mnist"])
    assert accuracy > 0.8


def test_with_peoples_strokes_it_is_judged_on_other_people(tmp_path, tiny_mnist_file, strokes_file):
    folder = tmp_path / "run"
    done = train("--mnist", tiny_mnist_file, "--strokes", strokes_file, "--epochs", 1, "--run-dir", folder)
    assert done.returncode == 0, done.stderr
    card = read_card(folder)
    # Of each laboratory's ten writers one validates and one tests.
    assert card.train_writers == 16
    assert card.images == {"mnist": 100, "redrawn": 100, "strokes": 20}
    assert card.validation_images == 40 + 40 + 20
    assert list(json.loads((folder / "quality.json").read_text())) == ["mnist", "redrawn", "strokes"]
    assert not (folder / "mistakes-strokes.png").exists()  # people's strokes are not handed out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--epochs", "0"], "--epochs is 0; expected 1 or more"),
        (["--images", "0"], "--images is 0; expected 1 or more"),
        (["--network", "raeder"], "argument --network: there is no 'raeder'; did you mean 'reader'?"),
        (["--preset", "lenet"], "did you mean 'lenet5'?"),
        (["--loss", "hinge"], "There are sparse, one-hot"),
        (
            ["--network", "scratch", "--optimizer", "nadam"],
            "scratch, which is written out in NumPy, knows adam and sgd",
        ),
        (
            ["--mnist", "TINY", "--batch-size", "361"],
            "--batch-size is 361; expected at most the 360 images of an epoch",
        ),
        (["--hidden", "0"], "--hidden is 0; expected from 1 to 10,000 neurons in a layer"),
        (["--hidden", "-1"], "--hidden is -1; expected from 1"),
        (["--hidden", "1000000000"], "--hidden is 1000000000; expected from 1 to 10,000 neurons in a layer"),
        (
            ["--mnist", "TINY", "--start-from", "nowhere"],
            "nowhere/model.keras cannot be loaded",
        ),
        (["--batch-size", "-5"], "--batch-size is -5"),
        (["--learning-rate", "nan"], "--learning-rate is nan"),
        (["--learning-rate", "0"], "--learning-rate is 0.0; expected a number above 0"),
        (["--validation-split", "0"], "--validation-split is 0.0; expected between 0 and 1"),
        (["--validation-split", "1"], "--validation-split is 1.0; expected between 0 and 1"),
        (["--corrections"], "--corrections teach a network that reads already; expected --start-from DIR"),
        (
            ["--start-from", "model/weights", "--corrections", "postgresql://ann:secret@host/base"],
            "--corrections has a password, which would be on the network's card",
        ),
        (
            ["--mnist", "TINY", "--start-from", "model/weights", "--corrections"],
            "There are no corrections to learn from",
        ),
        (["--seed", "-1"], "--seed is -1"),
        (["--mnist", "nowhere.npz"], f"There is no MNIST file at {ROOT / 'nowhere.npz'}"),
        (["--mnist", "TINY", "--strokes", "nowhere.npz"], f"There is no file of pen strokes at {ROOT / 'nowhere.npz'}"),
    ],
)
def test_bad_arguments_end_with_a_sentence(arguments, sentence, tiny_mnist_file, tmp_path, monkeypatch, capsys):
    arguments = [str(tiny_mnist_file) if argument == "TINY" else argument for argument in arguments]
    monkeypatch.setenv("DIGITS_DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code != 0
    assert sentence in str(end.value.code) + capsys.readouterr().err


def test_data_that_is_not_there_leaves_a_run_that_says_so(tmp_path):
    done = train("--mnist", "nowhere.npz", "--run-dir", tmp_path / "run")
    assert done.returncode == 1
    status = read_status(tmp_path / "run")
    assert (status.state, status.message) == (State.FAILED, done.stderr.splitlines()[-1].removeprefix("train.py: "))


def test_run_folder_in_use_is_not_overwritten(tmp_path, tiny_mnist_file):
    (tmp_path / "model.keras").write_text("precious")
    done = train("--mnist", tiny_mnist_file, "--run-dir", tmp_path)
    assert done.returncode != 0
    assert "is not empty. Choose another with --run-dir." in done.stderr
    assert (tmp_path / "model.keras").read_text() == "precious"


def test_default_run_folder_is_in_the_state_folder(state):
    folder = begin(None, Options(), Origin(None, None, "python train.py"))
    assert folder.is_dir()
    assert folder.parent == state / "runs"


def test_the_page_knows_a_run_that_was_given_by_a_relative_path(state, tiny_mnist_file, monkeypatch):
    monkeypatch.chdir(state)
    options = ("--network=dense", "--as-it-is", "--epochs=1", "--run-dir=runs/mine")
    assert train("--mnist", tiny_mnist_file, *options).returncode == 0
    assert latest_job().run_dir == state / "runs" / "mine"


def test_loss_that_is_no_number_stops_with_a_sentence(tmp_path, tiny_mnist_file):
    done = train("--mnist", tiny_mnist_file, "--epochs", 2, "--learning-rate", 1e30, "--run-dir", tmp_path / "run")
    assert done.returncode != 0
    assert "Try a smaller --learning-rate" in done.stderr
    assert not (tmp_path / "run" / "model.json").exists()


def start(*arguments: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "train.py", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen, happened: Callable[[], bool]) -> None:
    """Wait until something has happened in the run folder."""
    give_up = time.monotonic() + 120
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.001)


def state_of(folder: Path) -> State | None:
    status = read_status(folder)
    return status and status.state


def test_a_run_that_is_asked_to_end_does_so_and_says_how_to_go_on(tmp_path, tiny_mnist_file):
    folder = tmp_path / "run"
    process = start("--mnist", tiny_mnist_file, "--network", "dense", "--epochs", 5000, "--run-dir", folder)
    wait_for(process, lambda: len(read_metrics(folder)) >= 2)
    process.send_signal(signal.SIGTERM)
    _, printed = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"train.py --resume {folder}" in printed
    assert state_of(folder) == State.CANCELLED
    assert (folder / "checkpoint.keras").is_file()


def test_a_run_that_is_killed_again_and_again_goes_on_and_ends_as_if_it_had_not_been(tmp_path, tiny_mnist_file):
    whole, folder = tmp_path / "whole", tmp_path / "run"
    arguments = (
        *("--mnist", tiny_mnist_file, "--network", "deep_dense"),  # it learns as fast as dense, and has dropout
        *("--epochs", 8, "--batch-size", 32, "--seed", 3, "--run-dir"),
    )
    assert train(*arguments, whole).returncode == 0
    in_an_epoch_in_saving_in_judging = (
        lambda: len(read_metrics(folder)) == 2,
        lambda: len(read_metrics(folder)) > 4 and (folder / ".checkpoint.writing.keras").exists(),
        lambda: state_of(folder) == State.JUDGING,
    )
    for cut, happened in enumerate(in_an_epoch_in_saving_in_judging):
        process = start(*arguments, folder) if cut == 0 else start("--resume", folder)
        wait_for(process, happened)
        process.kill()
        process.communicate(timeout=60)
        assert state_of(folder) in (State.TRAINING, State.JUDGING)  # it could not say
    assert not (folder / "model.json").exists()

    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 9, "sec')
    done = train("--resume", folder)
    assert done.returncode == 0, done.stderr
    assert [line["epoch"] for line in read_metrics(folder)] == [*range(1, 9)]
    steps = [line["epoch"] for line in read_metrics(folder, STEPS_FILE)]
    assert steps == sorted(steps)
    assert steps[-1] == 8
    assert read_card(folder).epochs == 8
    assert read_card(folder).command == read_card(whole).command.replace(str(whole), str(folder))
    # Dropout differs after each cut. Begun anew it would not have come this far.
    assert read_metrics(folder)[-1]["loss"] < read_metrics(whole)[-3]["loss"]
    files = {path.name for path in folder.iterdir()} - {".checkpoint.writing.keras"}  # of the one that was killed
    assert files == {path.name for path in whole.iterdir()}


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("finished", "is finished. Start another one."),
        ("nothing there", "has no config.json to go on from"),
        ("broken checkpoint", "checkpoint.keras cannot be loaded"),
        ("many epochs", "config.json is not as it should be: Expected `int`, got `str` - at `$.epochs`. Start another"),
    ],
)
def test_what_cannot_go_on_says_so(fault, sentence, run, tmp_path, tiny_mnist_file):
    folder = tmp_path / "run"
    folder.mkdir()
    if fault != "nothing there":
        shutil.copytree(run[0], folder, dirs_exist_ok=True)
    if fault == "broken checkpoint":
        (folder / "model.json").unlink()
        (folder / "checkpoint.keras").write_bytes((folder / "model.keras").read_bytes()[:5000])
    if fault == "many epochs":
        (folder / "model.json").unlink()
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"epochs": "many"}))
    done = train("--resume", folder)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def mounting() -> Callable[..., list[str]]:
    """Give a command line that runs another one where a folder is a small disk of its own, or cannot be written."""
    alone = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount")

    def command(options: str, folder: Path) -> list[str]:
        return [*alone, "sh", "-c", 'mount -t tmpfs -o "$1" tmpfs "$2"; shift 2; exec "$@"', "sh", options, str(folder)]

    return command


def train_on_disk(command: list[str], mnist: Path, folder: Path) -> subprocess.CompletedProcess:
    """Train where a command line has mounted a disk; then print the run's status and the names of its files."""
    train_and_look = f'"$@"; status=$?; cat {folder}/status.json 2>&1; ls -A {folder} 2>&1; exit $status'
    arguments = ["train.py", "--mnist", str(mnist), "--epochs", "1", "--run-dir", str(folder)]
    return subprocess.run(
        [*command, "sh", "-c", train_and_look, "sh", sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_disk_that_is_read_only_is_said(mounting, tmp_path, tiny_mnist_file):
    disk = tmp_path / "disk"
    disk.mkdir()
    done = train_on_disk(mounting("ro", disk), tiny_mnist_file, disk / "run")
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_on_a_full_disk_the_failure_is_said_and_written_and_no_half_file_stays(mounting, tmp_path, tiny_mnist_file):
    run = tmp_path / "disk" / "run"
    run.parent.mkdir()
    done = train_on_disk(mounting("size=700k", run.parent), tiny_mnist_file, run)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert '"state": "failed"' in done.stdout
    assert f'"message": "checkpoint.keras cannot be written into {run}: No space left on device. Delete' in done.stdout
    assert done.stdout.splitlines()[-4:] == ["config.json", "metrics.jsonl", "status.json", "steps.jsonl"]


@pytest.mark.parametrize("written", ["model.runs.keeper.write_atomically", "altair.HConcatChart.save"])
def test_disk_that_fills_up_while_it_saves_is_said(written, state, tiny_mnist_file, monkeypatch):
    def fill_up(*_, **__) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(written, fill_up)
    folder = state / "run"
    with pytest.raises(SystemExit, match="No space left on device"):
        main([f"--mnist={tiny_mnist_file}", "--network=dense", "--as-it-is", "--epochs=1", f"--run-dir={folder}"])
    status = read_status(folder)
    assert (status.state, status.message) == (State.FAILED, "[Errno 28] No space left on device")
    assert not (folder / "model.json").exists()


def test_a_loss_that_is_no_number_ends_it_and_leaves_only_numbers(tmp_path, tiny_mnist_file):
    done = train(
        *("--mnist", tiny_mnist_file, "--network", "dense", "--as-it-is", "--epochs", 3, "--optimizer", "sgd"),
        *("--learning-rate", 1e30, "--constant-rate", "--run-dir", tmp_path / "run"),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("Try a smaller --learning-rate.")
    assert read_status(tmp_path / "run").state == State.FAILED
    assert read_metrics(tmp_path / "run") == []
    assert isinstance(read_metrics(tmp_path / "run", STEPS_FILE), list)


def test_a_training_that_is_asked_to_end_after_its_last_word_is_done(state, tiny_mnist_file, monkeypatch):
    def write_and_interrupt(card, folder) -> None:
        write_card(card, folder)
        raise KeyboardInterrupt

    monkeypatch.setattr("train.write_card", write_and_interrupt)
    folder = state / "run"
    with pytest.raises(SystemExit, match="The training had ended already"):
        main([f"--mnist={tiny_mnist_file}", "--network=dense", "--as-it-is", "--epochs=1", f"--run-dir={folder}"])
    assert state_of(folder) == State.DONE


def test_where_training_is_switched_off_it_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITS_RETRAIN", "off")
    with pytest.raises(SystemExit, match="Training is switched off on this machine"):
        main(["--run-dir", str(tmp_path / "run")])
    assert not (tmp_path / "run").exists()


def test_it_goes_on_from_another_network_and_with_mnist_as_it_is(run, tmp_path, tiny_mnist_file):
    folder = tmp_path / "run"
    arguments = (
        "--epochs",
        1,
        "--images",
        64,
        "--batch-size",
        64,
        "--learning-rate",
        1e-9,
        "--as-it-is",
        "--start-from",
        run[0],
    )
    done = train("--mnist", tiny_mnist_file, *arguments, "--run-dir", folder)
    assert done.returncode == 0, done.stderr
    # At that rate it stays what it was, but for the averages of its normalisation.
    assert read_card(folder).accuracy["mnist"] == pytest.approx(read_card(run[0]).accuracy["mnist"], abs=0.04)


def test_it_learns_what_people_corrected_and_says_what_it_reads_of_those_held_back(
    run, state, tmp_path, tiny_mnist_file
):
    rng = np.random.default_rng(0)
    for _ in range(30):  # a nine like a g, which it has never seen
        ink = draw_at_random(nine_like_a_g(rng), rng).ink
        Corrections().add(correct(normalize_digit(ink), 9))
    held_back = int(is_held_back([each.drawing_sha256 for each in Corrections().each()]).sum())
    assert 1 <= held_back <= 12
    folder = tmp_path / "taught"
    done = train(
        *("--mnist", tiny_mnist_file, "--start-from", run[0], "--corrections", "--epochs", 6),
        *("--images", 1000, "--learning-rate", 0.005, "--batch-size", 32, "--run-dir", folder),
    )
    assert done.returncode == 0, done.stderr
    card = read_card(folder)
    assert (card.options.corrections, card.corrections) == ("", 30 - held_back)
    assert json.loads((folder / "config.json").read_text())["corrections"] == ""
    assert card.held_back.corrections == held_back
    assert card.held_back.before < card.held_back.after
    assert card.held_back.before_sha256 == read_card(run[0]).litert_sha256


def test_a_network_is_trained_as_it_was_published_and_goes_on_only_with_what_it_knows(tmp_path, tiny_mnist_file):
    first, second = tmp_path / "first", tmp_path / "second"
    arguments = ("--preset", "dense", "--hidden", 16, 8, "--epochs", 2, "--run-dir", first)
    done = train("--mnist", tiny_mnist_file, *arguments)
    assert done.returncode == 0, done.stderr
    config = json.loads((first / "config.json").read_text())
    # What was said comes before what was published.
    assert (config["epochs"], config["batch_size"], config["validation_split"]) == (2, 64, 0.2)
    assert (config["as_it_is"], config["constant_rate"], config["learning_rate"]) == (True, True, 0.001)
    assert (config["loss"], config["optimizer"]) == ("one-hot", "adam")
    assert read_card(first).parameters == 785 * 16 + 17 * 8 + 9 * 10
    assert Predictor(first).predict(np.zeros((28, 28)))[0].probabilities.shape == (10,)
    done = train("--mnist", tiny_mnist_file, "--start-from", first, "--run-dir", second)
    assert done.returncode == 1
    assert "learned from digits alone" in read_status(second).message


def test_networks_are_listed_with_their_layers_and_histories(capsys):
    main(["--list"])
    printed = capsys.readouterr().out
    assert "dense: One hidden layer of 128 neurons" in printed
    assert "Flatten (784,), Dense (128,), Dense (10,)" in printed
    assert "--preset scratch is --network scratch --epochs 5 --batch-size 64 --learning-rate 0.001" in printed
    assert printed.count("--preset") == len(PUBLISHED)
    assert "no longer says how it reads digits that nobody has seen" in printed


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_preset_is_taken(name):
    assert read_command_line(["--preset", name])[1] == PUBLISHED[name].options


def test_each_way_to_begin_has_its_learning_rate_and_another_may_be_said():
    rates = [
        read_command_line(words)[1].learning_rate
        for words in (
            [],
            ["--start-from", "model/weights"],
            ["--start-from", "model/weights", "--learning-rate", "0.1"],
        )
    ]
    assert rates == [0.006, 0.0005, 0.1]


# Of `--epochs 1 --images 2560` with MNIST, as printed once: the same seed gives the same, until the recipe changes.
FIRST_EPOCHS = {
    "--network dense": (1.8148, 0.4809, 0.7383),
    "--network dense --as-it-is --batch-size 64 --constant-rate": (0.7116, 0.7816, 0.8750),
    "--network light_reader": (2.4045, 0.4469, 0.3025),
    "--network scratch": (1.7730, 0.5114, 0.7270),
}


@pytest.fixture(scope="module")
def mnist_with_few_tests(tmp_path_factory, mnist) -> Path:
    """MNIST's file with the first hundred test digits: drawing all of them would take longer than the trainings."""
    path = tmp_path_factory.mktemp("mnist") / "few-tests.npz"
    np.savez(path, x_train=mnist.x_train, y_train=mnist.y_train, x_test=mnist.x_test[:100], y_test=mnist.y_test[:100])
    return path


@pytest.mark.parametrize("words", FIRST_EPOCHS)
def test_the_same_seed_gives_the_first_epoch_that_it_always_gave(words, tmp_path, mnist_with_few_tests):
    folder = tmp_path / "run"
    done = train("--mnist", mnist_with_few_tests, *words.split(), "--epochs", 1, "--images", 2560, "--run-dir", folder)
    assert done.returncode == 0, done.stderr
    (line,) = read_metrics(folder)
    figures = line["loss"], line["accuracy"], line["val_accuracy"]
    assert figures == pytest.approx(FIRST_EPOCHS[words], abs=0.01)


def test_validated_on_the_test_digits_it_learns_from_all_others_and_warns(tmp_path, tiny_mnist_file):
    folder = tmp_path / "run"
    arguments = ("--preset", "dense_validate_on_test", "--epochs", 1, "--run-dir", folder)
    done = train("--mnist", tiny_mnist_file, *arguments)
    assert done.returncode == 0, done.stderr
    assert "no longer says how it reads digits that nobody has seen" in done.stdout
    card = read_card(folder)
    assert (card.train_images, card.validation_images) == (400, 100)
    assert card.validation_accuracy == pytest.approx(card.accuracy["mnist"])
    assert "flatters" in card.test_told
    told_by_its_command = replace(card, options=None, command="python train.py --preset dense_validate_on_test")
    assert told_by_its_command.test_told == card.test_told
    elsewhere = replace(card, options=None, command="python train.py --run-dir data/runs/validate-on-test")
    assert "neither trained nor tuned" in elsewhere.test_told
    assert "neither trained nor tuned" in read_card(SHIPPED).test_told


# As on a machine with two GPUs: TensorFlow is told that the processor is two, and asked for those instead.
ON_TWO_DEVICES = """
import sys
import tensorflow as tf
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
list_logical_devices = tf.config.list_logical_devices
tf.config.list_logical_devices = lambda kind: list_logical_devices("CPU")
import train
fit = train.fit
def tell(network, *arguments):
    print("spread over", network.distribute_strategy.num_replicas_in_sync)
    fit(network, *arguments)
train.fit = tell
train.main(sys.argv[1:])
"""


def test_several_gpus_share_each_batch(tmp_path, tiny_mnist_file):
    folder = tmp_path / "run"
    arguments = [
        "--mnist",
        tiny_mnist_file,
        "--network",
        "dense",
        "--epochs",
        4,
        "--batch-size",
        32,
        "--run-dir",
        folder,
    ]
    done = subprocess.run(
        [sys.executable, "-c", ON_TWO_DEVICES, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"MNIST_PATH": "", "STROKES_PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "spread over 2" in done.stdout
    assert read_metrics(folder)[-1]["loss"] < 0.7 * read_metrics(folder)[0]["loss"]
    assert read_card(folder).parameters == 785 * 128 + 129 * 11
