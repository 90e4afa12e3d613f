"""A training's run folder while it trains: begin or resume it, hold the lock, write its status and checkpoints.

However the training ends, by a fault, Ctrl-C or a signal, the run folder says so before the lock is released.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

import keras
import numpy as np

from model.card import CARD_FILE, CheckpointError
from model.options import Options
from model.runs.folder import (
    CHECKPOINT_FILE,
    CONFIG_FILE,
    LOG_FILE,
    STEPS_FILE,
    State,
    Status,
    append_metrics,
    keep_metrics,
    read_metrics,
    write_status,
)
from model.runs.jobs import BusyError, new_run_dir, only_training
from model.runs.presets import expected_seconds, seconds_between_epochs
from utils.files import write_atomically
from utils.json_files import UnreadableError, read_json, write_json
from utils.words import counted

SECONDS_BETWEEN_STATUSES = 0.5
POINTS_AN_EPOCH = 20  # of the curves that grow while it trains
# An exception that a signal raises can get lost, such as in a callback from C. So what it asked for is kept here, too.
CANCEL_ASKED = Event()


@dataclass(frozen=True)
class Origin:
    """What ``config.json`` has beside the options.

    Attributes
    ----------
    mnist, strokes : str or None
        The files of data, if they were named.
    command : str
        The command line that began the run.
    """

    mnist: str | None
    strokes: str | None
    command: str


def begin(run_dir: Path | None, options: Options, origin: Origin) -> Path:
    """Make the folder of a run and return it; by default it is in the state folder, named after the time.

    The folder may exist already and have a ``log.txt`` (the page starts a training so), but nothing else.

    Raises
    ------
    ValueError
        If it cannot be made, or has anything in it.
    """
    run_dir = run_dir or new_run_dir()
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"The run folder {run_dir} cannot be made: {error.strerror}. Choose another with --run-dir."
        ) from error
    if any(file.name != LOG_FILE for file in run_dir.iterdir()):
        raise ValueError(f"The run folder {run_dir} is not empty. Choose another with --run-dir.")
    write_json(run_dir / CONFIG_FILE, asdict(options) | asdict(origin))
    return run_dir


def resume(run_dir: Path) -> tuple[Options, Origin]:
    """Read the options with which a run was begun, to go on with it.

    Raises
    ------
    ValueError
        If the run is finished, or there is none.
    """
    if (run_dir / CARD_FILE).exists():
        raise ValueError(f"The run {run_dir} is finished. Start another one.")
    try:
        return read_json(run_dir / CONFIG_FILE, Options), read_json(run_dir / CONFIG_FILE, Origin)
    except FileNotFoundError as error:
        raise ValueError(f"{run_dir} has no {CONFIG_FILE} to go on from. Start another run.") from error
    except UnreadableError as error:
        raise ValueError(f"{error} Start another run.") from error


class Cancelled(BaseException):
    """Somebody asked the training to end. It is no Exception, so that nothing takes it for a fault."""


def cancel(*_) -> None:
    """End the training, wherever it is: the handler of SIGTERM."""
    CANCEL_ASKED.set()
    raise Cancelled


@contextmanager
def keeping(run_dir: Path, options: Options) -> Iterator["Progress"]:
    """Hold the lock while a run trains. A fault or a signal is written into its folder, then ends the program."""

    def fail(message: str) -> None:
        with suppress(OSError):  # the disk may be full
            write_status(run_dir, Status(State.FAILED, message))

    done = Status(State.DONE, "Trained and judged", options.epochs, share=1.0)
    signal.signal(signal.SIGTERM, cancel)
    try:
        with only_training(run_dir):
            try:
                yield Progress(run_dir, expected_seconds(options))
                write_status(run_dir, done)
            except (Cancelled, KeyboardInterrupt):
                if (run_dir / CARD_FILE).exists():
                    write_status(run_dir, done)
                    raise SystemExit(f"The training had ended already. Its network is in {run_dir}.") from None
                finished = len(read_metrics(run_dir))
                message = f"Cancelled after {counted(finished, 'epoch')}"
                write_status(run_dir, Status(State.CANCELLED, message, finished))
                raise SystemExit(
                    f"Cancelled. `python train.py --resume {run_dir}` goes on after epoch {finished}."
                ) from None
            except (ValueError, CheckpointError, OSError) as error:
                fail(str(error))
                raise SystemExit(f"train.py: {error}") from error
            except Exception as error:
                fail(f"{type(error).__name__}: {error}")
                raise
    except BusyError as error:
        fail(str(error))
        raise SystemExit(f"train.py: {error}") from error


class Progress:
    """Writes into the run folder how far a run is.

    Parameters
    ----------
    run_dir : Path
        The run's folder.
    expected : dict of State to float
        The seconds that loading, training and judging are expected to take, in this order.
    """

    def __init__(self, run_dir: Path, expected: dict[State, float]):
        self.run_dir, self.expected = run_dir, expected
        self.pace = 1.0  # how many times as long as expected it takes on this machine, as far as the training shows

    def tell(
        self, state: State, message: str, done: float, epoch: int = 0, timed: tuple[float, float] | None = None
    ) -> None:
        """Write the status.

        Parameters
        ----------
        state : State
            Which phase it is.
        message : str
            What the page shows.
        done : float
            How much of the phase is done, from 0 to 1.
        epoch : int
            How many epochs are finished.
        timed : tuple of float, optional
            The seconds that the phase has taken so far, and those that it will still take, if that is known better than
            by what was expected.
        """
        seconds = [*self.expected.values()]
        place = [*self.expected].index(state)
        before, present, after = sum(seconds[:place]), seconds[place], sum(seconds[place + 1 :])
        if timed:
            self.pace = sum(timed) / present
        left = timed[1] if timed else (1 - done) * present * self.pace
        share = (before + done * present) / sum(seconds)
        write_status(self.run_dir, Status(state, message, epoch, round(left + after * self.pace, 1), round(share, 3)))


class Keeper(keras.callbacks.Callback):
    """Keras's callback that writes the status, and after each epoch the metrics and a checkpoint.

    Parameters
    ----------
    progress : Progress
        Writes the status.
    options : Options
        The epochs, and what the time between them depends on.
    batches : int
        In an epoch.
    first_epoch : int
        How many epochs were done before.
    """

    def __init__(self, progress: Progress, options: Options, batches: int, first_epoch: int):
        super().__init__()
        self.progress, self.run_dir, self.epochs, self.batches = progress, progress.run_dir, options.epochs, batches
        self.epoch = self.first_epoch = first_epoch
        keep_metrics(self.run_dir, first_epoch)  # they may be an epoch ahead of the checkpoint
        before = read_metrics(self.run_dir)
        self.seconds_before = before[-1]["seconds"] if before else 0.0
        self.start = self.told = time.monotonic()
        self.noted, self.sums = 0, {}
        self.batch, self.ended = 0, None  # of this epoch, and when it ended
        # Batches that were timed, and their seconds. The first of an epoch counts as time between epochs instead.
        self.timed, self.timed_seconds = 0, 0.0
        self.seconds_between = seconds_between_epochs(options)

    @property
    def seconds(self) -> float:
        """The seconds of training, with those before it was resumed."""
        return self.seconds_before + time.monotonic() - self.start

    def judge(self, message: str, done: float) -> None:
        """Write the status of what comes after the training; `done` of that is done, from 0 to 1."""
        self.progress.tell(State.JUDGING, message, done, self.epochs)

    def tell(self, batch: int) -> None:
        """Write the status, `batch` batches into the epoch."""
        if self.timed:
            batches_left = (self.epochs - self.epoch) * self.batches - batch
            left = batches_left * self.timed_seconds / self.timed + (self.epochs - self.epoch) * self.seconds_between
        else:  # TensorFlow makes its plan
            expected = self.progress.expected[State.TRAINING] * (1 - self.first_epoch / self.epochs)
            left = max(0.0, expected - (time.monotonic() - self.start))
        self.told = time.monotonic()
        self.progress.tell(
            State.TRAINING,
            f"Epoch {min(self.epoch + 1, self.epochs)} of {self.epochs}",
            (self.epoch + batch / self.batches) / self.epochs,
            self.epoch,
            (self.seconds, left),
        )

    def clock(self, batch: int) -> None:
        """Measure how long the batches since the last call took; `batch` batches of the epoch are done."""
        now = time.monotonic()
        if self.batch:
            self.timed, self.timed_seconds = self.timed + batch - self.batch, self.timed_seconds + now - self.ended
        elif self.epoch > self.first_epoch + 1:  # the first time, TensorFlow makes its plan to validate
            self.seconds_between = now - self.ended
        self.batch, self.ended = batch, now

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Write the first status."""
        self.tell(0)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Write the status now and then; end if that was asked for."""
        if CANCEL_ASKED.is_set():
            raise Cancelled
        self.clock(batch + 1)
        if (batch + 1) * POINTS_AN_EPOCH // self.batches > self.noted * POINTS_AN_EPOCH // self.batches:
            self.note_step(batch + 1, logs)
        if time.monotonic() - self.told >= SECONDS_BETWEEN_STATUSES:
            self.tell(batch + 1)

    def note_step(self, batch: int, logs: dict[str, float]) -> None:
        """Write the mean metrics since the last note. Those that Keras gives are means since the epoch began."""
        sums = {name: float(value) * batch for name, value in logs.items()}
        since = {name: (total - self.sums.get(name, 0.0)) / (batch - self.noted) for name, total in sums.items()}
        if np.isfinite([*since.values()]).all():
            append_metrics(self.run_dir, {"epoch": round(self.epoch + batch / self.batches, 3)} | since, STEPS_FILE)
        self.noted, self.sums = batch, sums

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Count from 0 again."""
        self.noted, self.sums, self.batch = 0, {}, 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the epoch's metrics, then the checkpoint.

        If the program ends between the two, resuming drops the line of metrics that is ahead of the checkpoint.
        """
        if not np.isfinite([*logs.values()]).all():
            raise ValueError("The loss is no longer a number, so training stopped. Try a smaller --learning-rate.")
        line = {"epoch": epoch + 1, "seconds": round(self.seconds, 2)}
        append_metrics(self.run_dir, line | {name: float(value) for name, value in logs.items()})
        write_atomically(self.run_dir / CHECKPOINT_FILE, self.model.save)
        self.epoch = epoch + 1
        self.tell(0)
