"""Training in a process of its own: real processes, really killed."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from utils import jobs
from utils.jobs import BusyError, Job, cancel, latest_job, only_training, put_aside, start_training
from utils.runs import State, Status, read_status, write_status


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch, tiny_mnist_file):
    monkeypatch.setenv("DIGITS_DATA_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("MNIST_PATH", str(tiny_mnist_file))
    monkeypatch.delenv("STROKES_PATH", raising=False)
    yield tmp_path / "state"
    job = latest_job()
    if job and job.running:
        os.kill(job.pid, signal.SIGKILL)


def wait_until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < give_up, latest_job() and latest_job().status
        time.sleep(0.02)


def start_a_long_one() -> Job:
    """Start a training that will not end by itself, and wait until it trains."""
    job = start_training(["--epochs", "5000", "--batch-size", "32"])
    wait_until(lambda: latest_job().status.epoch > 0)
    return job


def test_before_anything_there_is_no_job(state):
    assert latest_job() is None


def test_a_training_runs_beside_us_to_its_end_at_low_priority():
    job = start_training(["--epochs", "1", "--batch-size", "32"])
    assert job.running
    assert os.getpriority(os.PRIO_PROCESS, job.pid) == os.getpriority(os.PRIO_PROCESS, 0) + jobs.LOW_PRIORITY
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
    with pytest.raises(BusyError, match="A training goes on since"):
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
    time.sleep(1.1)  # run folders are named by the second
    again = start_training(["--epochs", "1"])
    assert again.running
    assert again.run_dir != job.run_dir
    cancel(again)


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


def test_state_folder_that_cannot_be_written_is_an_error_with_a_reason(monkeypatch):
    monkeypatch.setenv("DIGITS_DATA_DIR", "/proc/nowhere")
    with pytest.raises(OSError, match="/proc/nowhere"):
        start_training([])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run_dir": 5}'])
def test_note_that_cannot_be_made_out_is_no_job(state, content):
    state.mkdir()
    (state / jobs.NOTE_FILE).write_text(content)
    assert latest_job() is None


def test_finished_run_is_as_its_status_says(state):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    with only_training(folder):
        assert latest_job().running
    write_status(folder, Status(State.DONE, "Trained and judged", 3, 3))
    assert not latest_job().running
    assert latest_job().status == read_status(folder)
