"""The search: that workers share a study, whatever happens to one of them; what it tries; what it says and shows."""

import os
import runpy
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from pathlib import Path

import optuna
import pytest
from optuna.trial import FixedTrial, TrialState, create_trial

from model.networks import NETWORKS, build
from model.options import Options
from model.search import studies
from model.search import worker as sweep
from model.search.trials import BASELINE, FINISHED, describe, hidden_of, summarise, training_command
from tests.conftest import ROOT, open_page
from train import read_command_line
from utils.words import reason

PAGE = "app_pages/networks.py"

# A worker whose trials take no time; all that it shares with others is real. One gets stuck in its second trial, and
# the other waits for that in its first.
WORKER = """
import os, sys, time
from pathlib import Path
from model.search import studies
studies.BEAT_SECONDS, studies.GRACE_SECONDS = 1, 3
storage, trials, role, stuck = sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
mine = 0

def objective(trial):
    global mine
    mine += 1
    for name, value in {"worker": os.getpid(), "parameters": 1, "seconds": 0.2}.items():
        trial.set_user_attr(name, value)
    chosen = trial.suggest_float("dropout", 0.0, 0.5)
    print("begun", trial.number, flush=True)
    if role == "stuck" and mine == 2:
        stuck.touch()
        time.sleep(600)
    while role == "other" and not stuck.exists():
        time.sleep(0.05)
    return chosen

study = studies.open_study(studies.open_storage(storage), "shared", {"network": "dense"}, {"dropout": 0.1})
studies.work(study, objective, trials)
"""


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request, tmp_path) -> str:
    return str(tmp_path / "shared.db") if request.param == "sqlite" else request.getfixturevalue("postgres")


