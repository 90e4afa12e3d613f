"""A trained network on disk: ``model.keras`` to go on training, ``model.tflite`` to read with, ``model.json`` its card.

No Keras is imported here: the page reads cards too, and must stay light.
"""

import hashlib
import io
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Generic, Literal, NotRequired, TypedDict, TypeVar

from msgspec import Meta

from model.options import Options
from model.tutorials import options_of
from utils.json_files import Count, Positive, Seconds, Share, UnreadableError, read_json, write_json
from utils.metrics import Bin

KERAS_FILE = "model.keras"
LITERT_FILE = "model.tflite"
CARD_FILE = "model.json"
QUALITY_FILE = "quality.json"
SHIPPED = Path(__file__).parent / "weights"  # what reads until another is chosen
LOCATOR = SHIPPED / "numbers"  # what finds the digits of a number
# The tutorials' networks, as `model.export.tutorials` ships them. The first three are those that a page begins with.
TUTORIALS = tuple(
    SHIPPED / "tutorials" / name for name in ("dense", "cnn", "lenet5", "deep_dense", "simple_cnn", "scratch")
)
ALL_SHIPPED = (SHIPPED, *TUTORIALS)


class CheckpointError(Exception):
    """A model's file is missing or broken. The message says which, and what to do."""


Value = TypeVar("Value")


class OfParts(TypedDict, Generic[Value]):
    """A value for each test part; ``strokes`` is missing where there was no file of people's strokes."""

    mnist: Value
    redrawn: Value
    strokes: NotRequired[Value]


@dataclass(frozen=True)
class HeldBack:
    """Corrections that a network has not learned from, to see what it learned of the others.

    Attributes
    ----------
    corrections : int
        How many there are.
    before, after : int
        How many the network that it started from reads right, and how many it reads right itself.
    before_sha256 : str
        The `Card.litert_sha256` of the network that it started from.
    """

    corrections: Positive
    before: Count
    after: Count
    before_sha256: str

    def __post_init__(self) -> None:
        if max(self.before, self.after) > self.corrections:
            raise ValueError("more corrections are read right than there are")


@dataclass(frozen=True)
class Card:
    """What is known of a trained network: what it is, how well it reads, and how to train it again.

    Attributes
    ----------
    network : str
        Its name in `model.networks`.
    parameters : int
        How many it has, with the averages that batch normalisation keeps.
    epochs : int
        How many it was trained for.
    seed : int
        The random seed of its training.
    train_images : int
        How many of MNIST's images it learned from.
    train_writers : int
        How many people's strokes it learned from; 0 if it learned without people's strokes.
    validation_images : int
        How many images it was validated on: MNIST's and drawn ones.
    data_sha256 : str
        The checksum of MNIST's arrays: networks with the same one were trained on the same MNIST.
    temperature : float
        What the logits are divided by, so that "90 % sure" is right nine times in ten (Guo et al., ICML 2017). Chosen
        on the validation part.
    digit_threshold : float
        The least `Prediction.digit_score` that is called a digit. Chosen on the validation part.
    validation_accuracy : float
        The share of the validation part that it reads right.
    accuracy : dict of str to float
        For each test part the share of its digits that is read right. It learned from none of them: the strokes are by
        other writers.
    images : dict of str to int
        For each test part how many digits it has.
    litert_max_difference : float
        The largest difference between the probabilities by ``model.keras`` and by ``model.tflite``.
    litert_sha256 : str
        The checksum of ``model.tflite``, to tell whether it still is the file that was judged.
    training_seconds : float
        How long the training took, without loading and judging.
    date : str
        When it was made, UTC: "2026-11-22".
    command : str
        What was typed, or what the page ran.
    versions : dict of str to str
        The versions of Python and of the packages that matter.
    options : Options or None
        How it was trained; None in a card by an earlier version of this program (see `how_trained`).
    corrections : int
        How many corrections by people it learned from.
    held_back : HeldBack or None
        How it reads those that were held back from it; None if none were.
    """

    network: Annotated[str, Meta(pattern=r"^[\w.-]{1,100}$")]
    parameters: Positive
    epochs: Positive
    seed: Count
    train_images: Count
    train_writers: Count
    validation_images: Count
    data_sha256: str
    temperature: Annotated[float, Meta(ge=0.01, le=100)]
    digit_threshold: float
    validation_accuracy: float
    accuracy: OfParts[Share]
    images: OfParts[Positive]
    litert_max_difference: float
    litert_sha256: str
    training_seconds: Seconds
    date: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    command: str
    versions: dict[str, str]
    options: Options | None = None
    corrections: Count = 0
    held_back: HeldBack | None = None

    def __post_init__(self) -> None:
        if unknown := set(self.accuracy) - set(self.images):
            raise ValueError(f"accuracy has {', '.join(unknown)}, but images has not")

    @property
    def how_trained(self) -> Options | None:
        """How it was trained, by `options` or else by `command`; None if that cannot be parsed."""
        return self.options or options_of(self.command)

    @property
    def test_told(self) -> str:
        """Whether the test digits were used in the training, in a sentence."""
        if self.how_trained is None:
            return "Whether these digits were looked at while it was trained is not known."
        if self.how_trained.validate_on_test:
            return "MNIST's test digits were looked at while it was trained, so their figure flatters it."
        return "The network was neither trained nor tuned on any of these digits."


