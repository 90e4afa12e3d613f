"""Training in a process of its own: real processes, really killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from model.runs import jobs
from model.runs.folder import STATUS_FILE, State, Status, read_status, write_status
from model.runs.jobs import BusyError, Job, NoRoomError, cancel, latest_job, only_training, put_aside, start_training
from tests.conftest import ROOT

pytestmark = pytest.mark.process
SOON_READY = ("--network", "dense", "--as-it-is", "--batch-size", "32")  # what takes least time to train and to judge


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch, tiny_mnist_file):
    monkeypatch.setenv("DIGITS_DATA_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("MNIST_PATH", str(tiny_mnist_file))
    monkeypatch.delenv("STROKES_PATH", raising=False)
    yield tmp_path / "state"
    job = latest_job()
    if job and job.running:
        os.kill(job.pid, signal.SIGKILL)


@pytest.fixture
def no_process(monkeypatch, tmp_path):
    """Let each training be a process that ends at once."""
    (tmp_path / "train.py").write_text("")
    monkeypatch.setattr(jobs, "ROOT", tmp_path)
    start = subprocess.Popen

    def start_and_wait(*arguments, **options):
        child = start(*arguments, **options)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # a zombie still has a priority to set
        return child

    monkeypatch.setattr(jobs.subprocess, "Popen", start_and_wait)


def wait_until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < give_up, latest_job() and latest_job().status
        time.sleep(0.02)


def start_a_long_one() -> Job:
    """Start a training that will not end by itself, and wait until it trains."""
    job = start_training([*SOON_READY, "--epochs", "5000"])
    wait_until(lambda: latest_job().status.epoch > 0)
    return job


def test_before_anything_there_is_no_job(state):
    assert latest_job() is None


def test_a_training_runs_beside_us_to_its_end_at_low_priority():
    job = start_training([*SOON_READY, "--epochs", "1"])
    assert job.running
    ours, lowest = os.getpriority(os.PRIO_PROCESS, 0), 19
    assert os.getpriority(os.PRIO_PROCESS, job.pid) == min(ours + jobs.LOW_PRIORITY, lowest)
    assert job.status.state == State.PREPARING
    wait_until(lambda: not latest_job().running)
    job = latest_job()
    assert job.status.state == State.DONE, job.status
    assert (job.run_dir / "model.tflite").is_file()
    assert not job.seen
    put_aside(job)
    assert latest_job().seen


def test_one_training_at_a_time_and_cancel_ends_it_soon():
    job = start_a_long_one()
    with pytest.raises(BusyError, match="A training has been going on since"):
        start_training([])
    with pytest.raises(BusyError, match=str(job.run_dir)), only_training(job.run_dir):
        pass
    begun = time.monotonic()
    cancel(latest_job())
    assert time.monotonic() - begun < 2 * jobs.SECONDS_TO_END + 0.5
    job = latest_job()
    assert not job.running
    assert job.status.state == State.CANCELLED
    assert (job.run_dir / "checkpoint.keras").is_file()
    # The lock is free again.
    with only_training(job.run_dir):
        pass


def test_a_training_that_was_killed_is_said_to_have_failed_and_the_next_one_starts():
    job = start_a_long_one()
    os.kill(job.pid, signal.SIGKILL)
    wait_until(lambda: not latest_job().running)
    status = latest_job().status
    assert status.state == State.FAILED
    assert status.message.startswith("The training ended without a word.")
    again = start_training(["--epochs", "1"])
    assert again.running
    assert again.run_dir != job.run_dir
    cancel(again)


def test_the_server_is_killed_while_it_trains_and_the_next_one_finds_the_training():
    server = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import time; from model.runs import jobs; jobs.start_training(['--epochs', '5000']); time.sleep(600)",
        ],
        cwd=ROOT,
    )
    wait_until(lambda: latest_job() is not None and latest_job().status.state == State.TRAINING)
    server.kill()
    server.wait()
    job = latest_job()
    assert job.running
    cancel(job)
    assert not latest_job().running
    assert latest_job().status.state == State.CANCELLED


def test_a_server_started_later_finds_the_training(monkeypatch):
    job = start_a_long_one()
    monkeypatch.setattr(jobs, "_children", {})  # which it knows nothing of
    found = latest_job()
    assert found.running
    assert (found.run_dir, found.pid) == (job.run_dir, job.pid)
    # It is no child of that server; here it still is ours to bury.
    os.kill(job.pid, signal.SIGKILL)
    os.waitpid(job.pid, 0)
    assert not latest_job().running


def test_of_two_presses_at_once_one_starts():
    def press(_):
        try:
            return start_training(["--epochs", "5000"])
        except BusyError:
            return None

    with ThreadPoolExecutor(8) as pool:
        started = [job for job in pool.map(press, range(8)) if job]
    assert len(started) == 1
    cancel(started[0])


def test_what_is_wrong_with_the_data_is_told(monkeypatch):
    monkeypatch.setenv("MNIST_PATH", "/nowhere.npz")
    start_training([])
    wait_until(lambda: not latest_job().running)
    status = latest_job().status
    assert status.state == State.FAILED
    assert "There is no MNIST file at /nowhere.npz" in status.message


def test_run_folder_deleted_under_its_feet_leaves_us_standing(state):
    job = start_a_long_one()
    (job.run_dir).rename(state / "gone")
    wait_until(lambda: not latest_job().running)
    assert latest_job().status.state == State.FAILED


def test_the_newest_runs_are_kept_and_the_one_in_use(monkeypatch, no_process):
    names = [f"2026-01-{day:02}T00-00-00" for day in range(1, 32)]
    for name in names:
        (jobs.runs_dir() / name).mkdir(parents=True)
    job = start_training([], keep=[jobs.runs_dir() / names[3]])
    kept = [folder.name for folder in jobs.list_runs()]
    assert kept == [job.run_dir.name, *reversed(names[-jobs.RUNS_KEPT + 1 :]), names[3]]


def test_with_less_than_a_gigabyte_free_nothing_starts(monkeypatch, no_process):
    monkeypatch.setattr(jobs, "FREE_BYTES_NEEDED", 10**18)
    with pytest.raises(NoRoomError, match=r"GB are free where the runs are kept .* a training needs 1 GB"):
        start_training([])
    assert not jobs.list_runs()
    assert latest_job() is None


def test_a_container_with_too_little_memory_is_said_before_anything_starts(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("900000000\n")
    (tmp_path / "memory.current").write_text("500000000\n")
    (tmp_path / "memory.stat").write_text("anon 300000000\ninactive_file 200000000\n")
    monkeypatch.setattr(jobs, "CGROUP", tmp_path)
    with pytest.raises(NoRoomError, match=r"Only 0\.6 GB of memory are free; a training needs 1 GB"):
        start_training([])
    assert not jobs.list_runs()


def test_a_training_that_ended_before_it_was_cancelled_stays_as_it_ended(state):
    job = Job(state / "runs" / "one", pid=2**22, started="", seen=False, running=True)
    job.run_dir.mkdir(parents=True)
    done = Status(State.DONE, "Trained and judged", 3, share=1.0)
    write_status(job.run_dir, done)
    cancel(job)
    assert read_status(job.run_dir) == done


def test_runs_of_the_same_second_and_of_a_clock_set_back_have_names_of_their_own(monkeypatch, no_process):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 1, tzinfo=tz)

    monkeypatch.setattr(jobs, "datetime", Stopped)
    names = [start_training([]).run_dir.name for _ in range(3)]
    assert names == ["2026-01-01T00-00-00", "2026-01-01T00-00-00-2", "2026-01-01T00-00-00-3"]
    monkeypatch.setattr(jobs, "RUNS_KEPT", 1)
    (jobs.runs_dir() / "2030-01-01T00-00-00").mkdir()
    assert start_training([]).run_dir.is_dir()


def test_deleting_a_run_takes_all_of_it_and_twice_does_no_harm(state):
    folder = jobs.runs_dir() / "one"
    folder.mkdir(parents=True)
    (folder / "model.keras").write_text("weights")
    jobs.delete_run(folder)
    jobs.delete_run(folder)
    assert not [*state.rglob("*.keras")]
    assert jobs.list_runs() == []


def test_where_no_lock_can_be_held_nothing_trains(state):
    folder = jobs.runs_dir() / "one"
    folder.mkdir(parents=True)
    with only_training(folder):
        pass
    (state / jobs.LOCK_FILE).unlink()
    (state / jobs.LOCK_FILE).mkdir()
    assert not latest_job().running


def test_state_folder_that_cannot_be_written_is_an_error_with_a_reason(monkeypatch):
    monkeypatch.setenv("DIGITS_DATA_DIR", "/proc/nowhere")
    with pytest.raises(OSError, match="/proc/nowhere"):
        start_training([])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run_dir": 5}', '{"run_dir": ' + "[" * 100_000])
def test_note_that_cannot_be_made_out_is_no_job(state, content):
    state.mkdir()
    (state / jobs.NOTE_FILE).write_text(content)
    assert latest_job() is None


@pytest.mark.parametrize("pid", [0, -1, 2**31])
def test_a_note_of_many_processes_is_no_job_to_cancel(state, pid):
    state.mkdir()
    (state / jobs.NOTE_FILE).write_text(json.dumps({"run_dir": "", "pid": pid, "started": "", "seen": False}))
    assert latest_job() is None


def test_a_run_whose_status_cannot_be_made_out_is_unreadable(state):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / STATUS_FILE).write_text("5")
    status = jobs.job_of(folder, None).status
    assert status.state == State.UNREADABLE
    assert str(folder / STATUS_FILE) in status.message


def test_finished_run_is_as_its_status_says(state):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    with only_training(folder):
        assert latest_job().running
    write_status(folder, Status(State.DONE, "Trained and judged", 3))
    assert not latest_job().running
    assert latest_job().status == read_status(folder)
