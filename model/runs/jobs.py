"""One training at a time, in a process of its own that outlives the page that started it.

The process holds a lock for as long as it lives; the operating system releases it, however the process ends. A note
beside the lock says which run it is. So every page, even of a server started later, finds the training that goes on.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import Annotated

import msgspec
from filelock import FileLock, Timeout

from model.runs.folder import LOG_FILE, State, Status, read_status, write_status
from utils.files import ROOT, open_file
from utils.json_files import UnreadableError, read_json, write_json
from utils.words import counted

SWITCH = "DIGITS_RETRAIN"  # the environment variable that switches training off
LOCK_FILE = "training.lock"
NOTE_FILE = "training.json"
LOW_PRIORITY = 10  # added to the niceness of the process that starts it
SECONDS_TO_END = 1.0
SECONDS_TO_PROBE = 2  # pages hold the lock for an instant, to see whether it is free
LAST_LINES = 5  # of the log, to be shown
LAST_BYTES = 5000  # of the log, to find these lines in
RUNS_KEPT = 20
FREE_BYTES_NEEDED = 1_000_000_000
MEMORY_BYTES_NEEDED = 1_000_000_000
CGROUP = Path("/sys/fs/cgroup")  # tells how much memory a container may use


class BusyError(RuntimeError):
    """Another training is going on. The message says which one, and since when."""


class NoRoomError(OSError):
    """Too little room is left on the disk or in memory. The message says how much, and what to do."""


def is_switched_off() -> bool:
    """Say whether training is switched off on this machine, by the environment variable."""
    return os.environ.get(SWITCH) == "off"


def is_installed() -> bool:
    """Say whether TensorFlow is installed, which training needs; ``requirements-read.txt`` leaves it out."""
    return find_spec("tensorflow") is not None


def state_dir() -> Path:
    """Return the folder of all that must last (runs, searches, the network in use): ``DIGITS_DATA_DIR`` or ``data``."""
    return Path(os.environ.get("DIGITS_DATA_DIR", "data")).absolute()


def runs_dir() -> Path:
    """Return the folder that the run folders are in."""
    return state_dir() / "runs"


def sweeps_dir() -> Path:
    """Return the folder that the searches’ SQLite files are in."""
    return state_dir() / "sweeps"


def new_run_dir() -> Path:
    """Return the path of a new run folder, named after the time. The folder is not made."""
    name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
    # If the name is taken (two within a second, or a clock that was set back), it gets a number.
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(folder for folder in map(runs_dir().joinpath, names) if not folder.exists())


@dataclass(frozen=True)
class Job:
    """The latest training on this machine.

    Attributes
    ----------
    run_dir : Path
        Its run folder.
    pid : int
        The number of its process.
    started : str
        When it was started: ISO 8601, UTC.
    seen : bool
        Whether a person has dismissed its result.
    running : bool
        Whether its process still runs.
    """

    run_dir: Path
    pid: int
    started: str
    seen: bool
    running: bool

    @property
    def status(self) -> Status:
        """How far it is. If its process ended without saying so, it has failed; the message has the end of its log."""
        try:
            status = read_status(self.run_dir) or Status(State.PREPARING, "Starting")
        except UnreadableError as error:
            return Status(State.UNREADABLE, str(error))
        if self.running or status.state.is_end:
            return status
        try:
            with open_file(self.run_dir / LOG_FILE) as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_BYTES))
                last = "\n".join(log.read().decode(errors="replace").splitlines()[-LAST_LINES:])
        except OSError:
            last = ""
        return replace(status, state=State.FAILED, message=f"The training ended without a word.\n{last}".strip())


@contextmanager
def only_training(run_dir: Path) -> Iterator[None]:
    """Hold the lock while training, and note which run it is.

    Raises
    ------
    BusyError
        If another training holds the lock.
    """
    state = state_dir()
    state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(state / LOCK_FILE)
    try:
        lock.acquire(timeout=SECONDS_TO_PROBE)
    except Timeout:
        job = latest_job()
        which = f"has been going on since {job.started} UTC, in {job.run_dir}" if job else "is going on"
        raise BusyError(f"A training {which}. Wait for its end, or cancel it.") from None
    try:
        _note(run_dir, os.getpid())
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class _Note:
    """What ``training.json`` says of the latest training; for the fields see `Job`."""

    run_dir: str
    pid: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]  # a signal to 0 or below reaches many processes
    started: str
    seen: bool


def _note(run_dir: Path, pid: int, started: str | None = None, seen: bool = False) -> str:
    started = started or f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    write_json(state_dir() / NOTE_FILE, asdict(_Note(str(run_dir), pid, started, seen)))
    return started


def _is_locked() -> bool:
    lock = FileLock(state_dir() / LOCK_FILE)
    with _probing:  # two threads that try at once would each take the other for a training
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:  # no training runs where nothing can be written
            return False
        lock.release()
        return False


def latest_job() -> Job | None:
    """Find the training that goes on, or the last one; None if there was none, or its note cannot be read."""
    try:
        note = read_json(state_dir() / NOTE_FILE, _Note)
    except (FileNotFoundError, UnreadableError):
        return None
    running = _just_started(note.pid) or _is_locked()
    return Job(Path(note.run_dir), note.pid, note.started, note.seen, running)


def job_of(run_dir: Path, latest: Job | None) -> Job:
    """Return the job of a run folder: the latest one, or one that ended before it."""
    if latest and latest.run_dir == run_dir:
        return latest
    return Job(run_dir, pid=0, started="", seen=True, running=False)


_starting = Lock()
_probing = Lock()
_children: dict[int, subprocess.Popen[bytes]] = {}


def _just_started(pid: int) -> bool:
    # A process that was started here may not hold the lock yet. Once it has ended, `poll` also frees its entry in the
    # system's list of processes.
    child = _children.get(pid)
    return child is not None and child.poll() is None


def start_training(options: Sequence[str], keep: Collection[Path] = ()) -> Job:
    """Start `train.py` with these options, at low priority, in a run folder of its own.

    The oldest runs beyond `RUNS_KEPT` are deleted, except those in `keep`.

    Raises
    ------
    BusyError
        If another training is going on.
    NoRoomError
        If less than 1 GB is free, on the disk or in memory.
    OSError
        If the run folder cannot be made.
    """
    with _starting:
        job = latest_job()
        if job and job.running:
            raise BusyError(f"A training has been going on since {job.started} UTC. Wait for its end, or cancel it.")
        runs_dir().mkdir(parents=True, exist_ok=True)
        _check_room()
        _check_memory()
        for old in list_runs()[RUNS_KEPT - 1 :]:
            if old not in keep:
                delete_run(old)
        run_dir = new_run_dir()
        run_dir.mkdir()
        with (run_dir / LOG_FILE).open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, str(ROOT / "train.py"), *options, "--run-dir", str(run_dir)],
                cwd=ROOT,
                env=_leave_a_core() | os.environ | {"DIGITS_DATA_DIR": str(state_dir())} | _data_files(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,  # so that Ctrl-C in the server's terminal does not reach it
            )
        os.setpriority(os.PRIO_PROCESS, child.pid, os.getpriority(os.PRIO_PROCESS, 0) + LOW_PRIORITY)
        _children[child.pid] = child
        started = _note(run_dir, child.pid)
    return Job(run_dir, child.pid, started, seen=False, running=True)


def _check_room() -> None:
    free = shutil.disk_usage(runs_dir()).free
    if free < FREE_BYTES_NEEDED:
        raise NoRoomError(
            f"Only {free / 1e9:.1f} GB are free where the runs are kept ({runs_dir()}); a training needs 1 GB. Delete "
            "old runs, or name another folder by the environment variable DIGITS_DATA_DIR."
        )


def _check_memory() -> None:
    free = free_memory()
    if free is not None and free < MEMORY_BYTES_NEEDED:
        raise NoRoomError(
            f"Only {free / 1e9:.1f} GB of memory are free; a training needs 1 GB. Train on a machine that has more, "
            f"and put the run folder into {runs_dir()} here."
        )


def free_memory() -> int | None:
    """Return how many bytes of memory are free, here or in this container; None if the system does not say."""
    free = []
    with suppress(OSError, ValueError):
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        free.append(1024 * int(lines["MemAvailable"].split()[0]))
    with suppress(OSError, ValueError):  # "max", which is no number, means no limit
        limit, used = (int((CGROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        statistics = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
        # Files that were read and may be forgotten count as used, but are given up when memory is wanted.
        free.append(limit - used + int(statistics.get("inactive_file", 0)))
    return min(free, default=None)


def _leave_a_core() -> dict[str, str]:
    # It is left to the page. Of two cores, that would halve the training's speed, and its low priority is enough.
    cores = os.cpu_count() or 1
    return {"TF_NUM_INTRAOP_THREADS": str(cores - 1)} if cores > 2 else {}


def _data_files() -> dict[str, str]:
    # The training has another working folder.
    paths = {name: os.environ.get(name) for name in ("MNIST_PATH", "STROKES_PATH")}
    return {name: str(Path(path).absolute()) for name, path in paths.items() if path}


def list_runs() -> list[Path]:
    """List the run folders, the newest first."""
    try:
        # Sorted by the time in their names, because copying a folder changes the time that the file system has.
        return sorted((path for path in runs_dir().iterdir() if path.is_dir()), reverse=True)
    except OSError:
        return []


def delete_run(run_dir: Path) -> None:
    """Delete a run folder, if it is still there."""
    # First it is moved out of the list in one step: whoever reads it meanwhile finds all of it or nothing.
    doomed = runs_dir().parent / f".deleted-{run_dir.name}"
    with suppress(FileNotFoundError):
        run_dir.replace(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def cancel(job: Job) -> None:
    """Ask the training to end, and kill it if it goes on for more than a moment. Its checkpoint stays.

    Where it has ended meanwhile, it stays as it ended.
    """

    def is_running() -> bool:
        latest = latest_job()
        return latest is not None and latest.running

    for number in (signal.SIGTERM, signal.SIGKILL):
        if not is_running():
            break
        with suppress(ProcessLookupError):
            os.kill(job.pid, number)
        give_up = time.monotonic() + SECONDS_TO_END
        while is_running() and time.monotonic() < give_up:
            time.sleep(0.05)
    status = job.status
    if not status.state.is_end:
        write_status(
            job.run_dir,
            replace(status, state=State.CANCELLED, message=f"Cancelled after {counted(status.epoch, 'epoch')}"),
        )


def put_aside(job: Job) -> None:
    """Remember that a person has seen how the training ended."""
    _note(job.run_dir, job.pid, job.started, seen=True)