def start_worker(*arguments: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WORKER, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def load(storage: str, study: str) -> optuna.Study:
    return optuna.load_study(study_name=study, storage=studies.open_storage(storage))


def numbers(printed: str, begin: str) -> list[int]:
    return [int(line.removeprefix(begin).split(":")[0]) for line in printed.splitlines() if line.startswith(begin)]


def test_workers_share_a_study_and_what_one_left_when_it_was_killed_is_tried_again(storage, tmp_path):
    killed, other = (start_worker(storage, 8, role, tmp_path / "stuck") for role in ("stuck", "other"))
    while not (tmp_path / "stuck").exists():
        assert killed.poll() is None, killed.communicate()
        time.sleep(0.05)
    killed.kill()
    begun, _ = killed.communicate()
    begun_by_other, complaints = other.communicate(timeout=300)
    assert (other.returncode, complaints) == (0, "")

    trials = load(storage, "shared").trials
    assert [trial.number for trial in trials] == [*range(9)]
    first, left = numbers(begun, "begun ")
    assert trials[first].state is TrialState.COMPLETE
    assert [trial.number for trial in trials if trial.state is TrialState.FAIL] == [left]
    (again,) = (trial for trial in trials if trial.system_attrs.get("failed_trial") == left)
    assert again.params == trials[left].params
    # Each trial was begun by one of them, and eight were finished.
    assert sorted([first, left] + numbers(begun_by_other, "begun ")) == [*range(9)]
    complete = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    assert len(complete) == 8
    assert {trial.user_attrs["worker"] for trial in complete} == {killed.pid, other.pid}
    assert [trial.number for trial in trials if BASELINE in trial.user_attrs] == [0]


@pytest.fixture
def in_this_process(monkeypatch, tiny_mnist_file):
    """Let the command line run here, without what it does to its process."""
    monkeypatch.setattr(os, "nice", lambda by: by)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr("utils.libraries.tune_libraries", lambda: None)
    monkeypatch.setenv("MNIST_PATH", str(tiny_mnist_file))


@pytest.mark.usefixtures("in_this_process")
def test_a_search_that_was_interrupted_goes_on_and_says_what_it_found(state, monkeypatch, capsys):
    database = str(state / "sweeps" / "mine.db")
    options = ["--study=mine", "--images=512", "--epochs=20", "--trials=2"]
    command = [sys.executable, "-m", "model.search", *options]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while "mine" not in optuna.get_all_study_names(studies.open_storage(database)) or not any(
        trial.intermediate_values for trial in load(database, "mine").trials
    ):
        assert first.poll() is None, first.communicate()
        time.sleep(0.1)
    first.terminate()  # as Ctrl-C, which those whom a shell has started in the background do not hear
    _, complaints = first.communicate(timeout=300)
    assert first.returncode == 1, complaints
    assert complaints.splitlines()[-1] == "Interrupted. The same command goes on."
    assert "Traceback" not in complaints
    states = [trial.state for trial in load(database, "mine").trials]
    assert states == [TrialState.FAIL, TrialState.WAITING]

    monkeypatch.setattr(sys, "argv", ["model.search", *options])
    runpy.run_module("model.search", run_name="__main__")  # an exit status but 0 would be raised
    printed = capsys.readouterr().out
    study = load(database, "mine")
    assert [trial.state in FINISHED for trial in study.trials] == [False, True, True]
    baseline = study.trials[1]
    assert baseline.user_attrs["parameters"] == 785 * 128 + 129 * 10
    assert numbers(printed, "Trial ") == [1, 2]
    assert summarise(study) in printed
    # What it prints is a command that there is.
    _, arguments = read_command_line(shlex.split(printed.splitlines()[-1])[2:])
    best = study.best_trial
    assert arguments.network == "dense"
    assert arguments.hidden == hidden_of(best.params)
    assert arguments.dropout == pytest.approx(best.params["dropout"])
    assert arguments.learning_rate == pytest.approx(best.params["learning_rate"], rel=0.01)
    for name in ("batch_size", "constant_rate", "as_it_is"):
        assert getattr(arguments, name) == best.params[name]


@pytest.mark.parametrize("dropout", ["-0.1", "1", "nan"])
def test_train_says_which_dropout_it_expects(dropout, capsys):
    with pytest.raises(SystemExit):
        read_command_line(["--network", "dense", f"--dropout={dropout}"])
    assert f"--dropout is {float(dropout)}; expected from 0 to below 1, such as 0.2" in capsys.readouterr().err


HAS = {"learning_rate", "batch_size", "constant_rate", "as_it_is"}


@pytest.mark.parametrize("network", NETWORKS)
def test_each_network_is_searched_by_the_parameters_that_apply(network):
    trial = FixedTrial(sweep.BASELINE_PARAMS | {"layers": 2, "hidden_2": 32, "dropout": 0.5})
    built = build(sweep.choose(trial, Options(network=network)), 10)
    of_layers = {"dense": {"layers", "hidden_1", "hidden_2", "dropout"}, "scratch": {"layers", "hidden_1", "hidden_2"}}
    assert set(trial.params) == HAS | of_layers.get(network, set())
    if network in of_layers:
        assert built.count_params() == 785 * 128 + 129 * 32 + 33 * 10
    dropped = [layer.rate for layer in built.layers if type(layer).__name__ == "Dropout"]
    assert network != "dense" or dropped == [0.5, 0.5]


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--network", "dens"], "there is no 'dens'; did you mean 'dense'?"),
        (["--trials", "0"], "--trials is 0; expected 1 or more"),
        (["--images", "100"], "--images is 100; expected 512 or more"),
        (["--study", "../mine"], "--study is '../mine'; expected letters"),
        (["--mnist", "nowhere.npz"], "There is no MNIST file at nowhere.npz"),
        (["--storage", "mysql://host/studies"], "--storage begins with mysql://; expected a file, or postgresql://"),
        (["--storage", "postgresql://me:secret@127.0.0.1:1/none"], "Is it running, and is the address right"),
        (["--storage", "postgresql://me:secret@host:port/none"], "Is it running, and is the address right"),
        (["--storage", "postgresql://me:{secret}@127.0.0.1:1/none"], "Is it running, and is the address right"),
        (["--storage", "README.md"], "README.md cannot be opened (file is not a database). Choose another file."),
        (["--storage", "README.md/mine.db"], "README.md/mine.db cannot be opened ("),
    ],
)
def test_bad_input_ends_with_a_sentence(options, sentence, state, capsys):
    with pytest.raises(SystemExit) as end:
        sweep.main(options)
    said = str(end.value.code) + capsys.readouterr().err
    assert sentence in said
    assert "secret" not in said


def test_without_the_package_for_postgresql_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ValueError, match=r"needs the package psycopg\. Install it: pip install -r requirements-extra"):
        studies.open_storage("postgresql://sweep@localhost/none")


def test_without_optuna_it_says_what_to_install():
    code = "import sys; sys.modules['optuna'] = None; import model.search.worker"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "python -m model.search: optuna is missing. Install it: pip install -r requirements-extra.txt\n"
    )