def read_card(folder: Path) -> Card:
    """Read the card of the model in `folder`.

    Raises
    ------
    CheckpointError
        If ``model.json`` is missing or not as it should be.
    """
    path = folder / CARD_FILE
    try:
        return read_json(path, Card)
    except FileNotFoundError as error:
        raise CheckpointError(f"The model's card {path} is missing. {how_to_restore(folder)}") from error
    except UnreadableError as error:
        raise CheckpointError(f"{error} {how_to_restore(folder)}") from error


def write_card(card: Card, folder: Path) -> None:
    """Write `card` as ``model.json`` into `folder`."""
    write_json(folder / CARD_FILE, asdict(card))


class Confused(TypedDict):
    """How often the digit `was` was read as `said`, which is −1 for a picture taken for blank."""

    was: int
    said: int
    count: Positive


class Slice(TypedDict):
    """Some digits of a test part: how many they are, and the share read right."""

    n: Positive
    accuracy: Share


PartName = Annotated[str, Meta(pattern=r"^[\w .–-]{1,40}$")]  # a laboratory, or a range
TenCounts = Annotated[list[Count], Meta(min_length=10, max_length=10)]


class Quality(TypedDict):
    """The figures of a network on a test part, as `model.measure.quality.summarise` computes them.

    Attributes
    ----------
    n : int
        How many digits the test part has.
    accuracy : float
        The share read right.
    interval : tuple of float
        The 95 % interval of `accuracy`.
    ece : float
        The expected calibration error.
    reliability : list of Bin
        For each range of confidence how much was read right.
    called_digit : float
        The share that is called a digit.
    confused : list of Confused
        The most frequent mistakes, the most frequent first.
    confusion : list of list of int
        How often each digit (row) was read as each (column).
    slices : dict of str to dict of str to Slice
        For each way to divide the test part its slices by name.
    """

    n: Positive
    accuracy: Share
    interval: tuple[Share, Share]
    ece: Share
    reliability: list[Bin]
    called_digit: Share
    confused: list[Confused]
    confusion: Annotated[list[TenCounts], Meta(min_length=10, max_length=10)]
    slices: dict[Literal["laboratory", "stroke width, px", "size", "slant"], dict[PartName, Slice]]


def read_quality(folder: Path) -> OfParts[Quality] | None:
    """Read the figures that `train.py` wrote beside a network; None if there are none.

    Raises
    ------
    UnreadableError
        If anything in ``quality.json`` is not as it should be.
    """
    try:
        return read_json(folder / QUALITY_FILE, OfParts[Quality])
    except FileNotFoundError:
        return None


def as_zip(folder: Path) -> bytes:
    """Put all files in `folder`, and in the folders in it, into a zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:  # not compressed: weights hardly get smaller
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 checksum of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def how_to_restore(folder: Path) -> str:
    """Say what to do about a model in `folder` that is broken, or lacks a file."""
    folder = folder.absolute()
    if folder == SHIPPED:
        return (
            "It came with the app: restore it with `git checkout model/weights`, or train it again with `make weights`."
        )
    if folder == LOCATOR:
        return (
            "It came with the app: restore it with `git checkout model/weights`, or train it again with `make numbers`."
        )
    if folder in TUTORIALS:
        return (
            f"It came with the app, without {KERAS_FILE}: `git checkout model/weights` restores its files, and "
            f"`python train.py --preset {folder.name}` trains one that has all."
        )
    return "Train the model again with `python train.py`."
