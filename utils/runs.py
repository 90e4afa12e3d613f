"""The run folder: where a training process writes what it does, and whoever wants to know reads it.

``config.json`` says how it was started, ``status.json`` where it is, ``metrics.jsonl`` has a line an epoch,
``steps.jsonl`` some twenty; ``checkpoint.keras`` is what `train.py --resume` goes on from, and the finished network is
put beside them.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

CONFIG_FILE = "config.json"
STATUS_FILE = "status.json"
METRICS_FILE = "metrics.jsonl"
STEPS_FILE = "steps.jsonl"
CHECKPOINT_FILE = "checkpoint.keras"
LOG_FILE = "log.txt"


class State(StrEnum):
    """What a run does, or how it ended."""

    PREPARING = "preparing"
    TRAINING = "training"
    JUDGING = "judging"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Status:
    """Where a run is.

    Attributes
    ----------
    state : State
        A process that was killed leaves what it wrote last.
    message : str
        For people: what it does, or why it ended.
    epoch, epochs, batch, batches : int
        So many are finished of so many; batches are those of the present epoch.
    seconds : float
        Of training so far.
    seconds_left : float or None
        Estimated, to the end of all; None while nothing is known.
    share : float
        How much of all, loading, training and judging, is done: by the time that each was expected to take. 0 to 1.
    """

    state: State
    message: str
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    share: float = 0.0


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file under a temporary name (same suffix), then put it at `path` in one step.

    Whoever reads `path` sees the old file or the new one, never half of one.
    """
    temporary = path.with_name(f".{path.stem}.writing{path.suffix}")
    write(temporary)
    temporary.replace(path)


def write_json(path: Path, values: dict) -> None:
    """Write `values` to `path` in one step."""
    write_atomically(
        path, lambda temporary: temporary.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    )


def write_status(run_dir: Path, status: Status) -> None:
    """Put `status` into the run folder."""
    write_json(run_dir / STATUS_FILE, asdict(status))


def read_status(run_dir: Path) -> Status | None:
    """Read where the run is; None if there is no such file or nothing to make out in it."""
    try:
        values = json.loads((run_dir / STATUS_FILE).read_text(encoding="utf-8"))
        # A run of an earlier version may lack a field.
        status = Status(**{field.name: values[field.name] for field in fields(Status) if field.name in values})
        return replace(status, state=State(status.state))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def append_metrics(run_dir: Path, line: dict, file: str = METRICS_FILE) -> None:
    """Append a line to the metrics of the epochs, or to those of `STEPS_FILE`."""
    with (run_dir / file).open("a", encoding="utf-8") as opened:
        opened.write(json.dumps(line) + "\n")


def read_metrics(run_dir: Path, file: str = METRICS_FILE) -> list[dict]:
    """Read the lines: ``epoch`` (how many are finished, from 1; in `STEPS_FILE` a fraction) and what Keras logs.

    The lines an epoch also have the ``seconds`` so far. Reading stops at a line that is no JSON: the last may be half
    written.
    """
    try:
        lines = (run_dir / file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    metrics = []
    for line in lines:
        try:
            metrics.append(json.loads(line))
        except ValueError:
            break
    return metrics


def keep_metrics(run_dir: Path, epochs: int) -> None:
    """Forget the metrics of all but the first `epochs` epochs."""
    for file in (METRICS_FILE, STEPS_FILE):
        kept = "".join(json.dumps(line) + "\n" for line in read_metrics(run_dir, file) if line["epoch"] <= epochs)
        write_atomically(run_dir / file, lambda path, kept=kept: path.write_text(kept, encoding="utf-8"))
