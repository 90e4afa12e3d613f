"""The run folder: a training process writes there how far it is, and the page reads it.

``config.json`` has the options, ``status.json`` says how far the run is, ``metrics.jsonl`` has a line an epoch and
``steps.jsonl`` some twenty. `train.py --resume` goes on from ``checkpoint.keras``. The finished network is put beside
them.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypedDict

from utils.files import write_atomically
from utils.json_files import Count, Positive, Seconds, Share, append_json_line, read_json, read_json_lines, write_json

CONFIG_FILE = "config.json"
STATUS_FILE = "status.json"
METRICS_FILE = "metrics.jsonl"
STEPS_FILE = "steps.jsonl"
CHECKPOINT_FILE = "checkpoint.keras"
LOG_FILE = "log.txt"


class State(StrEnum):
    """What a run is doing, or how it ended."""

    PREPARING = "preparing"
    TRAINING = "training"
    JUDGING = "judging"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNREADABLE = "unreadable"  # its files are damaged

    @property
    def is_end(self) -> bool:
        """Whether the run is over, and has said how."""
        return self in (State.DONE, State.CANCELLED, State.FAILED)


@dataclass(frozen=True)
class Status:
    """How far a run is.

    Attributes
    ----------
    state : State
        What it is doing, or how it ended. A process that was killed leaves the state that it wrote last.
    message : str
        The same for people, with the reason if it failed.
    epoch : int
        How many epochs are finished.
    seconds_left : float or None
        An estimate of how long loading, training and judging will still take; None while nothing is known.
    share : float
        How much of loading, training and judging is done, by the time that each was expected to take: from 0 to 1.
    """

    state: State
    message: str
    epoch: Count = 0
    seconds_left: Seconds | None = None
    share: Share = 0.0


class Epoch(TypedDict):
    """A line of ``metrics.jsonl``: a finished epoch, from 1; the seconds trained so far; what Keras logs."""

    epoch: Positive
    seconds: Seconds
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


class Step(TypedDict):
    """A line of ``steps.jsonl``: how many epochs are done, such as 2.35; the means since the line before."""

    epoch: float
    loss: float
    accuracy: float


LINES = {METRICS_FILE: Epoch, STEPS_FILE: Step}


def write_status(run_dir: Path, status: Status) -> None:
    """Write `status` as ``status.json`` into the run folder."""
    write_json(run_dir / STATUS_FILE, asdict(status))


def read_status(run_dir: Path) -> Status | None:
    """Read how far the run is; None if that was not written yet.

    Raises
    ------
    UnreadableError
        If ``status.json`` is not as it should be.
    """
    try:
        return read_json(run_dir / STATUS_FILE, Status)
    except FileNotFoundError:
        return None


def append_metrics(run_dir: Path, line: Epoch | Step, file: str = METRICS_FILE) -> None:
    """Append a line to the metrics of the epochs, or to those of the steps (`STEPS_FILE`)."""
    append_json_line(run_dir / file, line)


def read_metrics(run_dir: Path, file: str = METRICS_FILE) -> list[Epoch] | list[Step]:
    """Read the metrics of the epochs, or those of the steps (`STEPS_FILE`); empty if none were written yet.

    Raises
    ------
    UnreadableError
        If a line is not as it should be, except a last one that is half written.
    """
    try:
        return read_json_lines(run_dir / file, LINES[file])
    except FileNotFoundError:
        return []


def keep_metrics(run_dir: Path, epochs: int) -> None:
    """Delete the metrics after the first `epochs` epochs."""
    for file in LINES:
        kept = "".join(json.dumps(line) + "\n" for line in read_metrics(run_dir, file) if line["epoch"] <= epochs)
        write_atomically(run_dir / file, partial(Path.write_text, data=kept, encoding="utf-8"))