def test_where_training_is_switched_off_nothing_is_searched(monkeypatch):
    monkeypatch.setenv("DIGITS_RETRAIN", "off")
    with pytest.raises(SystemExit, match="Training is switched off on this machine"):
        sweep.main([])


def fill(storage: str | Path, trials: int, name: str = "dense") -> optuna.Study:
    """Make a study whose trials have values without training; of eight the seventh was ended early."""
    made_for = {"network": "dense", "epochs": 5}
    study = studies.open_study(studies.open_storage(str(storage)), name, made_for, sweep.BASELINE_PARAMS)
    study.sampler = optuna.samplers.RandomSampler(seed=0)

    def objective(trial: optuna.Trial) -> float:
        sweep.choose(trial, Options(network="dense"))
        for name, value in {"worker": "here:1", "parameters": 101_770, "seconds": 12.3}.items():
            trial.set_user_attr(name, value)
        trial.report(0.8, 1)
        if trial.number == 6:
            raise optuna.TrialPruned
        return 0.95 + trial.number / 1000

    study.optimize(objective, n_trials=trials)
    return study


def test_a_study_made_for_another_space_is_left_alone(tmp_path, monkeypatch):
    fill(tmp_path / "dense.db", 1)
    storage = studies.open_storage(str(tmp_path / "dense.db"))
    with pytest.raises(
        ValueError, match="made for another space: epochs 5 there and 6 here, seed None there and 1 here"
    ):
        studies.open_study(storage, "dense", {"network": "dense", "epochs": 6, "seed": 1}, sweep.BASELINE_PARAMS)
    optuna.create_study(storage=storage, study_name="foreign")
    monkeypatch.setattr(studies, "SECONDS_TO_BEGIN", 0)
    with pytest.raises(ValueError, match="The study foreign was not begun by this program"):
        studies.open_study(storage, "foreign", {"network": "dense"}, sweep.BASELINE_PARAMS)


def test_the_database_of_another_program_is_left_alone(tmp_path):
    with closing(sqlite3.connect(tmp_path / "notes.db")) as notes:
        notes.execute("CREATE TABLE notes (text)")
        with pytest.raises(ValueError, match=r"notes\.db cannot be opened \(it is another program’s\)"):
            studies.open_storage(str(tmp_path / "notes.db"))
        assert notes.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]


# Optuna keeps its warnings silent in a way that two threads at a time disturb.
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_workers_take_no_trial_twice(storage):
    study = studies.open_study(studies.open_storage(storage), "queue", {"network": "dense"}, {"dropout": 0.0})
    for number in range(1, 30):
        study.enqueue_trial({"dropout": number / 100})

    def take_half(_: int) -> list[int]:
        taken = []
        load(storage, "queue").optimize(
            lambda trial: taken.append(trial.number) or trial.suggest_float("dropout", 0.0, 0.5), n_trials=15
        )
        return taken

    with ThreadPoolExecutor(2) as workers:
        assert sorted(chain(*workers.map(take_half, range(2)))) == [*range(30)]


def test_what_ends_its_worker_each_time_is_not_tried_for_ever(tmp_path):
    study = fill(tmp_path / "dense.db", 1)
    for _ in range(5):
        studies.try_again(study, study.trials[-1])
    assert len(study.trials) == 1 + studies.TRIED_AGAIN


def test_a_worker_that_was_taken_for_dead_goes_on_with_another_trial(tmp_path):
    study = fill(tmp_path / "dense.db", 1)
    elsewhere = load(str(tmp_path / "dense.db"), "dense")

    def objective(trial: optuna.Trial) -> float:
        if trial.number == 1:
            elsewhere.tell(1, state=TrialState.FAIL)
        for name, value in {"parameters": 1, "seconds": 1}.items():
            trial.set_user_attr(name, value)
        return 0.9

    studies.work(study, objective, 3)
    states = [TrialState.COMPLETE, TrialState.FAIL, TrialState.COMPLETE, TrialState.COMPLETE]
    assert [trial.state for trial in study.trials] == states


