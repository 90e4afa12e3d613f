"""How well whole numbers are read: composed of the test writers' digits, and of MNIST's test digits, redrawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from model.data.drawing import BRUSH_RANGE_PX, CANVAS_SIZE_PX, draw_strokes
from model.data.mnist import Mnist
from model.data.redrawn import draw_kept
from model.data.skeleton import centre_lines
from model.data.strokes import Characters, select_digits, select_readable
from model.litert import DIGITS
from model.numbers.compose import with_marks, write_line
from model.predictor import Digit, Predictor, number_text
from utils.pictures.sheets import contact_sheet
from utils.preprocess import INK_LEVEL

GOALS = {"apart": 0.98, "a stroke apart": 0.96, "touching": 0.90}
SPACINGS = (*GOALS, "with marks")
MAX_TAKEN_FOR_TWO = 0.002
LENGTHS, EACH = range(2, 9), 30  # of people's numbers: so many of each length and spacing
MNIST_LENGTH, MNIST_EACH = 5, 200
HEIGHT_RANGE = (0.35, 0.75)  # of the digits, as a share of the canvas'
MAX_BRUSH = 0.2  # of that height: a thicker one fills the digits up
APART_RANGE = (0.05, 0.5)  # of the height, and a stroke's width more
MAX_OVERLAP = 0.5  # of strokes that touch, as a share of their width
MARKS = 0.3  # where there are marks, in so many of the places between digits, before and after
MARGIN_PX = 20
TILE_WIDTH_PX, TILE_HEIGHT_PX, COLUMNS, MAX_SHOWN = 400, 130, 4, 80


@dataclass(frozen=True)
class Number:
    """A number on the canvas.

    Attributes
    ----------
    text : str
        The number.
    spacing : str
        One of `SPACINGS`.
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink 255.
    digits : list of ndarray of uint8, each (height, width)
        The same canvas with nothing but one digit each.
    """

    text: str
    spacing: str
    ink: np.ndarray
    digits: list[np.ndarray]


@dataclass(frozen=True)
class NumberAnswer:
    """A number, and what was read.

    Attributes
    ----------
    number : Number
    digits : list of Digit
        What `Predictor.read_number` made of it.
    by_patches : str
        What is read if each patch of ink is taken for a digit.
    alone : str
        What is read if each digit stands alone in the picture.
    """

    number: Number
    digits: list[Digit]
    by_patches: str
    alone: str

    @property
    def text(self) -> str:
        """What was read, a line for each line that it was taken for."""
        return number_text(self.digits)


def compose(characters: Characters, length: int, spacing: str, rng: np.random.Generator) -> Number:
    """Let one of the writers write a number on the canvas.

    Parameters
    ----------
    characters : Characters
        Digits to choose from.
    length : int
        How many digits it has.
    spacing : str
        ``apart``: by more than a stroke's width; ``a stroke apart``: by just that; ``touching``, where the strokes
        overlap by up to half their width; ``with marks``: apart, with brackets, slashes, dashes and the like.
    rng : numpy.random.Generator
    """
    writer = characters.writers[rng.integers(len(characters.writers))]
    chosen = rng.choice(np.flatnonzero(characters.writers == writer), length)
    height = rng.uniform(*HEIGHT_RANGE) * CANVAS_SIZE_PX
    brush_px = int(rng.integers(BRUSH_RANGE_PX[0], min(BRUSH_RANGE_PX[1], MAX_BRUSH * height) + 1))
    pen = brush_px / height
    apart = pen + rng.uniform(*APART_RANGE, length)
    gaps = {
        "apart": apart,
        "a stroke apart": np.full(length, pen),
        "touching": -rng.uniform(0, MAX_OVERLAP, length) * pen,
        "with marks": apart,
    }[spacing]
    line = write_line([characters.strokes[index] for index in chosen], gaps, pen, rng)
    classes = characters.labels[chosen].astype(int)
    if spacing == "with marks":
        line, classes = with_marks(line, classes, MARKS, rng)
    points = np.concatenate([stroke for strokes in line.characters for stroke in strokes]) * height
    low, extent = points.min(axis=0), np.ptp(points, axis=0) + brush_px
    width_px, height_px = np.maximum(CANVAS_SIZE_PX, np.ceil(extent) + 2 * MARGIN_PX).astype(int).tolist()
    corner = rng.uniform(2, (width_px, height_px) - extent - 2) + brush_px / 2
    inks = [
        draw_strokes([stroke * height - low + corner for stroke in strokes], brush_px, (width_px, height_px))
        for strokes in line.characters
    ]
    digits = [ink for ink, of_ink in zip(inks, classes, strict=True) if of_ink < DIGITS]
    return Number("".join(characters.labels[chosen]), spacing, np.maximum.reduce(inks), digits)


def compose_of_people(digits: Characters, seed: int) -> list[Number]:
    """Compose numbers of people's digits, of all lengths and spacings: each by one writer."""
    rng = np.random.default_rng(seed)
    return [compose(digits, length, spacing, rng) for spacing in SPACINGS for length in LENGTHS for _ in range(EACH)]


def compose_of_mnist(mnist: Mnist, seed: int) -> list[Number]:
    """Compose numbers of five of MNIST's test digits, drawn again along their centre lines."""
    rng = np.random.default_rng(seed)
    some = rng.choice(len(mnist.y_test), MNIST_LENGTH * MNIST_EACH, replace=False)
    strokes = [centre_lines(image) for image in mnist.x_test[some]]
    digits = Characters(strokes, mnist.y_test[some].astype(str), np.full(len(some), "mnist/all"), some)
    return [compose(digits, MNIST_LENGTH, spacing, rng) for spacing in SPACINGS for _ in range(MNIST_EACH)]


