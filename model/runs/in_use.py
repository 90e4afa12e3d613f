"""Which network reads: the shipped one, or one that a person trained here and chose.

One small file in the state folder says so; it is replaced in one step, so that a reading uses either the old network or
the new one. The shipped files are never touched.
"""

import hashlib
import json
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

import numpy as np

from model.card import LITERT_FILE, SHIPPED, CheckpointError, read_card
from model.data.drawing import draw_strokes
from model.litert import read_litert
from model.predictor import Predictor
from model.runs.jobs import state_dir
from utils.json_files import UnreadableError, read_json, write_json

IN_USE_FILE = "in_use.json"
CHECKED_DRAWINGS = Path(__file__).parent / "ten_digits.json"
MIN_RIGHT = 8  # of the ten drawings; a network that was trained for a minute reads nine


class _Choice(TypedDict):
    folder: str
    previous: NotRequired[str | None]


def folder_in_use() -> Path:
    """Return the folder of the network in use: the shipped one if none was chosen, or if the chosen one is gone."""
    return _read("folder") or SHIPPED


def previous_folder() -> Path | None:
    """Return the folder of the network that was in use before; None if there was none, or it is gone."""
    return _read("previous")


def _read(name: Literal["folder", "previous"]) -> Path | None:
    try:
        folder = read_json(state_dir() / IN_USE_FILE, _Choice).get(name)
        return Path(folder) if folder and Path(folder).is_dir() else None
    except (OSError, UnreadableError):
        return None


def use(folder: Path) -> None:
    """Let the network in `folder` read from now on, if it can.

    Raises
    ------
    CheckpointError
        If it is gone, cannot be loaded, is not the one that its card describes, or reads fewer than eight of ten plain
        drawings right. The network in use stays the same.
    """
    if folder != SHIPPED:  # the shipped one is never refused, so that there is always a way back to it
        _check(folder)
    in_use = folder_in_use()
    previous = in_use if in_use != folder else previous_folder()
    write_json(state_dir() / IN_USE_FILE, {"folder": str(folder), "previous": previous and str(previous)})


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise CheckpointError("This run is gone: it was deleted, perhaps on another page. The network in use stays.")
    card = read_card(folder)
    # Checked before it is loaded, because LiteRT trusts what is in a file.
    if hashlib.sha256(read_litert(folder / LITERT_FILE)).hexdigest() != card.litert_sha256:
        raise CheckpointError(
            f"{folder / LITERT_FILE} was changed since its card was written, so it was not taken into use. Train the "
            "model again."
        )
    predictor = Predictor(folder)
    drawings = json.loads(CHECKED_DRAWINGS.read_text(encoding="utf-8"))
    right = 0
    for drawing in drawings:
        strokes = [np.array(stroke, np.float32) for stroke in drawing["strokes"]]
        prediction = predictor.read(draw_strokes(strokes, drawing["brush_px"])).prediction
        right += prediction is not None and prediction.label == drawing["label"]
    if right < MIN_RIGHT:
        raise CheckpointError(
            f"The network in {folder} reads {right} of {len(drawings)} plain drawings right; expected {MIN_RIGHT} or "
            "more, so it was not taken into use. Train longer."
        )
