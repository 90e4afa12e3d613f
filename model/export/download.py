"""A network as a zip file in a chosen format, for the page to hand out. No Keras is imported here."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from threading import Lock

from model.card import KERAS_FILE, LITERT_FILE, CheckpointError, as_zip, how_to_restore, read_card
from model.export.formats import COPIED, ExportError
from model.export.model_card import enclose
from model.litert import LiteRTNetwork
from utils.files import ROOT

_one_at_a_time = Lock()  # because each export loads TensorFlow, which takes much memory


def export_as_zip(folder: Path, name: str) -> bytes:
    """Put the network in `folder` into a zip file, in the format `name` and with all that goes with it.

    A format that the folder does not have yet is written by a process of its own, one at a time.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    with tempfile.TemporaryDirectory() as temporary:
        written = Path(temporary, "export")
        if name in COPIED:
            written.mkdir()
            copy_network(folder, name, written)
        else:
            _write(folder, name, written)
        return as_zip(written)


def copy_network(folder: Path, name: str, target: Path) -> None:
    """Copy the network in `folder` into the empty folder `target`, in a format of `COPIED`, with all that goes with it.

    Raises
    ------
    ExportError
        If there is no network in `folder` in that format, or it is broken.
    """
    if name == "keras" and not zipfile.is_zipfile(folder / KERAS_FILE):
        raise ExportError(f"{folder / KERAS_FILE} is missing or broken. {how_to_restore(folder)}")
    try:
        card, classes = read_card(folder), LiteRTNetwork(folder / LITERT_FILE).classes
    except CheckpointError as error:
        raise ExportError(str(error)) from error
    shutil.copy(folder / COPIED[name], target)
    enclose(card, name, classes, target)


def _write(folder: Path, name: str, target: Path) -> None:
    command = [sys.executable, "-m", "model.export", f"--model={folder}", f"--format={name}", f"--output={target}"]
    with _one_at_a_time:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise ExportError(done.stderr.strip().rpartition("\n")[2] or "The export failed without an error message.")