def test_a_trial_whose_worker_died_before_its_first_beat_is_not_waited_for(tmp_path, monkeypatch):
    study = fill(tmp_path / "dense.db", 1)
    study.add_trial(create_trial(state=TrialState.RUNNING))
    monkeypatch.setattr(studies, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(studies, "GRACE_SECONDS", 0)
    monkeypatch.setattr(studies, "describe", str)
    studies.work(study, lambda trial: 0.9, 3)
    states = [TrialState.COMPLETE, TrialState.FAIL, TrialState.COMPLETE, TrialState.COMPLETE]
    assert [trial.state for trial in study.trials] == states


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # a beat may find it broken, too
def test_a_database_that_breaks_while_a_trial_runs_is_named(tmp_path):
    study = fill(tmp_path / "dense.db", 0)
    with pytest.raises(studies.FAILURES) as broken:
        studies.work(study, lambda trial: (tmp_path / "dense.db").unlink(), 1)
    assert reason(broken.value) == "no such table: trials"


def test_trials_are_told_in_words(tmp_path):
    study = fill(tmp_path / "dense.db", 1)
    assert describe(study.trials[0]) == (
        "Trial 0: 95.00 % (--batch-size 64 --learning-rate 0.001 --constant-rate --as-it-is; "
        "101,770 weights, 12 seconds)"
    )
    assert summarise(study).endswith("reads 95.00 % of the validation digits right: it is the baseline.")
    study = fill(tmp_path / "more.db", 8)
    assert describe(study.trials[6]).startswith("Trial 6: ended early at 80.00 % (")
    assert summarise(study).endswith(
        "trial so far, 7, reads 95.70 % of the validation digits right; the baseline, 0, 95.00 %."
    )
    assert summarise(fill(tmp_path / "none.db", 0)) == "No trial is finished yet."


def test_page_without_a_study_says_how_to_begin_one(state):
    page = open_page(PAGE)
    assert any(text.value.startswith("`python -m model.search ") for text in page.main.caption)
    assert not [box for box in page.selectbox if box.key == "search_kept"]


def test_page_shows_a_study_as_it_goes_on(state):
    database = state / "sweeps" / "dense.db"
    study = fill(database, 3)
    study.add_trial(create_trial(state=TrialState.RUNNING))
    page = open_page(PAGE)
    table = page.main.dataframe[-1].value
    assert table["Trial"].tolist() == ["3", "2", "1", "0 (baseline)"]
    assert table["Status"].tolist() == ["Running", "Done", "Done", "Done"]
    assert table["Read right"].tolist() == ["–", "95.20 %", "95.10 %", "95.00 %"]
    assert page.main.code[0].value == training_command(study)
    assert not page.main.get("plotly_chart")  # there is not enough to compare
    fill(database, 5)
    page.run()
    assert not page.exception
    assert "Ended early" in page.main.dataframe[-1].value["Status"].tolist()
    assert len(page.main.get("plotly_chart")) == 3


def test_page_says_what_was_cut_off_when_no_worker_is_heard(state):
    database = state / "sweeps" / "dense.db"
    fill(database, 1).add_trial(create_trial(state=TrialState.RUNNING))
    os.utime(database, (0, 0))
    assert open_page(PAGE).main.dataframe[-1].value["Status"].tolist() == ["Cut off", "Done"]


def test_page_shows_the_studies_in_the_servers_database_too(state, postgres):
    fill(state / "sweeps" / "dense.db", 1)
    for name in ("first", "second"):
        fill(postgres, 2, name)
    page = open_page(PAGE, sweep_storage=postgres)
    kept = page.selectbox(key="search_kept")
    assert kept.options == ["dense", "In the database"]
    kept.set_value(postgres).run()
    assert {"first", "second"} <= set(page.selectbox(key="search_study").options)
    page.selectbox(key="search_study").set_value("second").run()
    assert page.main.dataframe[-1].value["Status"].tolist() == ["Done", "Done"]
    # The address has a password: the browser gets a name for it.
    assert postgres not in str([box.proto for box in page.selectbox])


def test_page_says_that_the_database_is_not_to_be_had(state):
    page = open_page(PAGE, sweep_storage="postgresql://me:secret@127.0.0.1:1/none")
    assert "The database cannot be opened" in page.main.warning[-1].value
    assert "secret" not in page.main.warning[-1].value


def test_page_says_that_a_file_is_no_database_or_a_package_missing(state, monkeypatch):
    database = state / "sweeps" / "mine.db"
    database.parent.mkdir()
    database.write_text("no database\n" * 100)
    assert "file is not a database" in open_page(PAGE).main.warning[-1].value
    for module in ("model.search.studies", "model.search.trials"):
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert open_page(PAGE).main.info[-1].value.startswith("The package optuna is missing: `pip install -r")


def test_showing_a_study_imports_neither_tensorflow_nor_keras():
    code = "import sys, model.search.trials, model.search.studies as _; print({'tensorflow', 'keras'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
