"""A trained network on disk: ``model.keras`` to go on training, ``model.tflite`` to read with, ``model.json`` its card.

No Keras is imported here: the page reads cards too, and must stay light.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from utils.runs import write_json

KERAS_FILE = "model.keras"
LITERT_FILE = "model.tflite"
CARD_FILE = "model.json"
QUALITY_FILE = "quality.json"
SHIPPED = Path(__file__).parent / "weights"


class CheckpointError(Exception):
    """A model's file is missing or broken. The message says which, and what to do."""


@dataclass(frozen=True)
class Card:
    """What is known of a trained network: how it reads, the figures printed when it was made, how to make it again.

    Attributes
    ----------
    train_writers : int
        How many people's strokes it learned from; 0 if from MNIST and digits written by rule alone.
    temperature : float
        The logits are divided by it, so that "90 % sure" is right nine times in ten (Guo et al., ICML 2017). Chosen on
        the validation part.
    digit_threshold : float
        From this `Prediction.digit_score` on, what was drawn is called a digit. Chosen on the validation part.
    accuracy, images : dict of str to float and int
        For each test part (``mnist``, ``redrawn``, and ``strokes`` if `train_writers`) the share read right, and of how
        many. None of them was trained on: the strokes are of other writers.
    litert_max_difference : float
        How far the probabilities of the two files differ at most.
    litert_sha256 : str
        Of ``model.tflite``, to tell whether it still is the file that was judged.
    """

    network: str
    parameters: int
    epochs: int
    seed: int
    train_images: int
    train_writers: int
    validation_images: int
    data_sha256: str
    temperature: float
    digit_threshold: float
    validation_accuracy: float
    accuracy: dict[str, float]
    images: dict[str, int]
    litert_max_difference: float
    litert_sha256: str
    training_seconds: float
    date: str
    command: str
    versions: dict[str, str]

    @property
    def test_told(self) -> str:
        """What the test digits had to do with the training, in a sentence."""
        if "validate_on_test" in self.command.replace("-", "_"):  # the option, or the preset that has it
            return "MNIST's test digits were looked at while it was trained, so their figure flatters it."
        return "None of these digits was trained on, and they chose nothing."


def read_card(folder: Path) -> Card:
    """Read the card of the model in `folder`.

    Raises
    ------
    CheckpointError
        If ``model.json`` is missing, is no JSON, or lacks a field.
    """
    path = folder / CARD_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Card(**{field.name: values[field.name] for field in fields(Card)})
    except FileNotFoundError as error:
        raise CheckpointError(f"The model's card {path} is missing. {how_to_restore(folder)}") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(f"The model's card {path} is broken ({error!r}). {how_to_restore(folder)}") from error


def write_card(card: Card, folder: Path) -> None:
    """Write `card` as ``model.json`` into `folder`."""
    write_json(folder / CARD_FILE, asdict(card))


def as_zip(folder: Path) -> bytes:
    """Put all files in `folder`, and in the folders in it, into a zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:  # as they are: weights hardly get smaller
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()


def file_sha256(path: Path) -> str:
    """Return a file's checksum."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def how_to_restore(folder: Path) -> str:
    """Say what to do about a broken model in `folder`."""
    if folder == SHIPPED:
        return (
            "It came with the app: restore it with `git checkout model/weights`, or train it again with `make weights`."
        )
    return "Train the model again with `python train.py`."
