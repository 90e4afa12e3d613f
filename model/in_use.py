"""Which network reads: the shipped one, or one that a person trained here and chose.

One small file in the state folder says so; it is replaced in one step, so that a reading has the old network or the new
one. The shipped files are never touched.
"""

import json
from pathlib import Path

import numpy as np

from model.checkpoint import SHIPPED, CheckpointError
from model.drawing import draw_strokes
from model.predictor import Predictor
from utils.jobs import state_dir
from utils.runs import write_json

IN_USE_FILE = "in_use.json"
CHECKED_DRAWINGS = Path(__file__).parent / "ten_digits.json"
MIN_RIGHT = 8  # of the ten drawings; a network that was trained for a minute reads nine


def folder_in_use() -> Path:
    """Return the folder of the network in use: the shipped one where nothing else was chosen, or what was is gone."""
    try:
        folder = Path(json.loads((state_dir() / IN_USE_FILE).read_text(encoding="utf-8"))["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return SHIPPED
    return folder if folder.is_dir() else SHIPPED


def use(folder: Path) -> None:
    """Let the network in `folder` read from now on, if it can.

    Raises
    ------
    CheckpointError
        If it cannot be loaded, or reads fewer than eight of ten plain drawings right. The one in use stays.
    """
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
    write_json(state_dir() / IN_USE_FILE, {"folder": str(folder)})


def use_shipped() -> None:
    """Let the shipped network read from now on."""
    (state_dir() / IN_USE_FILE).unlink(missing_ok=True)