def answer_numbers(predictor: Predictor, numbers: Sequence[Number]) -> list[NumberAnswer]:
    """Let the network read numbers: whole, and for comparison each patch of ink, and each digit alone."""
    return [
        NumberAnswer(
            number,
            predictor.read_number(number.ink),
            _read_each(predictor, _patches(number.ink)),
            _read_each(predictor, number.digits),
        )
        for number in numbers
    ]


def _read_each(predictor: Predictor, inks: Sequence[np.ndarray]) -> str:
    predictions = [predictor.read(ink).prediction for ink in inks]
    return "".join(str(prediction.label) if prediction else "?" for prediction in predictions)


def _patches(ink: np.ndarray) -> list[np.ndarray]:
    count, patches, stats, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8), connectivity=8)
    by_left = sorted(range(1, count), key=lambda patch: stats[patch, cv2.CC_STAT_LEFT])
    return [np.where(patches == patch, ink, 0).astype(np.uint8) for patch in by_left]


def count_taken_for_two(predictor: Predictor, inks: Sequence[np.ndarray]) -> int:
    """Count the single digits of which more than one is read."""
    return sum(len(predictor.read_number(ink)) > 1 for ink in inks)


def summarise_numbers(answers: Sequence[NumberAnswer]) -> dict:
    """Work out the figures of a set of numbers, by spacing."""
    summary = {}
    for spacing in SPACINGS:
        chosen = [answer for answer in answers if answer.number.spacing == spacing]
        right = np.array([answer.text == answer.number.text for answer in chosen])
        lengths = np.array([len(answer.number.text) for answer in chosen])
        wrong_digits = sum(edit_distance(answer.text, answer.number.text) for answer in chosen)
        summary[spacing] = {
            "n": len(chosen),
            "right": float(right.mean()),
            "digits": 1 - wrong_digits / int(lengths.sum()),
            "right_if_alone": float(np.mean([answer.alone == answer.number.text for answer in chosen])),
            "right_by_patches": float(np.mean([answer.by_patches == answer.number.text for answer in chosen])),
            "lengths": {int(length): float(right[lengths == length].mean()) for length in np.unique(lengths)},
        }
    return summary


def evaluate_numbers(
    predictor: Predictor, characters: Characters, mnist: Mnist, seed: int
) -> tuple[dict, dict[str, list[NumberAnswer]]]:
    """Compose numbers of people's readable digits and of MNIST's, and read them; read all people's digits one by one.

    Returns
    -------
    summary : dict
        The figures of ``people`` and ``mnist`` by spacing; how many ``singles``, and how many were ``taken_for_two``.
    answers : dict of str to list of NumberAnswer
        What was read of ``people`` and of ``mnist``.
    """
    digits = select_digits(characters)
    answers = {
        "people": answer_numbers(predictor, compose_of_people(select_readable(digits), seed)),
        "mnist": answer_numbers(predictor, compose_of_mnist(mnist, seed)),
    }
    singles = draw_kept(digits.strokes, seed).inks
    summary = {part: summarise_numbers(of_part) for part, of_part in answers.items()}
    return summary | {"singles": len(singles), "taken_for_two": count_taken_for_two(predictor, singles)}, answers


def edit_distance(said: str, was: str) -> int:
    """Count the digits to change, to add and to leave out, to make one of the other (Levenshtein 1965)."""
    row = list(range(len(was) + 1))
    for i, of_said in enumerate(said, 1):
        before, row = row, [i]
        for j, of_was in enumerate(was, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (of_said != of_was)))
    return row[-1]


def numbers_as_text(name: str, summary: dict) -> str:
    """Format the figures for people."""
    lines = []
    for part, what in (("people", "of the test writers' digits"), ("mnist", "of MNIST's test digits, redrawn")):
        lines.append(f"{name}: {sum(figures['n'] for figures in summary[part].values()):,} composed {what}")
        for spacing, figures in summary[part].items():
            goal = ""
            if spacing in GOALS:
                met = "met" if figures["right"] >= GOALS[spacing] else "missed"
                goal = f" (goal {GOALS[spacing]:.0%}: {met})"
            lines += [
                f"  {spacing}: {figures['right']:.1%} right{goal}, {figures['digits']:.2%} of the digits",
                f"    if each digit stood alone: {figures['right_if_alone']:.1%}; each patch of ink taken for a digit: "
                f"{figures['right_by_patches']:.1%}",
                "    by length  " + "  ".join(f"{length}: {right:.0%}" for length, right in figures["lengths"].items()),
            ]
    share = summary["taken_for_two"] / summary["singles"]
    lines.append(
        f"  taken for more than one: {summary['taken_for_two']} of {summary['singles']:,} single digits, {share:.2%} "
        f"(goal {MAX_TAKEN_FOR_TWO:.1%}: {'met' if share <= MAX_TAKEN_FOR_TWO else 'missed'})"
    )
    return "\n".join(lines) + "\n"


def number_sheet(answers: Sequence[NumberAnswer]) -> np.ndarray:
    """Show numbers that were read wrong, uint8 (height, width), with the boxes of what was taken for digits."""
    captioned = []
    for answer in [answer for answer in answers if answer.text != answer.number.text][:MAX_SHOWN]:
        picture = answer.number.ink // 2
        for digit in answer.digits:
            cv2.rectangle(picture, digit.box, 255, 2)
        captioned.append((picture, f"{answer.number.text} as {answer.text}".replace("\n", " / ")))
    return contact_sheet(captioned, (TILE_WIDTH_PX, TILE_HEIGHT_PX), COLUMNS)
